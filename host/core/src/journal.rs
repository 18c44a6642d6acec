//! Logs: what happened, for people to search, and what is asked of them. A tenant's journal is not part of any plan:
//! a bounded buffer in its own file, which may lose its last second in a crash.

use crate::object::Key;
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
    /// What failed of the streams: their sources, items of their lists, and the processes that make them.
    StreamErrors,
    /// What happened to the panel itself.
    Happenings,
    /// Lines that are no restreamers and were asked of by another panel.
    Restreams,
}

impl Log {
    /// Every log.
    pub const ALL: [Log; 6] =
        [Log::Activity, Log::SignIns, Log::Refusals, Log::StreamErrors, Log::Happenings, Log::Restreams];
}

/// What of a stream failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A source, by its place in the order of preference, from 0 on.
    Source(u32),
    /// An item of a list, by its place.
    Item(u32),
    /// A process that makes it.
    Process,
}

impl Part {
    /// Its word, and its place where it has one.
    pub fn parts(self) -> (&'static str, Option<u32>) {
        match self {
            Part::Source(place) => ("source", Some(place)),
            Part::Item(place) => ("item", Some(place)),
            Part::Process => ("process", None),
        }
    }

    /// The part with this word and place.
    pub fn of(word: &str, place: Option<u32>) -> Part {
        match (word, place) {
            ("source", Some(place)) => Part::Source(place),
            ("item", Some(place)) => Part::Item(place),
            _ => Part::Process,
        }
    }
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
        /// The query of its address, with `***` in the place of what may be secret; empty where there is none.
        query: String,
        /// When.
        at: Unix,
    },
    /// Something of a stream failed. One row may stand for all times within [`FOLD_SECONDS`] that the same did.
    StreamError {
        /// Which stream.
        stream: StreamId,
        /// What of it.
        part: Part,
        /// Why; it names no address, which may hold somebody's password.
        reason: String,
        /// When, the first time.
        at: Unix,
        /// When, the last time.
        last_at: Unix,
        /// How often.
        times: u32,
    },
    /// Something happened to the panel itself. One row may stand for several times, likewise.
    Happening {
        /// What, as a word: `started`, `plugin_failed`, …
        event: String,
        /// To what: a plugin, a guide; empty where it is the panel.
        subject: String,
        /// What there is to say of it.
        message: String,
        /// When, the first time.
        at: Unix,
        /// When, the last time.
        last_at: Unix,
        /// How often.
        times: u32,
    },
    /// A line that is no restreamer was asked of by another panel. One row may stand for several times, likewise.
    Restream {
        /// Who owned the line.
        owner: Option<UserId>,
        /// Which line.
        line: LineId,
        /// Of what.
        stream: StreamId,
        /// From where.
        address: String,
        /// With which player.
        agent: String,
        /// By what it was known.
        sign: String,
        /// When, the first time.
        at: Unix,
        /// When, the last time.
        last_at: Unix,
        /// How often.
        times: u32,
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

/// Whose rows of a log are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Party {
    /// Those of users.
    Users,
    /// All others: those of lines, and of callers whom nobody knows.
    Others,
}

/// Most rows of a log that are counted, and most that a page skips: each of them is looked at.
pub const MAX_COUNTED: u32 = 100_000;

/// Which rows to read of a log, newest first, whoever keeps it. All conditions must hold.
#[derive(Clone, Debug)]
pub struct LogQuery<L = Log> {
    /// Of which log, where several are kept together.
    pub log: L,
    /// Only rows that one of these owns; none for rows of any owner, known or not.
    pub owners: Option<Vec<UserId>>,
    /// Only of this line.
    pub line: Option<LineId>,
    /// Only of this user, who signed in or was refused.
    pub user: Option<UserId>,
    /// Only of these, in a log that has both.
    pub party: Option<Party>,
    /// Not before this time.
    pub from: Option<Unix>,
    /// Before this time.
    pub to: Option<Unix>,
    /// Substring of the address or of another text, any case; its `%` and `_` mean themselves.
    pub search: Option<String>,
    /// Lines, users and streams whose names have what is searched: rows about them are found too.
    pub named: Vec<Key>,
    /// Only rows older than the one with this id, which need not exist any more: the cursor of pages.
    pub behind: Option<i64>,
    /// How many to skip; at most [`MAX_COUNTED`].
    pub start: u32,
    /// How many at most; capped at 1,000.
    pub limit: u32,
    /// Whether to count the rows, too.
    pub counts: bool,
}

impl<L> LogQuery<L> {
    /// The newest rows of a log.
    pub fn newest(log: L, limit: u32) -> LogQuery<L> {
        LogQuery {
            log,
            owners: None,
            line: None,
            user: None,
            party: None,
            from: None,
            to: None,
            search: None,
            named: Vec::new(),
            behind: None,
            start: 0,
            limit,
            counts: false,
        }
    }

    /// The same, of a log.
    pub fn of<M>(self, log: M) -> LogQuery<M> {
        let LogQuery { log: _, owners, line, user, party, from, to, search, named, behind, start, limit, counts } =
            self;
        LogQuery { log, owners, line, user, party, from, to, search, named, behind, start, limit, counts }
    }
}

/// Rows of a log, newest first.
#[derive(Clone, PartialEq, Debug)]
pub struct LogPage<R = LogRow> {
    /// The rows.
    pub rows: Vec<R>,
    /// How many there are in the scope, up to [`MAX_COUNTED`]; none where nobody asked, or where it takes too long.
    pub total: Option<u32>,
    /// How many of them are meant; likewise.
    pub matching: Option<u32>,
}

impl<R> LogPage<R> {
    /// Rows that nobody counted.
    pub fn uncounted(rows: Vec<R>) -> LogPage<R> {
        LogPage { rows, total: None, matching: None }
    }
}

/// Seconds after a sign-in, or anything else that comes again and again, in which more of the same are counted in its row.
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
