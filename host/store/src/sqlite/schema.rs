//! The schemas, as numbered steps that are run once each and in order. A new database runs all of
//! them, an older one those it lacks, in one transaction: it has every step or stays as it was.
//!
//! A step that was released is never edited; what comes next is a new file with the next number,
//! named here. `NNNN-name.sql` below `migrations/sqlite/<database>`, and below `every` for what
//! control and tenant databases share.

use super::existing::open_existing;
use crate::error::{OpenError, plain};
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, Transaction};
use std::path::Path;

/// The statements of one step.
type Step = &'static [&'static str];

/// What a sort of database is made of.
pub(crate) struct Schema {
    steps: &'static [Step],
}

pub(crate) const CONTROL: Schema = Schema {
    steps: &[
        &[
            include_str!("../../migrations/sqlite/control/0001-first.sql"),
            include_str!("../../migrations/sqlite/every/0001-first.sql"),
        ],
        &[
            include_str!("../../migrations/sqlite/control/0002-audit-heads.sql"),
            include_str!("../../migrations/sqlite/every/0002-proofs.sql"),
        ],
        &[include_str!("../../migrations/sqlite/control/0003-plugin-nominations.sql")],
        &[include_str!("../../migrations/sqlite/control/0004-unfinished.sql")],
    ],
};
pub(crate) const TENANT: Schema = Schema {
    steps: &[
        &[
            include_str!("../../migrations/sqlite/tenant/0001-first.sql"),
            include_str!("../../migrations/sqlite/every/0001-first.sql"),
        ],
        &[
            include_str!("../../migrations/sqlite/tenant/0002-ledger.sql"),
            include_str!("../../migrations/sqlite/every/0002-proofs.sql"),
        ],
        &[include_str!("../../migrations/sqlite/tenant/0003-references.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0004-same-player.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0005-row-counts.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0006-channel-numbers.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0007-members.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0008-compatible-keys.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0009-sessions.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0010-documents.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0011-reach.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0012-search.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0013-reversals.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0014-bouquet-links.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0015-sightings.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0016-log-days.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0017-identity.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0018-devices.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0019-moves.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0020-logs.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0021-guide-addresses.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0022-purchases.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0023-mass-edits.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0024-media.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0025-boxes-and-batches.sql")],
        &[include_str!("../../migrations/sqlite/tenant/0026-users-by-role.sql")],
    ],
};
pub(crate) const JOURNAL: Schema = Schema {
    steps: &[
        &[include_str!("../../migrations/sqlite/journal/0001-first.sql")],
        &[include_str!("../../migrations/sqlite/journal/0002-trusted.sql")],
        &[include_str!("../../migrations/sqlite/journal/0003-logs.sql")],
        &[include_str!("../../migrations/sqlite/journal/0004-panel-sign-ins.sql")],
        &[include_str!("../../migrations/sqlite/journal/0005-more-logs.sql")],
        &[include_str!("../../migrations/sqlite/journal/0006-log-counts.sql")],
    ],
};

/// One database is brought up to date at a time: who comes second finds it done.
static MIGRATING: Mutex<()> = Mutex::new(());

impl Schema {
    /// The number of the last step.
    pub(crate) fn version(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }

    /// Runs the steps after `found`.
    pub(crate) fn apply(&self, transaction: &Transaction, found: i64) -> rusqlite::Result<()> {
        for (version, step) in (1_i64..).zip(self.steps).filter(|(version, _)| *version > found) {
            step.iter().try_for_each(|sql| transaction.execute_batch(sql))?;
            transaction.execute("INSERT INTO schema_version (version) VALUES (?1)", (version,))?;
        }
        Ok(())
    }

    /// Whether a database has this schema: `false` when steps are missing. One that a newer
    /// program wrote is an error.
    pub(super) fn is_current(&self, connection: &Connection, path: &Path) -> Result<bool, OpenError> {
        let found = version_of(connection).map_err(OpenError::damaged(path))?;
        let known = self.version();
        match found {
            found if found > known => Err(OpenError::Newer { path: path.to_owned(), found, known }),
            found if found < 1 => {
                Err(OpenError::Damaged { path: path.to_owned(), reason: format!("there is no schema {found}") })
            }
            found => Ok(found == known),
        }
    }

