//! Which networks lines have signed in from, by day: a row for each line and network, written with
//! the first sign-in of a day.

use host_core::LineId;
use host_core::journal::{Entry, TRUST_SECONDS, home};
use host_core::time::Unix;
use rusqlite::Connection;
use std::net::IpAddr;

const DAY: i64 = 86_400;

/// Notes the network of a line's sign-in; other entries say nothing of trust.
pub(super) fn note(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let Entry::SignIn { line: Some(line), address, at, .. } = entry else { return Ok(()) };
    let Ok(address) = address.parse::<IpAddr>() else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO trusted (line, network, day) VALUES (?1, ?2, ?3) \
             ON CONFLICT (line, network) DO UPDATE SET day = excluded.day WHERE excluded.day > day",
        )?
        .execute((line.0, home(address).to_string(), at.0.div_euclid(DAY)))?;
    Ok(())
}

/// Whether the line has signed in from there lately.
pub(super) fn is_trusted(connection: &Connection, line: LineId, address: IpAddr, now: Unix) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM trusted WHERE line = ?1 AND network = ?2 AND day >= ?3")?.exists((
        line.0,
        home(address).to_string(),
        first_day(now),
    ))
}

/// Forgets what is too old to count.
pub(super) fn expire(connection: &Connection, now: Unix) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM trusted WHERE day < ?1", (first_day(now),))
}

fn first_day(now: Unix) -> i64 {
    now.plus(-TRUST_SECONDS).0.div_euclid(DAY)
}
