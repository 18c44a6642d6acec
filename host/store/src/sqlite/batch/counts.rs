//! How many rows there are, without counting them for each plan. Knows nothing of quotas.

use crate::sqlite::guards;
use host_core::object::Kind;
use rusqlite::Connection;
use std::collections::HashMap;

/// How many rows there are of the kinds that were asked for, kept up to date by the writer.
#[derive(Default)]
pub(in crate::sqlite) struct Counts(HashMap<Kind, u32>);

impl Counts {
    pub(in crate::sqlite) fn get(&mut self, connection: &Connection, kind: Kind) -> rusqlite::Result<u32> {
        if let Some(rows) = self.0.get(&kind) {
            return Ok(*rows);
        }
        let rows = guards::count(connection, kind)?;
        self.0.insert(kind, rows);
        Ok(rows)
    }

    /// A row came.
    pub(super) fn added(&mut self, kind: Kind) {
        if let Some(rows) = self.0.get_mut(&kind) {
            *rows = rows.saturating_add(1);
        }
    }

    /// A row went.
    pub(super) fn removed(&mut self, kind: Kind) {
        match self.0.get_mut(&kind) {
            // What else may have gone with other kinds is counted again.
            Some(rows) if kind == Kind::Line => *rows = rows.saturating_sub(1),
            _ => self.forget(),
        }
    }

    /// Everything is counted again when it is next asked for.
    pub(in crate::sqlite) fn forget(&mut self) {
        self.0.clear();
    }
}
