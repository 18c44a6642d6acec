//! Effects: what is done outside the database after a commit. They are outbox rows of the same
//! transaction, performed right after it and again after a crash, so each must be idempotent.

use crate::{LineId, StreamId, TenantId};
use serde::{Deserialize, Serialize};

/// One thing to do after commit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Ends connections of a line that it may no longer have (deleted, disabled, expired, fewer seats,
    /// another password, fewer bouquets).
    EndConnections {
        /// Which line.
        line: LineId,
    },
    /// Ends the live stream so that viewers get its new sources.
    RestartStream {
        /// Which stream.
        stream: StreamId,
    },
    /// Looks at all running connections again: a block list, or what bouquets hold, has changed.
    CheckConnections,
    /// Ends all connections and channels of a tenant that is suspended or gone. An effect of the
    /// control database; nothing happens when the tenant is open again by then.
    EndTenant {
        /// Which tenant.
        tenant: TenantId,
    },
}
