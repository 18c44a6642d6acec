//! Puts notes into the logs. Sign-ins of one identity from one place within an hour are one row, since players sign
//! in with every request.

use super::tables::{LOGS, table};
use super::trust;
use host_core::journal::{Entry, FOLD_SECONDS, home};
use rusqlite::Connection;
use std::net::IpAddr;

/// Rows beyond the bound that go with one writing, besides as many as came.
const PIECE: i64 = 1_000;
/// The last rows of an identity among which one is looked for that a sign-in is counted in.
const LOOKED_AT: u32 = 16;

/// Writes the notes; of each log the newest `rows` stay.
pub(super) fn write(connection: &Connection, entries: &[Entry], rows: u32) -> rusqlite::Result<()> {
    for entry in entries {
        if !fold(connection, entry)? {
            insert(connection, entry)?;
        }
        trust::note(connection, entry)?;
    }
    let most = i64::try_from(entries.len()).unwrap_or(i64::MAX).saturating_add(PIECE);
    for table in LOGS.map(table) {
        let sql = format!(
            "DELETE FROM {table} WHERE id IN \
             (SELECT id FROM {table} WHERE id <= (SELECT max(id) FROM {table}) - ?1 ORDER BY id LIMIT ?2)"
        );
        connection.prepare_cached(&sql)?.execute((rows, most))?;
    }
    Ok(())
}

fn insert(connection: &Connection, entry: &Entry) -> rusqlite::Result<usize> {
    match entry {
        Entry::Activity { owner, line, stream, address, agent, container, started_at, ended_at, bytes } => connection
            .prepare_cached(
                "INSERT INTO activity (at, owner, line, stream, address, agent, container, started_at, bytes) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                ended_at.0,
                owner.map(|id| id.0),
                line.0,
                stream.0,
                address,
                agent,
                container,
                started_at.0,
                i64::try_from(*bytes).unwrap_or(i64::MAX),
            )),
        Entry::SignIn { owner, surface, user, line, address, at, last_at, times } => connection
            .prepare_cached(
                "INSERT INTO sign_ins (at, last_at, times, owner, user, line, surface, network, address) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                at.0,
                last_at.0,
                times,
                owner.map(|id| id.0),
                user.map(|id| id.0),
                line.map(|id| id.0),
                surface,
                network(address),
                address,
            )),
        Entry::Refused { owner, surface, code, line, user, stream, address, agent, query, at } => connection
            .prepare_cached(
                "INSERT INTO refusals (at, owner, user, line, stream, surface, code, address, agent, query) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                at.0,
                owner.map(|id| id.0),
                user.map(|id| id.0),
                line.map(|id| id.0),
                stream.map(|id| id.0),
                surface,
                code,
                address,
                agent,
                query,
            )),
    }
}

/// Counts a sign-in in a row that began less than an hour before it; false when there is none.
fn fold(connection: &Connection, entry: &Entry) -> rusqlite::Result<bool> {
    let Entry::SignIn { owner, surface, user, line, address, at, last_at, times } = entry else { return Ok(false) };
    let (who, id) = match (line, user) {
        (Some(line), _) => ("line", line.0),
        (None, Some(user)) => ("user", user.0),
        (None, None) => return Ok(false),
    };
    let sql = format!(
        "UPDATE sign_ins SET last_at = max(last_at, ?6), times = times + ?7, address = ?8 WHERE id = ( \
             SELECT id FROM (SELECT * FROM sign_ins WHERE {who} = ?1 ORDER BY id DESC LIMIT {LOOKED_AT}) \
             WHERE owner IS ?2 AND surface = ?3 AND network = ?4 AND abs(?5 - at) < {FOLD_SECONDS} LIMIT 1)"
    );
    let row = (id, owner.map(|id| id.0), surface, network(address), at.0, last_at.0, times, address);
    Ok(connection.prepare_cached(&sql)?.execute(row)? > 0)
}

fn network(address: &str) -> String {
    address.parse::<IpAddr>().map_or_else(|_| address.to_owned(), |address| home(address).to_string())
}
