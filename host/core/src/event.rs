//! Effects: what is done outside the database after a commit. They are outbox rows of the same
//! transaction, performed right after it and again after a crash, so each must be idempotent.

use crate::object::Key;
use crate::{LineId, StreamId, UserId};
use serde::{Deserialize, Serialize};

/// One thing to do after commit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Ends connections of a line that it may no longer have (deleted, disabled, expired, fewer seats).
    EndConnections {
        /// Which line.
        line: LineId,
    },
    /// Ends the live stream so that viewers get its new sources.
    RestartStream {
        /// Which stream.
        stream: StreamId,
    },
    /// Forgets what was remembered of a user: sign-ins, keys.
    ForgetUser {
        /// Which user.
        user: UserId,
    },
    /// Checks running connections against the block lists again.
    ApplyBlocks,
    /// News for observers: something happened to an object.
    Happened {
        /// `line.created`, `line.extended`, …
        what: String,
        /// To what.
        object: Key,
    },
}
