//! Replies that were given under idempotency keys. Knows nothing of requests.

use super::batch::{Failure, Hand};
use host_core::UserId;
use host_core::plan::Idempotency;
use host_core::port::Replayed;
use host_core::time::Unix;
use rusqlite::{Connection, OptionalExtension};

/// Seconds that a reply is kept at least; twice what callers are promised.
const KEPT: i64 = 2 * 86_400;

/// Whether the user has a reply under this key.
pub(super) fn is_used(connection: &Connection, user: UserId, key: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM idempotency WHERE user = ?1 AND key = ?2")?.exists((user.0, key))
}

/// Keeps a reply.
pub(super) fn keep(hand: &Hand<'_>, record: &Idempotency, reply: &[u8]) -> Result<(), Failure> {
    hand.run(
        "INSERT INTO idempotency (user, key, request, reply, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (record.user.0, &record.key, record.request.as_slice(), reply, record.at.0),
    )?;
    Ok(())
}

/// Replaces a reply that was kept in this batch, when its last late value is known.
pub(super) fn complete(connection: &Connection, record: &Idempotency, reply: &[u8]) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE idempotency SET reply = ?3 WHERE user = ?1 AND key = ?2")?.execute((
        record.user.0,
        &record.key,
        reply,
    ))?;
    Ok(())
}

/// Forgets replies that are older than any caller was promised.
pub(super) fn forget_old(connection: &Connection, now: Unix) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM idempotency WHERE at < ?1")?.execute((now.plus(-KEPT).0,))?;
    Ok(())
}

/// The reply that was given under a key.
pub(super) fn replayed(connection: &Connection, user: UserId, key: &str) -> rusqlite::Result<Option<Replayed>> {
    connection
        .prepare_cached("SELECT request, reply FROM idempotency WHERE user = ?1 AND key = ?2")?
        .query_row((user.0, key), |row| Ok(Replayed { request: row.get(0)?, reply: row.get(1)? }))
        .optional()
}
