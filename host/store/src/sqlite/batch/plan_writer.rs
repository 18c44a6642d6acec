//! What writes: statements that are kept ready for the length of a batch, and why one of them may fail.

use crate::error::{failed, plain};
use host_core::plan::Guard;
use host_core::port::StoreError;
use rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;
use rusqlite::{CachedStatement, Connection, ErrorCode, Params};
use std::cell::{Cell, RefCell};

/// Why a plan cannot be done.
pub(in crate::sqlite) enum Failure {
    Conflict(Guard),
    Invalid(String),
    /// Something of ours stands in the way of this plan alone: a damaged row that it looks at.
    Failed(StoreError),
    /// The database failed; the whole batch ends.
    Broken(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        // The statement did nothing; what was decided from a row that has gone is decided again.
        if error.sqlite_error().is_some_and(|code| code.extended_code == SQLITE_CONSTRAINT_FOREIGNKEY) {
            return Failure::Conflict(Guard::Referred);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => {
                Failure::Invalid(plain(&error))
            }
            None if matches!(error, rusqlite::Error::ToSqlConversionFailure(_)) => Failure::Invalid(plain(&error)),
            // What lies under all plans alike.
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::OutOfMemory
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly,
            ) => Failure::Broken(failed(error)),
            _ => Failure::Failed(failed(error)),
        }
    }
}

/// Writes, and remembers whether anything was written.
pub(in crate::sqlite) struct PlanWriter<'c> {
    pub(in crate::sqlite) connection: &'c Connection,
    wrote: Cell<bool>,
    /// The statements of this batch. Their texts are never dropped, so that where a text lies says
    /// which it is; the connection's own cache reads and copies it each time.
    ready: RefCell<Vec<(&'static str, CachedStatement<'c>)>>,
}

impl<'c> PlanWriter<'c> {
    pub(super) fn new(connection: &'c Connection) -> PlanWriter<'c> {
        PlanWriter { connection, wrote: Cell::new(false), ready: RefCell::default() }
    }

    /// Whether anything was written since [`PlanWriter::begin`].
    pub(super) fn has_written(&self) -> bool {
        self.wrote.get()
    }

    /// From here on a new plan writes.
    pub(super) fn begin(&self) {
        self.wrote.set(false);
    }

    /// Something was written.
    pub(in crate::sqlite) fn note(&self) {
        self.wrote.set(true);
    }

    /// Runs a statement. Returns how many rows it touched.
    pub(in crate::sqlite) fn run(&self, sql: &'static str, params: impl Params) -> rusqlite::Result<usize> {
        let rows = self.with(sql, |statement| statement.execute(params))?;
        if rows > 0 {
            self.note();
        }
        Ok(rows)
    }

    /// Uses a statement.
    pub(in crate::sqlite) fn with<T>(
        &self,
        sql: &'static str,
        run: impl FnOnce(&mut CachedStatement<'c>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut statement = match self.take(sql) {
            Some(statement) => statement,
            None => self.connection.prepare_cached(sql)?,
        };
        let result = run(&mut statement);
        self.ready.borrow_mut().push((sql, statement));
        result
    }

    /// Out of the list while it runs: none is used twice at once.
    fn take(&self, sql: &'static str) -> Option<CachedStatement<'c>> {
        let mut ready = self.ready.borrow_mut();
        let at = ready.iter().position(|(text, _)| std::ptr::eq(*text, sql))?;
        Some(ready.swap_remove(at).1)
    }
}
