//! The entries of logs as rows: what of one stands in which column, and back.

use host_core::journal::{Entry, Log, Part, home};
use host_core::time::Unix;
use host_core::{LineId, StreamId, UserId};
use rusqlite::types::Value;
use rusqlite::{Connection, Row};
use std::net::IpAddr;

/// A row that is to be written: each column with its value.
struct Cells(Vec<(&'static str, Value)>);

impl Cells {
    fn at(at: Unix) -> Cells {
        Cells(vec![("at", at.0.into())])
    }

    /// Of what may stand for several times.
    fn folded(at: Unix, last_at: Unix, times: u32) -> Cells {
        Cells::at(at).with("last_at", last_at.0).with("times", times)
    }

    fn with(mut self, column: &'static str, value: impl Into<Value>) -> Cells {
        self.0.push((column, value.into()));
        self
    }

    fn text(self, column: &'static str, text: &str) -> Cells {
        self.with(column, text.to_owned())
    }

    fn who(self, column: &'static str, id: Option<u32>) -> Cells {
        self.with(column, id)
    }
}

/// Writes an entry as a new row.
pub(super) fn insert(connection: &Connection, table: &str, entry: &Entry) -> rusqlite::Result<usize> {
    let Cells(cells) = cells(entry);
    let columns: Vec<_> = cells.iter().map(|(column, _)| *column).collect();
    let places: Vec<_> = (1..=cells.len()).map(|place| format!("?{place}")).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
    connection.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(cells.into_iter().map(|(_, value)| value)))
}

fn cells(entry: &Entry) -> Cells {
    match entry {
        Entry::Activity { owner, line, stream, address, agent, container, started_at, ended_at, bytes } => {
            Cells::at(*ended_at)
                .who("owner", owner.map(|id| id.0))
                .with("line", line.0)
                .with("stream", stream.0)
                .text("address", address)
                .text("agent", agent)
                .text("container", container)
                .with("started_at", started_at.0)
                .with("bytes", i64::try_from(*bytes).unwrap_or(i64::MAX))
        }
        Entry::SignIn { owner, surface, user, line, address, at, last_at, times } => {
            Cells::folded(*at, *last_at, *times)
                .who("owner", owner.map(|id| id.0))
                .who("user", user.map(|id| id.0))
                .who("line", line.map(|id| id.0))
                .text("surface", surface)
                .text("network", &network(address))
                .text("address", address)
        }
        Entry::Refused { owner, surface, code, line, user, stream, address, agent, query, at } => Cells::at(*at)
            .who("owner", owner.map(|id| id.0))
            .who("user", user.map(|id| id.0))
            .who("line", line.map(|id| id.0))
            .who("stream", stream.map(|id| id.0))
            .text("surface", surface)
            .text("code", code)
            .text("address", address)
            .text("agent", agent)
            .text("query", query),
        Entry::StreamError { stream, part, reason, at, last_at, times } => {
            let (word, place) = part.parts();
            Cells::folded(*at, *last_at, *times)
                .with("stream", stream.0)
                .text("part", word)
                .who("place", place)
                .text("reason", reason)
        }
        Entry::Happening { event, subject, message, at, last_at, times } => {
            Cells::folded(*at, *last_at, *times).text("event", event).text("subject", subject).text("message", message)
        }
        Entry::Restream { owner, line, stream, address, agent, sign, at, last_at, times } => {
            Cells::folded(*at, *last_at, *times)
                .who("owner", owner.map(|id| id.0))
                .with("line", line.0)
                .with("stream", stream.0)
                .text("address", address)
                .text("agent", agent)
                .text("sign", sign)
        }
    }
}

/// Which log an entry is of.
pub(super) fn log_of(entry: &Entry) -> Log {
    match entry {
        Entry::Activity { .. } => Log::Activity,
        Entry::SignIn { .. } => Log::SignIns,
        Entry::Refused { .. } => Log::Refusals,
        Entry::StreamError { .. } => Log::StreamErrors,
        Entry::Happening { .. } => Log::Happenings,
        Entry::Restream { .. } => Log::Restreams,
    }
}

/// The network whose sign-ins within an hour are one row.
pub(super) fn network(address: &str) -> String {
    address.parse::<IpAddr>().map_or_else(|_| address.to_owned(), |address| home(address).to_string())
}

/// The entry of a row.
pub(super) fn entry(log: Log, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let time = |column: &str| row.get(column).map(Unix);
    let number = |column: &str| row.get::<_, Option<u32>>(column);
    let owner = || number("owner").map(|owner| owner.map(UserId));
    Ok(match log {
        Log::Activity => Entry::Activity {
            owner: owner()?,
            line: LineId(row.get("line")?),
            stream: StreamId(row.get("stream")?),
            address: row.get("address")?,
            agent: row.get("agent")?,
            container: row.get("container")?,
            started_at: time("started_at")?,
            ended_at: time("at")?,
            bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
        },
        Log::SignIns => Entry::SignIn {
            owner: owner()?,
            surface: row.get("surface")?,
            user: number("user")?.map(UserId),
            line: number("line")?.map(LineId),
            address: row.get("address")?,
            at: time("at")?,
            last_at: time("last_at")?,
            times: row.get("times")?,
        },
        Log::Refusals => Entry::Refused {
            owner: owner()?,
            surface: row.get("surface")?,
            code: row.get("code")?,
            line: number("line")?.map(LineId),
            user: number("user")?.map(UserId),
            stream: number("stream")?.map(StreamId),
            address: row.get("address")?,
            agent: row.get("agent")?,
            query: row.get("query")?,
            at: time("at")?,
        },
        Log::StreamErrors | Log::Happenings | Log::Restreams => trouble(log, row)?,
    })
}

/// Likewise, of the logs of what goes wrong.
fn trouble(log: Log, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (at, last_at, times) = (Unix(row.get("at")?), Unix(row.get("last_at")?), row.get("times")?);
    Ok(match log {
        Log::StreamErrors => Entry::StreamError {
            stream: StreamId(row.get("stream")?),
            part: Part::of(&row.get::<_, String>("part")?, row.get("place")?),
            reason: row.get("reason")?,
            at,
            last_at,
            times,
        },
        Log::Restreams => Entry::Restream {
            owner: row.get::<_, Option<u32>>("owner")?.map(UserId),
            line: LineId(row.get("line")?),
            stream: StreamId(row.get("stream")?),
            address: row.get("address")?,
            agent: row.get("agent")?,
            sign: row.get("sign")?,
            at,
            last_at,
            times,
        },
        _ => Entry::Happening {
            event: row.get("event")?,
            subject: row.get("subject")?,
            message: row.get("message")?,
            at,
            last_at,
            times,
        },
    })
}
