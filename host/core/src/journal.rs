//! Logs: what happened, for people to search. Not part of any plan: a bounded buffer in its own file, which may
//! lose its last second in a crash.

use crate::time::Unix;
use crate::{LineId, StreamId, UserId};
use ipnet::IpNet;
use serde::Serialize;
use std::net::IpAddr;

/// The logs that a tenant's journal consists of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Log {
    /// Connections that ended.
    Activity,
    /// Sign-ins that went well.
    SignIns,
    /// Refusals.
    Refusals,
}

/// What is noted in a log.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
pub enum Entry {
    /// A connection that ended.
    Activity {
        /// Who owned the line; none where that is not known.
        owner: Option<UserId>,
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
    /// A sign-in of a user or line that went well. One row may stand for several sign-ins: those of one line or user,
    /// on one surface and from one [`home`], within [`FOLD_SECONDS`].
    SignIn {
        /// The user themselves, or who owned the line; none where that is not known.
        owner: Option<UserId>,
        /// Through which surface.
        surface: String,
        /// The user, if it is one.
        user: Option<UserId>,
        /// The line, if it is one.
        line: Option<LineId>,
        /// From where, the last time.
        address: String,
        /// When, the first time.
        at: Unix,
        /// When, the last time.
        last_at: Unix,
        /// How often it was noted.
        times: u32,
    },
    /// A refusal, of a sign-in, a start or an action.
    Refused {
        /// The user themselves, or who owned the line; none where that is not known.
        owner: Option<UserId>,
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

/// A row of a log.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LogRow {
    /// Its number within the log, higher than those of all rows before it.
    pub id: i64,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Which rows of a log to read, newest first. All conditions must hold.
#[derive(Clone, Debug)]
pub struct JournalQuery {
    /// Of which log.
    pub log: Log,
    /// Only rows that one of these owns; none for rows of any owner, known or not.
    pub owners: Option<Vec<UserId>>,
    /// Only of this line.
    pub line: Option<LineId>,
    /// Only of this user, who signed in or was refused.
    pub user: Option<UserId>,
    /// Not before this time.
    pub from: Option<Unix>,
    /// Before this time.
    pub to: Option<Unix>,
    /// Substring of the address or of another text, any case; its `%` and `_` mean themselves.
    pub search: Option<String>,
    /// Only rows older than the one with this id, which need not exist any more: the cursor of pages.
    pub behind: Option<i64>,
    /// How many at most; capped at 1,000.
    pub limit: u32,
}

impl JournalQuery {
    /// The newest rows of a log.
    pub fn newest(log: Log, limit: u32) -> JournalQuery {
        JournalQuery {
            log,
            owners: None,
            line: None,
            user: None,
            from: None,
            to: None,
            search: None,
            behind: None,
            limit,
        }
    }
}

/// Seconds after a sign-in in which more of the same are counted in its row.
pub const FOLD_SECONDS: i64 = 60 * 60;

/// Seconds for which a network that a line has signed in from is trusted: others' failures do not
/// lock it out.
pub const TRUST_SECONDS: i64 = 30 * 86_400;

/// The network that is trusted together with an address: its /24, or its /64 for IPv6. The address that a provider
/// gives a home usually stays within it.
pub fn home(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or(IpNet::from(address), |network| network.trunc())
}
