//! Lists whose rows are counted as they come and go, in blocks of ids on three levels: how many there are is one row,
//! and where a page begins is found without reading what it skips.

use super::cells::Word;
use host_core::caller::Scope;
use host_core::line::DeliveryType;
use host_core::object::Kind;
use host_core::port::{Filter, Query};
use host_core::stream::StreamKind;
use host_core::user::Role;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::ops::Range;

/// The level that has one block for a whole list.
const WHOLE: u32 = 2;
/// The levels below it, each with the ids of a block as a power of two.
const LEVELS: [(u32, u32); 2] = [(1, 15), (0, 9)];

/// The part of the count that a list is.
pub(super) struct Counted {
    lists: Vec<String>,
    ancestor: u32,
}

/// The lists that all rows of a kind within a scope are, of a tree's users those below its root.
fn lists_of(kind: Kind, scope: Scope) -> Vec<String> {
    fn each<T: Word>(of: &str) -> Vec<String> {
        T::WORDS.iter().map(|(_, word)| format!("{of} {word}")).collect()
    }
    match (kind, scope) {
        (Kind::Line, _) => each::<DeliveryType>("line"),
        (Kind::Stream, _) => each::<StreamKind>("stream"),
        (Kind::User, Scope::Tree(_)) => vec!["user below".to_owned()],
        (Kind::User, _) => each::<Role>("user"),
        (kind, _) => vec![kind.as_str().to_owned()],
    }
}

/// Where a page begins.
#[derive(Debug, PartialEq)]
pub(super) struct Begin {
    /// The first id that may be on it, in the order of the list.
    pub(super) id: i64,
    /// How many rows from there it skips.
    pub(super) skipped: u32,
}

impl Counted {
    /// What a query counts to, when it [is counted](Query::is_counted).
    pub(super) fn of(query: &Query) -> Option<Counted> {
        if !query.is_counted() {
            return None;
        }
        let counted = Counted::within(query.kind, query.scope);
        let lists = match query.filters.as_slice() {
            [Filter::StreamKinds(kinds)] => kinds.iter().map(|kind| format!("stream {}", kind.word())).collect(),
            [Filter::Delivery(delivery)] => vec![format!("line {}", delivery.word())],
            [Filter::Role(role)] => vec![format!("user {}", role.word())],
            _ => return Some(counted),
        };
        Some(Counted { lists, ..counted })
    }

    /// All rows of a kind within a scope, where it is all or a tree.
    pub(super) fn within(kind: Kind, scope: Scope) -> Counted {
        let ancestor = if let Scope::Tree(user) = scope { user.0 } else { 0 };
        Counted { lists: lists_of(kind, scope), ancestor: if kind == Kind::Stream { 0 } else { ancestor } }
    }

    /// All rows of a kind.
    pub(super) fn all(kind: Kind) -> Counted {
        Counted::within(kind, Scope::Tenant)
    }

    /// How many rows the list has.
    pub(super) fn rows(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let sql =
            format!("SELECT coalesce(sum(rows), 0) FROM row_blocks WHERE level = {WHOLE} AND {}", self.condition());
        let rows: i64 =
            connection.prepare_cached(&sql)?.query_row(params_from_iter(self.values()), |row| row.get(0))?;
        Ok(rows.unsigned_abs())
    }

    /// Where a page begins that skips `start` rows; none when that is behind the last one.
    pub(super) fn begin(
        &self,
        connection: &Connection,
        start: u32,
        descending: bool,
    ) -> rusqlite::Result<Option<Begin>> {
        let (mut ids, mut skipped) = (0..i64::from(u32::MAX) + 1, start);
        for (level, bits) in LEVELS {
            let Some((block, rest)) = self.block(connection, (level, bits), &ids, skipped, descending)? else {
                return Ok(None);
            };
            (ids, skipped) = (block << bits..(block + 1) << bits, rest);
        }
        Ok(Some(Begin { id: if descending { ids.end - 1 } else { ids.start }, skipped }))
    }

    /// Finds the row that comes after `skipped` others within these ids. Returns the block of the level that it is in,
    /// and how many rows of that block come before it.
    fn block(
        &self,
        connection: &Connection,
        (level, bits): (u32, u32),
        ids: &Range<i64>,
        start: u32,
        descending: bool,
    ) -> rusqlite::Result<Option<(i64, u32)>> {
        let order = if descending { "DESC" } else { "ASC" };
        let marks = self.lists.len() + 1;
        let sql = format!(
            "SELECT block, sum(rows) FROM row_blocks WHERE level = {level} AND {} AND block >= ?{} AND block < ?{} \
             GROUP BY block ORDER BY block {order}",
            self.condition(),
            marks + 1,
            marks + 2
        );
        let bounds = [Value::from(ids.start >> bits), Value::from(ids.end >> bits)];
        let mut statement = connection.prepare_cached(&sql)?;
        let mut blocks = statement.query(params_from_iter(self.values().chain(bounds)))?;
        let mut skipped = start;
        while let Some(row) = blocks.next()? {
            let rows: u32 = row.get(1)?;
            if skipped < rows {
                return Ok(Some((row.get(0)?, skipped)));
            }
            skipped -= rows;
        }
        Ok(None)
    }

    fn condition(&self) -> String {
        let marks: Vec<_> = (2..self.lists.len() + 2).map(|mark| format!("?{mark}")).collect();
        format!("ancestor = ?1 AND list IN ({})", marks.join(", "))
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        let lists = self.lists.iter().map(|list| Value::from(list.clone()));
        std::iter::once(Value::from(self.ancestor)).chain(lists)
    }
}
