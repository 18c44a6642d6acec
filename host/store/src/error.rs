//! Why a data directory cannot be opened, and how SQLite's errors become the port's.

use host_core::port::StoreError;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Why a data directory cannot be opened. Each says what to do next; none shows a secret.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read it.
    #[error("{0} is open to other users of this machine; run `chmod -R go-rwx` on it and start again")]
    Exposed(PathBuf),
    /// Another process owns it.
    #[error("{0} is in use by another process; stop that one or choose another --data")]
    Locked(PathBuf),
    /// A database that must be there is not.
    #[error("{0} is missing; restore it from a backup (it is never made anew beside existing data)")]
    MissingDatabase(PathBuf),
    /// A key file that must be there is not.
    #[error("{0} is missing; restore it from the key backup (a new key could not open what the old one sealed)")]
    MissingKey(PathBuf),
    /// A file is not what it should be.
    #[error("{path} is damaged: {reason}; restore it from a backup")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An older version wrote it, and what it holds cannot be brought up to date.
    #[error(
        "{path} cannot be brought up to date and is as it was: {reason}; start the version before again, and report this"
    )]
    Migration {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// A newer version wrote it.
    #[error("{path} has schema {found}, this program knows {known}; start the newer version again")]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
}

impl OpenError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> OpenError {
        let path = path.to_owned();
        move |source| OpenError::Io { path, source }
    }

    pub(crate) fn damaged(path: &Path) -> impl FnOnce(rusqlite::Error) -> OpenError {
        let path = path.to_owned();
        move |error| OpenError::Damaged { path, reason: plain(&error) }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> StoreError {
        match error {
            OpenError::MissingDatabase(_) => StoreError::NoDatabase,
            OpenError::Damaged { reason, .. } => StoreError::Damaged(reason),
            other => StoreError::Failed(other.to_string()),
        }
    }
}

/// SQLite's words without the statement, whose text could show values.
pub(crate) fn plain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => message.clone().unwrap_or_else(|| code.to_string()),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// A failed statement, as the port says it.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => StoreError::TooLong,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(plain(&error)),
        _ => StoreError::Failed(plain(&error)),
    }
}
