//! The read connections of one database that nobody uses at the moment.

use parking_lot::Mutex;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// One more connection that is open; counted until it is closed.
pub(super) struct Counted(Arc<AtomicUsize>);

impl Counted {
    pub(super) fn new(open: &Arc<AtomicUsize>) -> Counted {
        open.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(open))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that reads.
pub(super) struct Reader {
    pub(super) connection: Connection,
    pub(super) used: Instant,
    pub(super) _counted: Counted,
}

/// The resting connections of a database; the one used last is on top.
#[derive(Default)]
pub(super) struct Shelf(Mutex<Vec<Reader>>);

impl Shelf {
    /// The connection that was used last.
    pub(super) fn take(&self) -> Option<Reader> {
        self.0.lock().pop()
    }

    pub(super) fn put(&self, reader: Reader) {
        self.0.lock().push(reader);
    }

    /// When the connection at the bottom was used.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.0.lock().first().map(|reader| reader.used)
    }

    /// Closes the connection at the bottom.
    pub(super) fn drop_oldest(&self) {
        let oldest = {
            let mut readers = self.0.lock();
            (!readers.is_empty()).then(|| readers.remove(0))
        };
        // Closing is a system call or two: not with the shelf locked.
        drop(oldest);
    }

    /// Closes what was not used for as long as `idle`.
    pub(super) fn sweep(&self, now: Instant, idle: Duration) {
        let rested = {
            let mut readers = self.0.lock();
            // The bottom was used first: those that rest too long stand together there.
            let many = readers.iter().take_while(|reader| now.duration_since(reader.used) >= idle).count();
            readers.drain(..many).collect::<Vec<_>>()
        };
        drop(rested);
    }
}
