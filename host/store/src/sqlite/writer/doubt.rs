//! A database that could not be written. Before it is used again something durable is written,
//! which shows that it can be, and which takes the place of what the failed commit may have left: its
//! pages, and the mark that makes them count. A process that died before that would find the group
//! done at its next start, though it was told that it is not.

use crate::error::failed;
use host_core::port::StoreError;
use rusqlite::Connection;
use std::time::Duration;

/// How often a database that cannot be written is tried again when nobody asks.
const EACH: Duration = Duration::from_secs(1);

/// A database that could not be written, and was not since.
pub(super) struct Doubt {
    /// The one whose commit failed. Never used again, and open until the doubt has ended: the last
    /// connection that closes takes the log's index with it, and whoever opened next would read
    /// the group as done.
    connection: Option<Connection>,
    tried: Duration,
}

impl Doubt {
    pub(super) fn new(connection: Option<Connection>, now: Duration) -> Doubt {
        Doubt { connection, tried: now }
    }

    /// It was tried to end it, without success.
    pub(super) fn tried(&mut self, now: Duration) {
        self.tried = now;
    }

    /// When it is tried again.
    pub(super) fn next(&self) -> Duration {
        self.tried + EACH
    }

    /// Whether it is to be tried again.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.next() <= now
    }

    /// The doubt is over.
    pub(super) fn into_connection(self) -> Option<Connection> {
        self.connection
    }
}

/// Writes something durable behind the last commit that counts: over what a failed one left. It
/// is a number in the database's first page that SQLite keeps for its users; here it counts the
/// commits that failed.
pub(super) fn write_over(connection: &Connection) -> Result<(), StoreError> {
    let count: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    connection.pragma_update(None, "user_version", count.wrapping_add(1)).map_err(failed)
}
