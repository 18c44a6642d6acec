//! Verification: every invariant is worked out again from the rows. It goes in steps, each at a
//! moment of its own, so that no log waits for the whole of it.

mod books;
mod queries;

use super::audit_chain::heads::{self, Noted};
use super::audit_chain::walk::{Ended, Walk};
use super::database_file::{quick_check, quoted};
use super::readers::{Readers, at_one_moment};
use crate::error::failed;
use crate::keys::ChainKeys;
use books::Books;
use host_core::plan::Database;
use host_core::port::{Finding, StoreError, Verified};
use queries::QUERIES;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::Arc;

/// Links of an audit chain that a sample makes again.
const SAMPLED_LINKS: u32 = 100;

/// One step, or more of the same.
enum Part {
    /// Finds out which tables there are.
    Tables,
    /// The pages of a table and of its indexes, as SQLite looks at them.
    Pages(String),
    /// The references of a table.
    References(String),
    /// One of [`QUERIES`].
    Query(usize),
    Books(Books),
    Chain(Box<Walk>),
}

/// Every invariant of a database.
/// `goes_on` is asked between its steps.
pub(super) fn whole(
    readers: &Arc<Readers>,
    keys: &ChainKeys,
    database: Database,
    goes_on: impl Fn() -> bool,
) -> Result<Verified, StoreError> {
    let mut work = Verification::whole(database, Walk::new(keys.of(database), noted(readers, keys, database)?));
    while goes_on() && !readers.with(database, |connection| at_one_moment(connection, |now| work.step(now)))? {}
    Ok(work.seen)
}

/// Some invariants of a database, in a moment: some balances, and the end of its audit chain.
pub(super) fn sample(readers: &Arc<Readers>, keys: &ChainKeys, database: Database) -> Result<Vec<Finding>, StoreError> {
    let noted = noted(readers, keys, database)?;
    let look = |now: &Connection| {
        let chain = Walk::of_the_end(keys.of(database), noted, SAMPLED_LINKS, now).map_err(failed)?;
        Verification::sample(database, now, chain)
    };
    readers.with(database, |connection| at_one_moment(connection, look))
}

/// What is noted of a chain; read before the walk, which may then find more but never less.
fn noted(readers: &Arc<Readers>, keys: &ChainKeys, database: Database) -> Result<Noted, StoreError> {
    readers.with(Database::Control, |control| heads::noted(control, keys, database).map_err(failed))
}

/// A verification under way.
struct Verification {
    parts: VecDeque<Part>,
    seen: Verified,
}

impl Verification {
    fn of(parts: VecDeque<Part>) -> Verification {
        Verification { parts, seen: Verified { checks: 0, findings: Vec::new() } }
    }

    /// All of a database. `chain`: a walk from the beginning of its audit chain.
    fn whole(database: Database, chain: Walk) -> Verification {
        let mut parts = VecDeque::from([Part::Tables]);
        if let Database::Tenant(_) = database {
            parts.extend((0..QUERIES.len()).map(Part::Query));
            parts.push_back(Part::Books(Books::default()));
        }
        parts.push_back(Part::Chain(Box::new(chain)));
        Verification::of(parts)
    }

    /// A sample of a database: some balances, and the end of its audit chain.
    fn sample(database: Database, connection: &Connection, chain: Walk) -> Result<Vec<Finding>, StoreError> {
        let mut sample = Verification::of([Part::Chain(Box::new(chain))].into());
        if let Database::Tenant(_) = database {
            sample.note("ledger sum", texts(connection, QUERIES[0].1)?);
            sample.note("balance", texts(connection, books::SAMPLE)?);
        }
        while !sample.step(connection)? {}
        Ok(sample.seen.findings)
    }

    /// Takes the next step, at the moment of this connection. True when it was the last one.
    fn step(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        match self.parts.pop_front() {
            None => {}
            Some(Part::Tables) => {
                let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
                for table in texts(connection, sql)?.into_iter().rev() {
                    self.parts.push_front(Part::References(table.clone()));
                    self.parts.push_front(Part::Pages(table));
                }
            }
            Some(Part::Pages(table)) => {
                let found = quick_check(connection, Some(&table)).unwrap_or_else(|error| vec![error]);
                self.note("pages", found);
            }
            Some(Part::References(table)) => self.note("foreign key", references(connection, &table)?),
            Some(Part::Query(at)) => {
                if let Some((invariant, sql)) = QUERIES.get(at) {
                    self.note(invariant, texts(connection, sql)?);
                }
            }
            Some(Part::Books(mut books)) => match books.step(connection).map_err(failed)? {
                true => self.note("balance", books.findings),
                false => self.parts.push_front(Part::Books(books)),
            },
            Some(Part::Chain(mut walk)) => match walk.step(connection)? {
                Ended::NotYet => self.parts.push_front(Part::Chain(walk)),
                Ended::Well => self.note("audit chain", Vec::new()),
                Ended::Broken(detail) => self.note("audit chain", vec![detail]),
            },
        }
        Ok(self.parts.is_empty())
    }

    /// Counts an invariant as looked at, with what does not hold of it.
    fn note(&mut self, invariant: &'static str, details: Vec<String>) {
        self.seen.checks += 1;
        self.seen.findings.extend(details.into_iter().map(|detail| Finding { invariant, detail }));
    }
}

/// Rows of a table that name a row which is not there.
fn references(connection: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let look = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&format!("PRAGMA foreign_key_check({})", quoted(table)))?;
        let found = statement.query_map((), |row| {
            let (table, number, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let number = number.map_or_else(|| "?".into(), |number| number.to_string());
            Ok(format!("row {number} of {table} names a row of {parent} that is not there"))
        })?;
        found.collect()
    };
    look().map_err(failed)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let rows = statement.query_map((), |row| row.get(0)).map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}
