//! A walk along the audit chain that makes every link again, in pieces: rows are only added, so
//! that each piece may read at a moment of its own.

use super::heads::Noted;
use super::{Link, Maker, number, text};
use crate::error::failed;
use hmac::Hmac;
use host_core::port::StoreError;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::Sha256;

const COLUMNS: &str = "id, at, actor, key_prefix, address, action, object_kind, object, before, after, request";
const CELLS: usize = 11;
/// Links of one piece.
const PIECE: u32 = 256;

/// How far a walk has come.
pub(in crate::sqlite) struct Walk {
    key: Hmac<Sha256>,
    /// A link that must be there: it was noted elsewhere.
    noted: Noted,
    link: i64,
    hash: Link,
    row: i64,
    keyed: bool,
}

/// What a piece of a walk came to.
pub(in crate::sqlite) enum Ended {
    /// There is more to walk.
    NotYet,
    /// All of it holds.
    Well,
    /// What does not hold.
    Broken(String),
}

impl Walk {
    /// A walk from the beginning. `noted`: the link that was noted before the walk began.
    pub(in crate::sqlite) fn new(key: Hmac<Sha256>, noted: Noted) -> Walk {
        Walk { key, noted, link: 0, hash: Link::default(), row: 0, keyed: false }
    }

    /// A walk over the last links alone.
    pub(in crate::sqlite) fn of_the_end(
        key: Hmac<Sha256>,
        noted: Noted,
        links: u32,
        connection: &Connection,
    ) -> rusqlite::Result<Walk> {
        let mut walk = Walk::new(key, noted);
        let sql = "SELECT id, hash, last, keyed FROM audit_chain ORDER BY id DESC LIMIT 1 OFFSET ?1";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        if let Some(from) = connection.query_row(sql, (links,), read).optional()? {
            (walk.link, walk.hash, walk.row, walk.keyed) = from;
            // What was noted may lie before it; the link itself is looked up.
            if let Noted::Link(id, hash) = walk.noted
                && id <= walk.link
            {
                let found: Option<Link> = connection
                    .query_row("SELECT hash FROM audit_chain WHERE id = ?1", (id,), |row| row.get(0))
                    .optional()?;
                walk.noted = if found == Some(hash) { Noted::Nothing } else { Noted::Link(i64::MAX, hash) };
            }
        }
        Ok(walk)
    }

    /// Walks one piece further.
    pub(in crate::sqlite) fn step(&mut self, connection: &Connection) -> Result<Ended, StoreError> {
        self.piece(connection).map_err(failed)
    }

    fn piece(&mut self, connection: &Connection) -> rusqlite::Result<Ended> {
        if let Noted::Forged = self.noted {
            return Ok(Ended::Broken("what was noted of it in the control database is missing or not ours".into()));
        }
        let sql = "SELECT id, last, hash, keyed FROM audit_chain WHERE id > ?1 ORDER BY id LIMIT ?2";
        let mut links = connection.prepare_cached(sql)?;
        let mut links = links.query((self.link, PIECE))?;
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE id > ?1 ORDER BY id");
        let mut rows = connection.prepare_cached(&sql)?;
        let mut rows = rows.query((self.row,))?;
        let mut walked = 0;
        while let Some(link) = links.next()? {
            let (id, last, stored, keyed): (i64, i64, Link, bool) =
                (link.get(0)?, link.get(1)?, link.get(2)?, link.get(3)?);
            if self.keyed && !keyed {
                return Ok(Ended::Broken(format!("link {id} is made without the key, and the one before with it")));
            }
            let mut maker = if keyed { Maker::keyed(&self.key, &self.hash) } else { Maker::plain(&self.hash) };
            while self.row < last {
                let Some(row) = rows.next()? else { break };
                self.row = take(&mut maker, row)?;
            }
            if self.row != last {
                return Ok(Ended::Broken(format!("link {id} ends at row {last}, which is gone")));
            }
            if maker.link() != stored {
                return Ok(Ended::Broken(format!("link {id} does not fit its rows up to {last}")));
            }
            if let Noted::Link(noted, hash) = self.noted
                && noted <= id
            {
                if (noted, hash) != (id, stored) {
                    return Ok(Ended::Broken(cut(noted)));
                }
                self.noted = Noted::Nothing;
            }
            (self.link, self.hash, self.keyed) = (id, stored, keyed);
            walked += 1;
        }
        if walked == PIECE {
            return Ok(Ended::NotYet);
        }
        if let Some(row) = rows.next()? {
            return Ok(Ended::Broken(format!("row {} is in no link", row.get::<_, i64>(0)?)));
        }
        Ok(match self.noted {
            Noted::Link(noted, _) => Ended::Broken(cut(noted)),
            _ => Ended::Well,
        })
    }
}

fn cut(noted: i64) -> String {
    format!("link {noted}, which was noted in the control database, is not there: the chain was cut or made anew")
}

/// Takes a stored row into a link. Returns its id.
fn take(maker: &mut Maker, row: &Row<'_>) -> rusqlite::Result<i64> {
    let mut canonical = Vec::new();
    for index in 0..CELLS {
        match row.get_ref(index)? {
            ValueRef::Integer(value) => number(&mut canonical, Some(value)),
            ValueRef::Text(value) => text(&mut canonical, Some(&String::from_utf8_lossy(value))),
            _ => number(&mut canonical, None),
        }
    }
    maker.update(&canonical);
    row.get(0)
}
