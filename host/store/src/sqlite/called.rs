//! What lines, users and streams are called, for logs that name them by their ids.

use crate::error::failed;
use host_core::object::{Key, Kind};
use host_core::port::{Called, StoreError};
use rusqlite::{Connection, OptionalExtension, Row};

/// The names of these, as far as they are there.
pub(super) fn read(connection: &Connection, keys: &[Key]) -> Result<Vec<(Key, Called)>, StoreError> {
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let sql = match key.kind() {
            Kind::Line => "SELECT username, mac, delivery FROM lines WHERE id = ?1",
            Kind::User => "SELECT username, NULL, NULL FROM users WHERE id = ?1",
            Kind::Stream => "SELECT name, NULL, NULL FROM streams WHERE id = ?1",
            _ => continue,
        };
        let called = |row: &Row<'_>| Ok(Called { name: row.get(0)?, mac: row.get(1)?, delivery: row.get(2)? });
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        let row = statement.query_row((key.number(),), called).optional().map_err(failed)?;
        found.extend(row.map(|called| (*key, called)));
    }
    Ok(found)
}
