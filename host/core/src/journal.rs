//! Journal rows: what happened, for people to search. Not part of any plan: a bounded buffer
//! in its own file, which may lose its last second in a crash.

use crate::time::Unix;
use crate::{LineId, StreamId, UserId};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One journal row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
pub enum Entry {
    /// A connection that ended.
    Activity {
        /// Whose.
        line: LineId,
        /// Of what.
        stream: StreamId,
        /// From where.
        address: String,
        /// With which player.
        agent: String,
        /// In which form: `ts`, `hls`, `file`.
        container: String,
        /// When it began.
        started_at: Unix,
        /// When it ended.
        ended_at: Unix,
        /// Bytes sent.
        bytes: u64,
    },
    /// A sign-in of a user or line that went well.
    SignIn {
        /// Through which surface.
        surface: String,
        /// The user, if it is one.
        user: Option<UserId>,
        /// The line, if it is one.
        line: Option<LineId>,
        /// From where.
        address: String,
        /// When.
        at: Unix,
    },
    /// A refusal, of a sign-in, a start or an action.
    Refused {
        /// Through which surface.
        surface: String,
        /// The code's text form.
        code: String,
        /// The line, where it is known.
        line: Option<LineId>,
        /// The user, where it is known.
        user: Option<UserId>,
        /// Of which stream, if of one.
        stream: Option<StreamId>,
        /// From where.
        address: String,
        /// With which player.
        agent: String,
        /// When.
        at: Unix,
    },
}

/// Which journal rows to read, newest first.
#[derive(Clone, Debug, Default)]
pub struct JournalQuery {
    /// Only of this line.
    pub line: Option<LineId>,
    /// Only refusals.
    pub refusals: bool,
    /// How many to skip.
    pub start: u32,
    /// How many at most; capped at 1,000.
    pub limit: u32,
}

/// Seconds for which a network that a line has signed in from is trusted: others' failures do not
/// lock it out.
pub const TRUST_SECONDS: i64 = 30 * 86_400;

/// The network that an address is trusted with: its /24, of IPv6 its /64. What a provider gives a
/// home moves within it.
pub fn home(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or(IpNet::from(address), |network| network.trunc())
}
