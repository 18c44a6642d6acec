//! How far each audit chain had come, noted in the control database under a seal: whoever cuts a
//! chain at its end would have to forge that too. It is at most a minute old, and exact after an
//! end in order; somebody who puts an older copy of both databases back goes unseen.

use super::{Link, last_link};
use crate::keys::ChainKeys;
use hmac::Mac as _;
use host_core::TenantId;
use host_core::plan::Database;
use rusqlite::{Connection, OptionalExtension};

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite) struct Head {
    pub(in crate::sqlite) link: i64,
    pub(in crate::sqlite) hash: Link,
}

/// What is noted of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite) enum Noted {
    /// It had no link yet.
    Nothing,
    /// It had come to this link.
    Link(i64, Link),
    /// There is no note, or its seal is not this panel's.
    Forged,
}

fn number(database: Database) -> u32 {
    if let Database::Tenant(id) = database { id.0 } else { 0 }
}

fn seal(keys: &ChainKeys, database: Database, head: &Head) -> Link {
    let mut seal = keys.of(database);
    seal.update(b"head");
    seal.update(&head.link.to_be_bytes());
    seal.update(&head.hash);
    seal.finalize().into_bytes().into()
}

/// The end of the chain in a database.
pub(in crate::sqlite) fn of(connection: &Connection) -> rusqlite::Result<Head> {
    last_link(connection).map(|(link, hash)| Head { link, hash })
}

/// What the control database has noted of a chain.
pub(in crate::sqlite) fn noted(control: &Connection, keys: &ChainKeys, database: Database) -> rusqlite::Result<Noted> {
    let found = row(control, database)?;
    Ok(match found {
        Some((head, sealed)) if sealed == seal(keys, database, &head) => match head.link {
            0 => Noted::Nothing,
            link => Noted::Link(link, head.hash),
        },
        _ => Noted::Forged,
    })
}

fn row(control: &Connection, database: Database) -> rusqlite::Result<Option<(Head, Link)>> {
    control
        .prepare_cached("SELECT link, hash, seal FROM audit_heads WHERE place = ?1")?
        .query_row((number(database),), |row| Ok((Head { link: row.get(0)?, hash: row.get(1)? }, row.get(2)?)))
        .optional()
}

/// Whether a chain goes on from what is noted of it.
pub(in crate::sqlite) fn goes_on(connection: &Connection, noted: Noted) -> rusqlite::Result<bool> {
    let Noted::Link(link, hash) = noted else { return Ok(noted == Noted::Nothing) };
    let found: Option<Link> = connection
        .prepare_cached("SELECT hash FROM audit_chain WHERE id = ?1")?
        .query_row((link,), |row| row.get(0))
        .optional()?;
    Ok(found == Some(hash))
}

/// Notes the beginning of a new tenant's chain, in the transaction that makes the tenant.
pub(in crate::sqlite) fn begin(control: &Connection, keys: &ChainKeys, id: TenantId) -> rusqlite::Result<()> {
    let (database, head) = (Database::Tenant(id), Head { link: 0, hash: Link::default() });
    let sql = "INSERT INTO audit_heads (place, link, hash, seal) VALUES (?1, ?2, ?3, ?4)";
    control.prepare_cached(sql)?.execute((id.0, head.link, head.hash, seal(keys, database, &head)))?;
    Ok(())
}

/// Notes how far a chain has come. A database that is gone has no note.
pub(in crate::sqlite) fn note(
    control: &Connection,
    keys: &ChainKeys,
    database: Database,
    head: &Head,
) -> rusqlite::Result<()> {
    let sql = "UPDATE audit_heads SET link = ?2, hash = ?3, seal = ?4 WHERE place = ?1";
    control.prepare_cached(sql)?.execute((number(database), head.link, head.hash, seal(keys, database, head)))?;
    Ok(())
}

/// Seals the note that a migration made of a chain without a key. Once the chain has a link with
/// the key, a note without a seal is nobody's mistake.
pub(in crate::sqlite) fn seal_first(
    control: &Connection,
    keys: &ChainKeys,
    database: Database,
    connection: &Connection,
) -> rusqlite::Result<()> {
    let keyed = || connection.prepare("SELECT 1 FROM audit_chain WHERE keyed = 1 LIMIT 1")?.exists(());
    match row(control, database)? {
        Some((head, sealed)) if head.link == 0 && sealed == Link::default() && !keyed()? => {
            note(control, keys, database, &of(connection)?)
        }
        _ => Ok(()),
    }
}
