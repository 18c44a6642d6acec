//! Effects that wait to be performed.

use super::batch::{Failure, PlanWriter};
use super::cells::to_json;
use crate::error::failed;
use host_core::event::AddressedEffect;
use host_core::plan::{LONGEST_PAUSE, Settled};
use host_core::port::{StoreError, Waiting};
use host_core::time::Unix;
use host_core::{NodeId, OutboxId};
use rusqlite::Connection;

/// Adds an effect, due at once.
pub(super) fn add(writer: &PlanWriter<'_>, effect: &AddressedEffect) -> Result<OutboxId, Failure> {
    writer.run(
        "INSERT INTO outbox (effect, due_at, attempts, error, dead) VALUES (?1, 0, 0, '', 0)",
        (to_json(effect)?,),
    )?;
    Ok(OutboxId(writer.connection.last_insert_rowid()))
}

/// Notes what became of one. One that is no longer there was settled before.
pub(super) fn settle(writer: &PlanWriter<'_>, id: OutboxId, settled: &Settled) -> Result<(), Failure> {
    match settled {
        Settled::Done => writer.run("DELETE FROM outbox WHERE id = ?1", (id.0,))?,
        Settled::Retry(at, error) => writer.run(
            "UPDATE outbox SET due_at = ?2, attempts = attempts + 1, error = ?3 WHERE id = ?1",
            (id.0, at.0, error),
        )?,
        Settled::Dead(error) => writer
            .run("UPDATE outbox SET dead = 1, attempts = attempts + 1, error = ?2 WHERE id = ?1", (id.0, error))?,
    };
    Ok(())
}

/// Effects for a node that are due, oldest first; [`Unix::has_come`] in SQL. Those for others are stepped over, not
/// counted: however many of them wait, they hold none of this node's up.
pub(super) fn due(connection: &Connection, node: NodeId, now: Unix, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT id, attempts, effect FROM outbox WHERE dead = 0 AND (due_at <= ?1 OR due_at > ?2) \
             ORDER BY due_at, id",
        )
        .map_err(failed)?;
    let mut rows = statement.query((now.0, now.plus(LONGEST_PAUSE).0)).map_err(failed)?;
    let mut waiting = Vec::new();
    while waiting.len() < limit as usize
        && let Some(row) = rows.next().map_err(failed)?
    {
        let id: i64 = row.get(0).map_err(failed)?;
        let text: String = row.get(2).map_err(failed)?;
        let AddressedEffect { effect, to } = serde_json::from_str(&text).map_err(|error| StoreError::Corrupt {
            table: "outbox",
            column: "effect",
            row: id,
            reason: error.to_string(),
        })?;
        if to.include(node) {
            waiting.push(Waiting { id: OutboxId(id), effect, attempts: row.get(1).map_err(failed)? });
        }
    }
    Ok(waiting)
}
