//! The audit chain: every commit group closes with a hash over the one before and its own rows,
//! so that no row can be changed, taken out or put in unseen. Knows nothing of what rows mean.

use super::batch::{Failure, Hand};
use super::cells::to_json;
use super::late::fill;
use crate::error::failed;
use host_core::audit::AuditEntry;
use host_core::object::Key;
use host_core::plan::Late;
use host_core::port::{Finding, StoreError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

/// One link of the chain.
pub(super) type Link = [u8; 32];

const COLUMNS: &str = "id, at, actor, key_prefix, address, action, object_kind, object, before, after, request";
const CELLS: usize = 11;

/// The link that is being made over the rows of one commit group.
#[derive(Clone)]
pub(super) struct Chain {
    hash: Option<Sha256>,
    last: i64,
    /// The canonical form of one row; kept for the next.
    row: Vec<u8>,
}

impl Chain {
    pub(super) fn new() -> Chain {
        Chain { hash: None, last: 0, row: Vec::new() }
    }

    /// Writes a row and takes it into the link. Late values are filled in as far as they are
    /// known; the link itself cannot be part of what it covers.
    pub(super) fn add(
        &mut self,
        hand: &Hand<'_>,
        entry: &AuditEntry,
        late: &[Late],
        values: &[String],
    ) -> Result<(), Failure> {
        let (before, after) = (to_json(&entry.before)?, to_json(&entry.after)?);
        let (before, after) = (fill(before, late, values), fill(after, late, values));
        let kind = entry.object.map(|key| key.kind().as_str());
        let object = entry.object.map(Key::number);
        hand.run(
            "INSERT INTO audit (at, actor, key_prefix, address, action, object_kind, object, before, after, request) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            rusqlite::params![
                entry.at.0,
                entry.actor.map(|id| id.0),
                entry.key_prefix,
                entry.address,
                entry.action,
                kind,
                object,
                before,
                after,
                entry.request,
            ],
        )?;
        self.last = hand.connection.last_insert_rowid();
        let hash = match &mut self.hash {
            Some(hash) => hash,
            empty => empty.insert(begin(&last_link(hand.connection)?)),
        };
        let row = &mut self.row;
        row.clear();
        number(row, Some(self.last));
        number(row, Some(entry.at.0));
        number(row, entry.actor.map(|id| i64::from(id.0)));
        text(row, entry.key_prefix.as_deref());
        text(row, entry.address.as_deref());
        text(row, Some(&entry.action));
        text(row, kind);
        number(row, object.map(i64::from));
        text(row, Some(&before));
        text(row, Some(&after));
        text(row, Some(&entry.request));
        hash.update(row);
        Ok(())
    }

    /// Writes the link; without rows the last one stays the last.
    pub(super) fn close(self, connection: &Connection) -> rusqlite::Result<Link> {
        let Some(hash) = self.hash else { return last_link(connection) };
        let link: Link = hash.finalize().into();
        connection
            .prepare_cached("INSERT INTO audit_chain (last, hash) VALUES (?1, ?2)")?
            .execute((self.last, link.as_slice()))?;
        Ok(link)
    }
}

fn begin(before: &Link) -> Sha256 {
    Sha256::new_with_prefix(before)
}

fn last_link(connection: &Connection) -> rusqlite::Result<Link> {
    let found = connection
        .prepare_cached("SELECT hash FROM audit_chain ORDER BY id DESC LIMIT 1")?
        .query_row((), |row| row.get::<_, Link>(0))
        .optional()?;
    Ok(found.unwrap_or_default())
}

// A tag and, for text, its length stand before each cell, so that no two rows read alike.
fn number(row: &mut Vec<u8>, value: Option<i64>) {
    match value {
        None => row.push(b'-'),
        Some(value) => {
            row.push(b'n');
            row.extend(value.to_be_bytes());
        }
    }
}

fn text(row: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => row.push(b'-'),
        Some(value) => {
            row.push(b't');
            row.extend((value.len() as u64).to_be_bytes());
            row.extend(value.as_bytes());
        }
    }
}

/// Takes a stored row into a link. The answer: its id.
fn take(hash: &mut Sha256, row: &Row<'_>) -> rusqlite::Result<i64> {
    let mut canonical = Vec::new();
    for index in 0..CELLS {
        match row.get_ref(index)? {
            ValueRef::Integer(value) => number(&mut canonical, Some(value)),
            ValueRef::Text(value) => text(&mut canonical, Some(&String::from_utf8_lossy(value))),
            _ => number(&mut canonical, None),
        }
    }
    hash.update(&canonical);
    row.get(0)
}

/// Makes every link again; the first that is not what it should be.
pub(super) fn verify(connection: &Connection) -> Result<Option<Finding>, StoreError> {
    let broken = |detail| Ok(Some(Finding { invariant: "audit chain", detail }));
    let mut links = connection.prepare("SELECT id, last, hash FROM audit_chain ORDER BY id").map_err(failed)?;
    let mut links = links.query(()).map_err(failed)?;
    let mut rows = connection.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY id")).map_err(failed)?;
    let mut rows = rows.query(()).map_err(failed)?;
    let mut before = Link::default();
    while let Some(link) = links.next().map_err(failed)? {
        let (id, last, stored) =
            (|| Ok((link.get::<_, i64>(0)?, link.get::<_, i64>(1)?, link.get::<_, Link>(2)?)))().map_err(failed)?;
        let mut hash = begin(&before);
        loop {
            let Some(row) = rows.next().map_err(failed)? else {
                return broken(format!("link {id} ends at row {last}, which is gone"));
            };
            let at = take(&mut hash, row).map_err(failed)?;
            if at == last {
                break;
            }
            if at > last {
                return broken(format!("link {id} ends at row {last}, which is gone"));
            }
        }
        before = hash.finalize().into();
        if before != stored {
            return broken(format!("link {id} does not fit its rows up to {last}"));
        }
    }
    match rows.next().map_err(failed)? {
        Some(row) => broken(format!("row {} is in no link", row.get::<_, i64>(0).unwrap_or(0))),
        None => Ok(None),
    }
}
