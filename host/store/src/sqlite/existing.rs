//! Opens a database that is there, set up as every connection is. Whether it has the newest schema, and
//! whether it is written, is seen to by whoever opens it.

use crate::error::OpenError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Milliseconds that a statement waits for a lock.
pub(super) const PATIENCE: u64 = 5_000;
const MAPPED: i64 = 4 << 30;
const STATEMENTS: usize = 256;

pub(super) fn open_existing(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(OpenError::MissingDatabase(path.to_owned()));
    }
    let connection = Connection::open_with_flags(path, flags).map_err(OpenError::damaged(path))?;
    let settle = || -> rusqlite::Result<()> {
        connection.busy_timeout(Duration::from_millis(PATIENCE))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        // Plans do not depend on bound values. Without it a statement with `LIMIT ?` is prepared
        // anew whenever it is bound, which takes longer than running it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "mmap_size", MAPPED)
    };
    settle().map_err(OpenError::damaged(path))?;
    Ok(connection)
}
