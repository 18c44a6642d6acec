//! Sessions by whose they are and by when they end.

use super::batch::{Failure, PlanWriter};
use host_core::session::Holder;
use host_core::time::Unix;
use rusqlite::Connection;

/// The column that names the holder, and its number.
pub(super) fn held_by(holder: Holder) -> (&'static str, u32) {
    match holder {
        Holder::User(id) => ("sessions.user", id.0),
        Holder::Line(id) => ("sessions.line", id.0),
    }
}

/// How many sessions of a holder, on a surface or on all, last at that time.
pub(super) fn lasting(
    connection: &Connection,
    holder: Holder,
    surface: Option<&str>,
    now: Unix,
) -> rusqlite::Result<u32> {
    let (column, number) = held_by(holder);
    let sql = format!("SELECT count(*) FROM sessions WHERE {column} = ?1 AND expires_at > ?2");
    match surface {
        None => connection.prepare_cached(&sql)?.query_row((number, now.0), |row| row.get(0)),
        Some(surface) => connection
            .prepare_cached(&format!("{sql} AND surface = ?3"))?
            .query_row((number, now.0, surface), |row| row.get(0)),
    }
}

/// Drops up to this number of sessions whose end has come. Returns how many.
pub(super) fn sweep(writer: &PlanWriter<'_>, now: Unix, most: u32) -> Result<u32, Failure> {
    let sql = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 LIMIT ?2)";
    Ok(u32::try_from(writer.run(sql, (now.0, most))?).unwrap_or(u32::MAX))
}
