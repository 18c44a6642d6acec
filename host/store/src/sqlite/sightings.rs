//! Soft state as rows: the last word counts.

use super::batch::{Failure, PlanWriter};
use super::cells::{Word, to_json};
use super::table::statements;
use crate::error::failed;
use host_core::object::Key;
use host_core::port::StoreError;
use host_core::sighting::{MAX_SIGHTINGS, Seen, Sighting};
use host_core::time::Unix;
use rusqlite::Connection;

/// Writes what was seen of things that are there.
pub(super) fn write(writer: &PlanWriter<'_>, sightings: &[Sighting]) -> Result<(), Failure> {
    if sightings.len() > MAX_SIGHTINGS {
        return Err(Failure::Invalid(format!("it has more than {MAX_SIGHTINGS} sightings")));
    }
    for Sighting { key, seen } in sightings {
        let facts = to_json(&seen.facts)?;
        let row = (key.kind().word(), key.number(), seen.at.0, &seen.address, &seen.agent, facts);
        writer.run(&statements(key.kind()).see, row)?;
    }
    Ok(())
}

/// What was last seen of these, as far as anything was.
pub(super) fn read(connection: &Connection, keys: &[Key]) -> Result<Vec<(Key, Seen)>, StoreError> {
    let mut found = Vec::new();
    let mut statement = connection
        .prepare_cached("SELECT at, address, agent, facts FROM sightings WHERE kind = ?1 AND id = ?2")
        .map_err(failed)?;
    for key in keys {
        let mut rows = statement.query((key.kind().word(), key.number())).map_err(failed)?;
        if let Some(row) = rows.next().map_err(failed)? {
            let facts: String = row.get(3).map_err(failed)?;
            let facts = serde_json::from_str(&facts).map_err(|error| StoreError::Corrupt {
                table: "sightings",
                column: "facts",
                row: i64::from(key.number()),
                reason: error.to_string(),
            })?;
            let seen = Seen {
                at: Unix(row.get(0).map_err(failed)?),
                address: row.get(1).map_err(failed)?,
                agent: row.get(2).map_err(failed)?,
                facts,
            };
            found.push((*key, seen));
        }
    }
    Ok(found)
}
