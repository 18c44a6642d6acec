//! The write-ahead log of one database: when it is moved into the database file. It is done after
//! the answers of a step and never waits for a reader.

use crate::error::plain;
use rusqlite::Connection;
use std::time::Duration;

/// Frames that wait in the log before they are moved: 16 MiB of pages.
const FRAMES: u32 = 4_096;
/// Frames beyond which the log file is emptied as soon as no reader stands in the way: 64 MiB.
const MOST_FRAMES: u32 = 16_384;
/// How often that is tried at most.
const EACH: Duration = Duration::from_secs(1);

/// What is remembered of a log between steps.
#[derive(Default)]
pub(super) struct Log {
    /// Its frames when it was last moved, as far as readers allowed.
    moved_at: u32,
    emptied: Option<Duration>,
}

impl Log {
    /// Moves a log that has grown: as far as readers allow, and again only when it has grown by
    /// as much as that once more.
    pub(super) fn tend(&mut self, connection: &Connection, now: Duration) {
        // The log begins anew by itself when all of it is moved.
        let Some((frames, moved)) = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)") else { return };
        if frames < self.moved_at {
            self.moved_at = 0;
        }
        if frames.saturating_sub(moved) >= FRAMES && frames - self.moved_at >= FRAMES {
            self.moved_at = frames;
            checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        }
        if frames > MOST_FRAMES && self.emptied.is_none_or(|at| now.saturating_sub(at) >= EACH) {
            self.emptied = Some(now);
            empty(connection);
        }
    }
}

/// Moves all of the log and empties its file, if no reader stands in the way at this moment.
pub(super) fn empty(connection: &Connection) {
    let patience = |milliseconds: u64| connection.busy_timeout(Duration::from_millis(milliseconds));
    if patience(0).is_ok() {
        checkpoint(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }
    if let Err(error) = patience(crate::sqlite::existing::PATIENCE) {
        tracing::warn!(error = %plain(&error), "a connection does not wait for locks");
    }
}

/// Frames in the log, and how many of them are in the database file; nothing when it failed. That
/// harms nobody: the log stays as it is.
fn checkpoint(connection: &Connection, pragma: &str) -> Option<(u32, u32)> {
    let look = || connection.prepare_cached(pragma)?.query_row((), |row| Ok((row.get(1)?, row.get(2)?)));
    look().map_err(|error| tracing::debug!(error = %plain(&error), "the write-ahead log stays")).ok()
}
