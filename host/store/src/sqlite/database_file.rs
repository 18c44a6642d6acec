//! Opening databases: how they are made, brought up to date, set up for reading and for writing.

use super::existing::open_existing;
use super::schema::{CONTROL, Schema, TENANT};
use crate::directory::{DataDirectory, sync_directory};
use crate::error::{OpenError, plain};
use host_core::TenantId;
use host_core::plan::Database;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

/// Pages of a write-ahead log at which SQLite moves it by itself, as far as readers allow: 16 MiB.
const LOG_PAGES: u32 = 4_096;
/// Bytes that the file of a write-ahead log keeps when it begins anew.
const LOG_FILE: i64 = 64 << 20;

/// The file of a database.
pub(super) fn path_of(directory: &DataDirectory, database: Database) -> PathBuf {
    match database {
        Database::Control => directory.control(),
        Database::Tenant(id) => directory.panel(id),
    }
}

/// The schema of a database.
pub(super) fn schema_of(database: Database) -> &'static Schema {
    match database {
        Database::Control => &CONTROL,
        Database::Tenant(_) => &TENANT,
    }
}

/// Makes a tenant's directory and database. It is an error when there is one already.
pub(super) fn make_tenant(directory: &DataDirectory, id: TenantId, name: &str) -> Result<(), OpenError> {
    directory.make_tenant(id, name)?;
    make(&directory.panel(id), &TENANT)
}

/// Makes a database, whole and durable or not at all.
pub(crate) fn make(path: &Path, schema: &Schema) -> Result<(), OpenError> {
    if path.exists() {
        let error = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "move it away first");
        return Err(OpenError::io(path)(error));
    }
    let draft = path.with_extension("new");
    let _ = std::fs::remove_file(&draft);
    let fill = || -> rusqlite::Result<()> {
        let mut connection = Connection::open(&draft)?;
        connection.execute_batch("PRAGMA synchronous = FULL")?;
        let transaction = connection.transaction()?;
        schema.apply(&transaction, 0)?;
        transaction.commit()
    };
    fill().map_err(OpenError::damaged(path))?;
    std::fs::set_permissions(&draft, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .and_then(|()| std::fs::rename(&draft, path))
        .map_err(OpenError::io(path))?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// Opens a database for its one writer.
pub(crate) fn open_writing(path: &Path, schema: &Schema) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open_current(path, flags, schema)?;
    let settle = || -> rusqlite::Result<()> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        connection.pragma_update(None, "journal_size_limit", LOG_FILE)
    };
    settle().map_err(OpenError::damaged(path))?;
    Ok(connection)
}

/// Opens a database for reading only.
pub(crate) fn open_reading(path: &Path, schema: &Schema) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open_current(path, flags, schema)?;
    connection.pragma_update(None, "query_only", true).map_err(OpenError::damaged(path))?;
    Ok(connection)
}

/// Opens a database that has the schema, after the steps that it lacks.
fn open_current(path: &Path, flags: OpenFlags, schema: &Schema) -> Result<Connection, OpenError> {
    let connection = open_existing(path, flags)?;
    if schema.is_current(&connection, path)? {
        return Ok(connection);
    }
    drop(connection);
    schema.migrate(path)?;
    open_existing(path, flags)
}

/// A name as it stands in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// SQLite's own check of the pages of all tables or of one. Returns the first things that it finds.
pub(super) fn quick_check(connection: &Connection, table: Option<&str>) -> Result<Vec<String>, String> {
    let look = || -> rusqlite::Result<Vec<String>> {
        let what = table.map_or_else(|| "20".to_owned(), quoted);
        // A search index that this connection has read before remembers what it was then, until a row of it is read
        // again; the check would find fault with what others have written since.
        if table.is_some() {
            connection.prepare(&format!("SELECT 1 FROM {what} LIMIT 1"))?.exists(())?;
        }
        let mut statement = connection.prepare(&format!("PRAGMA quick_check({what})"))?;
        let found = statement.query_map((), |row| row.get::<_, String>(0))?;
        found.filter(|line| line.as_deref() != Ok("ok")).collect()
    };
    look().map_err(|error| plain(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_prepared_once_whatever_limit_is_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panel.db");
        make(&path, &TENANT).unwrap();
        let connection = open_reading(&path, &TENANT).unwrap();
        let mut statement = connection.prepare("SELECT id FROM lines WHERE id > ?1 ORDER BY id LIMIT ?2").unwrap();
        for limit in 1..10 {
            assert!(!statement.exists((limit, limit)).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
