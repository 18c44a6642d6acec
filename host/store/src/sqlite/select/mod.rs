//! An admin's own SELECT: on a connection that is made for it and closed behind it, that cannot write, over `views`
//! alone (`permit` says what else it may), within bounds of time, rows and bytes (`rows`).

mod functions;
mod permit;
mod rows;
mod shown;
mod slots;
mod view;
mod views;

pub(in crate::sqlite) use slots::Slots;

use super::database_file::{open_reading, path_of};
use super::lane::{Asked, Lane};
use super::schema::{JOURNAL, TENANT};
use crate::directory::DataDirectory;
use crate::error::{failed, plain};
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::{MAX_QUERY, Pending, Select, SelectError, Selected, StoreError};
use parking_lot::Mutex;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, InterruptHandle};
use std::sync::Arc;

/// Instructions of SQLite's machine between two looks at the time.
const INSTRUCTIONS: i32 = 1_000;
/// Bytes of pages that a statement sorts and groups in; beyond it goes to a file that the system removes.
const CACHE: i64 = -2_048;
const COLUMNS: i32 = 50;
const BOUNDS: &[(Limit, i32)] = &[
    (Limit::SQLITE_LIMIT_LENGTH, 1_000_000),
    (Limit::SQLITE_LIMIT_COLUMN, COLUMNS),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 20),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Stops the statement when whoever asked has gone.
#[derive(Clone, Default)]
struct Stop(Arc<Mutex<Option<InterruptHandle>>>);

struct StopAtTheEnd(Stop);

impl Drop for StopAtTheEnd {
    fn drop(&mut self) {
        if let Some(handle) = self.0.0.lock().take() {
            handle.interrupt();
        }
    }
}

/// Answers a statement, in the tenant's turn in the lane.
pub(super) fn answer<'a>(
    slots: &Arc<Slots>,
    lane: &Lane,
    directory: &Arc<DataDirectory>,
    tenant: TenantId,
    select: Select,
) -> Pending<'a, Selected, SelectError> {
    if select.text.len() > MAX_QUERY {
        return Pending::ready(Err(SelectError::Wrong("A query has at most 64 KiB.".to_owned())));
    }
    let Some(slot) = slots.take(tenant) else {
        let message = "Two queries run already; wait until one of them has ended.";
        return Pending::ready(Err(SelectError::TooMuch(message)));
    };
    let (stop, directory) = (Stop::default(), Arc::clone(directory));
    let at_the_end = StopAtTheEnd(stop.clone());
    let selected = lane.turn(Database::Tenant(tenant), move |asked| {
        let _slot = slot;
        selected(&directory, tenant, &select, asked, &stop)
    });
    Pending::later(async move {
        let _at_the_end = at_the_end;
        selected.await
    })
}

fn selected(
    directory: &DataDirectory,
    tenant: TenantId,
    select: &Select,
    asked: Asked,
    stop: &Stop,
) -> Result<Selected, SelectError> {
    let mut connection = open(directory, tenant, select)?;
    *stop.0.lock() = Some(connection.get_interrupt_handle());
    connection.progress_handler(INSTRUCTIONS, Some(move || asked.is_over())).map_err(failed)?;
    let answered = run(&connection, &select.text);
    stop.0.lock().take();
    answered
}

/// A connection that has the views, and can do nothing but read them.
fn open(directory: &DataDirectory, tenant: TenantId, select: &Select) -> Result<Connection, StoreError> {
    let mut connection = open_reading(&path_of(directory, Database::Tenant(tenant)), &TENANT)?;
    let journal = directory.journal(tenant);
    let has_journal = journal.exists();
    if has_journal {
        // Opening it brings one up to date that an older version wrote.
        drop(open_reading(&journal, &JOURNAL)?);
    }
    let own = format!("v{}_", hex::encode(select.chance));
    let make = |connection: &mut Connection| -> rusqlite::Result<()> {
        // What it makes here is its own, and gone with it.
        connection.pragma_update(None, "query_only", false)?;
        connection.pragma_update(None, "temp_store", "FILE")?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        if has_journal {
            connection.execute("ATTACH ?1 AS journal", (journal.to_string_lossy(),))?;
        }
        views::make(connection, &own, has_journal, &select.live)?;
        functions::add(connection, select.now)?;
        connection.pragma_update(None, "query_only", true)?;
        for (limit, most) in BOUNDS {
            connection.set_limit(*limit, *most)?;
        }
        connection.authorizer(Some(permit::permit(own.clone())))
    };
    make(&mut connection).map_err(failed)?;
    Ok(connection)
}

fn run(connection: &Connection, text: &str) -> Result<Selected, SelectError> {
    let mut statement = connection.prepare(text).map_err(wrong)?;
    if !statement.readonly() || statement.is_explain() != 0 || statement.column_count() == 0 {
        return Err(not_a_select());
    }
    if statement.column_count() > COLUMNS as usize {
        return Err(SelectError::Wrong(format!("An answer has at most {COLUMNS} columns; name those that you need.")));
    }
    rows::read(&mut statement).map_err(wrong)
}

fn not_a_select() -> SelectError {
    SelectError::Wrong("This is not one SELECT, and nothing else is taken.".to_owned())
}

/// What SQLite found wrong with a statement, or with the database.
fn wrong(error: rusqlite::Error) -> SelectError {
    if matches!(error, rusqlite::Error::MultipleStatement) {
        return not_a_select();
    }
    let message = plain(&error);
    let code = match &error {
        rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    };
    match code {
        Some(ErrorCode::OperationInterrupted) => {
            SelectError::TooMuch("The query took longer than it may; ask for less, or by an id.")
        }
        Some(ErrorCode::TooBig) => {
            SelectError::TooMuch("The query makes a text of more than a megabyte; ask for less.")
        }
        Some(ErrorCode::AuthorizationForStatementDenied) if message == "not authorized" => not_a_select(),
        Some(ErrorCode::AuthorizationForStatementDenied) => SelectError::Wrong(format!("{message}.")),
        Some(ErrorCode::Unknown) if message.starts_with("no such table") => {
            SelectError::Wrong(format!("{message}; there are {}.", views::names()))
        }
        Some(ErrorCode::Unknown | ErrorCode::TypeMismatch) => SelectError::Wrong(format!("{message}.")),
        _ => SelectError::Store(failed(error)),
    }
}
