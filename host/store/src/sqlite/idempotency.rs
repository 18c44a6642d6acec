//! Replies that were given under idempotency keys.

use super::batch::{Failure, PlanWriter};
use host_core::UserId;
use host_core::plan::Idempotency;
use host_core::port::Replayed;
use rusqlite::{Connection, OptionalExtension};

/// Seconds that a reply is kept at least; twice what callers are promised.
const KEPT: i64 = 2 * 86_400;
/// Seconds that count between a reply and the one before at most: what is more may be a clock that
/// was set forward, and makes no reply old.
const STEP: i64 = 3_600;
/// Replies that one commit group forgets at most.
const FORGOTTEN: u32 = 100;

/// Whether the user has a reply under this key.
pub(super) fn is_used(connection: &Connection, user: UserId, key: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM idempotency WHERE user = ?1 AND key = ?2")?.exists((user.0, key))
}

/// Keeps a reply.
pub(super) fn keep(writer: &PlanWriter<'_>, record: &Idempotency, reply: &[u8]) -> Result<(), Failure> {
    writer.run(
        "INSERT INTO idempotency (user, key, request, reply, at, clock) VALUES (?1, ?2, ?3, ?4, ?5, coalesce( \
         (SELECT clock + min(max(?5 - at, 0), ?6) FROM idempotency ORDER BY rowid DESC LIMIT 1), 0))",
        (record.user.0, &record.key, record.request.as_slice(), reply, record.at.0, STEP),
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

/// Forgets the first replies, when they are older than any caller was promised by the replies' own
/// clock.
pub(super) fn forget_old(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency ORDER BY rowid LIMIT ?2) \
               AND clock < (SELECT clock FROM idempotency ORDER BY rowid DESC LIMIT 1) - ?1";
    connection.prepare_cached(sql)?.execute((KEPT, FORGOTTEN))?;
    Ok(())
}

/// The reply that was given under a key.
pub(super) fn replayed(connection: &Connection, user: UserId, key: &str) -> rusqlite::Result<Option<Replayed>> {
    connection
        .prepare_cached("SELECT request, reply FROM idempotency WHERE user = ?1 AND key = ?2")?
        .query_row((user.0, key), |row| Ok(Replayed { request: row.get(0)?, reply: row.get(1)? }))
        .optional()
}
