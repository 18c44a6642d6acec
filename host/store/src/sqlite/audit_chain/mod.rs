//! The audit chain: every commit group closes with a keyed hash over the one before and its own
//! rows, so that no row can be changed, taken out or put in unseen by anybody without the key.
//! `walk` makes it again, `heads` notes how far it had come.

pub(super) mod heads;
pub(super) mod walk;

use super::batch::{Failure, PlanWriter};
use super::cells::to_json;
use hmac::{Hmac, Mac as _};
use host_core::audit::AuditEntry;
use host_core::late::fill;
use host_core::object::Key;
use host_core::plan::Late;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

/// One link of the chain.
pub(super) type Link = [u8; 32];

/// A link in the making: over the one before, and then over rows.
#[derive(Clone)]
enum Maker {
    /// Links of before there was a key.
    Plain(Sha256),
    Keyed(Hmac<Sha256>),
}

impl Maker {
    fn keyed(key: &Hmac<Sha256>, before: &Link) -> Maker {
        let mut maker = Maker::Keyed(key.clone());
        maker.update(before);
        maker
    }

    fn plain(before: &Link) -> Maker {
        Maker::Plain(Sha256::new_with_prefix(before))
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Maker::Plain(hash) => Digest::update(hash, bytes),
            Maker::Keyed(mac) => mac.update(bytes),
        }
    }

    fn link(self) -> Link {
        match self {
            Maker::Plain(hash) => hash.finalize().into(),
            Maker::Keyed(mac) => mac.finalize().into_bytes().into(),
        }
    }
}

/// The link that is being made over the rows of one commit group.
pub(super) struct Chain {
    key: Hmac<Sha256>,
    link: Option<Maker>,
    last: i64,
    /// The canonical form of one row; kept for the next.
    row: Vec<u8>,
}

/// How far a link had come.
pub(super) struct Mark {
    link: Option<Maker>,
    last: i64,
}

impl Chain {
    pub(super) fn new(key: Hmac<Sha256>) -> Chain {
        Chain { key, link: None, last: 0, row: Vec::new() }
    }

    /// How far the link has come.
    pub(super) fn mark(&self) -> Mark {
        Mark { link: self.link.clone(), last: self.last }
    }

    /// The rows since then are taken back.
    pub(super) fn go_back(&mut self, to: Mark) {
        (self.link, self.last) = (to.link, to.last);
    }

    /// Writes a row and takes it into the link. Late values are filled in as far as they are
    /// known; the link itself cannot be part of what it covers.
    pub(super) fn add(
        &mut self,
        writer: &PlanWriter<'_>,
        entry: &AuditEntry,
        late: &[Late],
        values: &[String],
    ) -> Result<(), Failure> {
        let (before, after) = (to_json(&entry.before)?, to_json(&entry.after)?);
        let (before, after) = (fill(before, late, values), fill(after, late, values));
        let kind = entry.object.map(|key| key.kind().as_str());
        let object = entry.object.map(Key::number);
        writer.run(
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
        self.last = writer.connection.last_insert_rowid();
        let link = match &mut self.link {
            Some(link) => link,
            empty => empty.insert(Maker::keyed(&self.key, &last_link(writer.connection)?.1)),
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
        link.update(row);
        Ok(())
    }

    /// Writes the link; without rows the last one stays the last.
    pub(super) fn close(self, connection: &Connection) -> rusqlite::Result<Link> {
        let Some(link) = self.link else { return last_link(connection).map(|(_, link)| link) };
        let link = link.link();
        connection
            .prepare_cached("INSERT INTO audit_chain (last, hash, keyed) VALUES (?1, ?2, 1)")?
            .execute((self.last, link.as_slice()))?;
        Ok(link)
    }
}

/// The last link, with its number; number 0 where there is none.
fn last_link(connection: &Connection) -> rusqlite::Result<(i64, Link)> {
    let found = connection
        .prepare_cached("SELECT id, hash FROM audit_chain ORDER BY id DESC LIMIT 1")?
        .query_row((), |row| Ok((row.get(0)?, row.get(1)?)))
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