    /// Brings a database up to date: all missing steps in one transaction. Nothing happens when
    /// there are none.
    pub(super) fn migrate(&self, path: &Path) -> Result<(), OpenError> {
        let _alone = MIGRATING.lock();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = open_existing(path, flags)?;
        if self.is_current(&connection, path)? {
            return Ok(());
        }
        tracing::info!(path = %path.display(), to = self.version(), "the database is brought up to date");
        self.run_missing(&mut connection).map_err(|reason| OpenError::Migration { path: path.to_owned(), reason })
    }

    fn run_missing(&self, connection: &mut Connection) -> Result<(), String> {
        let settle = |connection: &Connection| -> rusqlite::Result<()> {
            connection.pragma_update(None, "synchronous", "FULL")?;
            // A step may make a table anew; whether all references hold is looked at in the end.
            connection.pragma_update(None, "foreign_keys", false)
        };
        settle(connection).map_err(|error| plain(&error))?;
        let mut run = || -> rusqlite::Result<Option<String>> {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            self.apply(&transaction, version_of(&transaction)?)?;
            if let Some(table) = dangling(&transaction)? {
                return Ok(Some(format!("a row of {table} refers to one that is not there")));
            }
            transaction.commit()?;
            Ok(None)
        };
        match run() {
            Ok(None) => Ok(()),
            Ok(Some(reason)) => Err(reason),
            Err(error) => Err(plain(&error)),
        }
    }
}

fn version_of(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(version), 0) FROM schema_version", (), |row| row.get(0))
}

/// A table with a row whose reference leads nowhere.
fn dangling(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query(())?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::database_file::{make, open_reading, open_writing};

    const FIRST: Step = &["CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
        CREATE TABLE owners (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE things (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES owners (id)) STRICT;"];
    const SECOND: Step = &["ALTER TABLE things ADD COLUMN name TEXT NOT NULL DEFAULT 'none'"];
    const OLD: Schema = Schema { steps: &[FIRST] };
    const NEW: Schema = Schema { steps: &[FIRST, SECOND] };

    fn old_database() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        make(&path, &OLD).unwrap();
        let connection = open_writing(&path, &OLD).unwrap();
        connection.execute_batch("INSERT INTO owners VALUES (1); INSERT INTO things VALUES (7, 1)").unwrap();
        (folder, path)
    }

    #[test]
    fn an_older_database_gets_the_missing_steps_and_keeps_its_rows() {
        let (_folder, path) = old_database();
        let connection = open_reading(&path, &NEW).unwrap();
        let row = connection.query_row("SELECT id, name FROM things", (), |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(row, Ok((7, "none".to_owned())));
        assert!(NEW.is_current(&connection, &path).unwrap());
    }

    #[test]
    fn a_step_that_fails_leaves_the_database_as_it_was() {
        let (_folder, path) = old_database();
        let broken = Schema { steps: &[FIRST, SECOND, &["DELETE FROM things; SELECT 1 FROM nowhere"]] };
        let Err(OpenError::Migration { reason, .. }) = open_writing(&path, &broken) else { panic!("it ran") };
        assert!(reason.contains("nowhere"), "{reason}");
        let connection = open_reading(&path, &OLD).unwrap();
        assert_eq!(connection.query_row("SELECT count(*) FROM things", (), |row| row.get(0)), Ok(1));
    }

    #[test]
    fn a_step_that_leaves_a_reference_to_nothing_is_not_kept() {
        let (_folder, path) = old_database();
        let broken = Schema { steps: &[FIRST, &["DELETE FROM owners"]] };
        let Err(OpenError::Migration { reason, .. }) = open_writing(&path, &broken) else { panic!("it ran") };
        assert!(reason.contains("things"), "{reason}");
        assert!(open_reading(&path, &OLD).is_ok());
    }

    #[test]
    fn a_newer_database_is_refused_with_both_versions() {
        let (_folder, path) = old_database();
        drop(open_writing(&path, &NEW).unwrap());
        let refused = open_reading(&path, &OLD).err();
        assert!(matches!(refused, Some(OpenError::Newer { found: 2, known: 1, .. })));
    }

    #[test]
    fn every_numbered_file_is_a_step() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let texts = |schema: &Schema| schema.steps.iter().flat_map(|step| step.iter().copied()).collect::<Vec<_>>();
        let named: Vec<&str> = [&CONTROL, &TENANT, &JOURNAL].into_iter().flat_map(texts).collect();
        for database in ["control", "tenant", "journal", "every"] {
            let mut names: Vec<_> =
                std::fs::read_dir(folder.join(database)).unwrap().map(|entry| entry.unwrap().path()).collect();
            names.sort();
            for path in names {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(named.contains(&text.as_str()), "{} is no step of any schema", path.display());
            }
        }
    }
}
