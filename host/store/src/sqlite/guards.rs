//! Guards: whether what a plan was decided from still holds.

use super::batch::{Failure, PlanWriter};
use super::row_blocks::Counted;
use super::{documents, find, idempotency, ledger, references, sessions, table};
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Change, Guard, Plan};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{UserId, Version};
use rusqlite::{Connection, OptionalExtension};

/// A plan with more changes is not searched for a write that checks a guard by itself.
const SEARCHED: usize = 16;

/// Checks every guard of a plan that its own writes do not check anyway.
pub(super) fn check(writer: &PlanWriter<'_>, plan: &Plan) -> Result<(), Failure> {
    for guard in &plan.guards {
        if !is_checked_by_a_write(guard, &plan.changes) && !holds(writer, guard)? {
            return Err(Failure::Conflict(guard.clone()));
        }
    }
    Ok(())
}

/// An update compares the version itself, an insert is stopped by the unique index: a query
/// before it would only say the same.
fn is_checked_by_a_write(guard: &Guard, changes: &[Change]) -> bool {
    if changes.len() > SEARCHED {
        return false;
    }
    changes.iter().any(|change| match (guard, change) {
        (Guard::Unchanged(key, version), Change::Update(object)) => {
            object.key() == *key && object.version() == *version
        }
        (Guard::Unchanged(key, version), Change::Delete(other, at)) => other == key && at == version,
        (Guard::Missing(key), Change::Insert(object)) => object.key() == *key,
        (Guard::Free(unique), Change::Insert(object)) => has(object, unique),
        (Guard::Covers(account, amount), Change::Transfer(transfer)) => {
            transfer.from == *account && transfer.amount == *amount
        }
        _ => false,
    })
}

fn has(object: &Object, unique: &Unique) -> bool {
    match (object, unique) {
        (Object::Line(line), Unique::LineUsername(name)) => line.username == *name,
        (Object::Stream(stream), Unique::StreamOrigin(source, url)) => {
            stream.origin.as_ref().is_some_and(|origin| origin.source == *source && origin.url == *url)
        }
        _ => false,
    }
}

fn holds(writer: &PlanWriter<'_>, guard: &Guard) -> rusqlite::Result<bool> {
    let connection = writer.connection;
    Ok(match guard {
        Guard::Unchanged(key, version) => version_of(writer, *key)? == Some(*version),
        Guard::Missing(key) => version_of(writer, *key)?.is_none(),
        Guard::Free(unique) => find::holder(connection, unique)?.is_none(),
        Guard::Within(user, root) => user == root || find::climb(connection, *user, *root)?.0,
        Guard::Covers(account, amount) => ledger::balance(connection, *account)? >= *amount,
        Guard::Settles(account, amount) => ledger::balance(connection, *account)? == *amount,
        Guard::Levels(user, most) => levels(connection, *user, *most)?,
        Guard::NotReversed(id) => ledger::reversed_by(connection, *id)?.is_none(),
        Guard::TrialsBelow { user, since, below } => trials(connection, *user, *since)? < *below,
        Guard::CountBelow(kind, below) => count(connection, *kind)? < *below,
        Guard::SessionsBelow { holder, surface, now, below } => {
            sessions::lasting(connection, *holder, surface.as_deref(), *now)? < *below
        }
        Guard::CollectionBelow(name, below) => documents::collection(connection, name)?.documents < *below,
        Guard::Shaped(name, shape) => documents::collection(connection, name)?.shape == *shape,
        Guard::ReferredBy(word, number, documents) => {
            documents::count_referring(connection, word, *number)? == *documents
        }
        Guard::Unnamed(key) => references::named_by(connection, *key)?.is_none(),
        // It is looked at by the writes themselves.
        Guard::Referred => true,
        Guard::Unused(user, key) => !idempotency::is_used(connection, *user, key)?,
    })
}

/// The version of a row, if there is one.
fn version_of(writer: &PlanWriter<'_>, key: Key) -> rusqlite::Result<Option<Version>> {
    writer.with(&table::statements(key.kind()).version, |statement| {
        statement.query_row((key.number(),), |row| Ok(Version(row.get(0)?))).optional()
    })
}

/// Whether a user, with everybody below them, makes at most this many levels.
fn levels(connection: &Connection, user: UserId, most: u32) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "WITH RECURSIVE down (id, level) AS (SELECT ?1, 1 UNION ALL \
             SELECT u.id, down.level + 1 FROM down JOIN users u ON u.parent = down.id WHERE down.level <= ?2) \
             SELECT max(level) <= ?2 FROM down",
        )?
        .query_row((user.0, most), |row| row.get(0))
}

/// Trials that a user made since a time.
pub(super) fn trials(connection: &Connection, user: UserId, since: Unix) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("SELECT count(*) FROM trials WHERE user = ?1 AND at >= ?2")?
        .query_row((user.0, since.0), |row| row.get(0))
}

/// Which guard a refused insert or update has run into; nothing when it was none. The row itself
/// may stand there half written, so that only other rows count as holders of its names.
pub(super) fn broken_by(writer: &PlanWriter<'_>, object: &Object, fresh: bool) -> rusqlite::Result<Option<Guard>> {
    let key = object.key();
    for unique in host_core::unique::uniques(object) {
        if find::holder(writer.connection, &unique)?.is_some_and(|id| id != key.number()) {
            return Ok(Some(Guard::Free(unique)));
        }
    }
    let is_there = fresh && version_of(writer, key)?.is_some();
    Ok(is_there.then_some(Guard::Missing(key)))
}

/// The guard of a row that was to be at a version.
pub(super) fn unchanged(object: &Object) -> Guard {
    Guard::Unchanged(object.key(), Version(object.version().0))
}

/// Whether the number of a kind's rows is kept, and reading it is a look at a few of them.
pub(super) fn is_counted(kind: Kind) -> bool {
    matches!(kind, Kind::Line | Kind::User)
}

/// Rows of a kind.
pub(super) fn count(connection: &Connection, kind: Kind) -> rusqlite::Result<u32> {
    if is_counted(kind) {
        return Ok(u32::try_from(Counted::all(kind).rows(connection)?).unwrap_or(u32::MAX));
    }
    connection.prepare_cached(&format!("SELECT count(*) FROM {}", table::name(kind)))?.query_row((), |row| row.get(0))
}
