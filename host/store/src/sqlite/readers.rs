//! Read connections: each thread has its own, so that a read is a function call and never waits
//! for another thread. Knows nothing of what is read.

use super::connection::{open_reading, path_of, schema_of};
use super::places::{PlaceState, Places};
use crate::directory::DataDirectory;
use crate::error::failed;
use host_core::plan::Place;
use host_core::port::StoreError;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// After so long without a read a connection is closed.
const IDLE: Duration = Duration::from_secs(30);

struct Reader {
    place: Place,
    /// The tenant that it was opened for: an id is never used again, but a directory may be.
    state: Weak<PlaceState>,
    connection: Connection,
    used: Instant,
}

type Shelf = Arc<Mutex<Vec<Reader>>>;

thread_local! {
    /// This thread's connections, for each store of the process.
    static SHELVES: RefCell<Vec<(u64, Weak<Readers>, Shelf)>> = const { RefCell::new(Vec::new()) };
}

/// The read connections of all threads.
pub(super) struct Readers {
    number: u64,
    directory: Arc<DataDirectory>,
    places: Arc<Places>,
    each: usize,
    shelves: Mutex<Vec<Weak<Mutex<Vec<Reader>>>>>,
}

impl Readers {
    pub(super) fn new(directory: Arc<DataDirectory>, places: Arc<Places>, each: usize) -> Arc<Readers> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Arc::new(Readers { number, directory, places, each: each.max(1), shelves: Mutex::new(Vec::new()) })
    }

    /// Runs a read on this thread's connection to a place. No statement outlives it.
    pub(super) fn with<T>(
        self: &Arc<Self>,
        place: Place,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let state = self.places.get(place).ok_or(StoreError::NoDatabase)?;
        let shelf = self.shelf();
        // Only the sweeper ever waits here too, for a moment.
        let mut shelf = shelf.lock();
        let now = Instant::now();
        let found = shelf.iter().position(|r| r.place == place && std::ptr::eq(r.state.as_ptr(), Arc::as_ptr(&state)));
        match found {
            Some(at) => shelf[..=at].rotate_right(1),
            None => {
                shelf.retain(|reader| reader.state.strong_count() > 0);
                shelf.truncate(self.each - 1);
                let connection = open_reading(&path_of(&self.directory, place), schema_of(place))?;
                shelf.insert(0, Reader { place, state: Arc::downgrade(&state), connection, used: now });
            }
        }
        let Some(reader) = shelf.first_mut() else { return Err(StoreError::NoDatabase) };
        reader.used = now;
        read(&reader.connection)
    }

    /// Reads several statements at one moment of the database.
    pub(super) fn at_one_moment<T>(
        self: &Arc<Self>,
        place: Place,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(place, |connection| {
            // Dropped at the end of this function: no read transaction stays open.
            let transaction = connection.unchecked_transaction().map_err(failed)?;
            read(&transaction)
        })
    }

    /// Closes connections that nobody used for a while or whose tenant is gone.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        self.shelves.lock().retain(|shelf| {
            let Some(shelf) = shelf.upgrade() else { return false };
            if let Some(mut shelf) = shelf.try_lock() {
                shelf.retain(|r| r.state.strong_count() > 0 && now.duration_since(r.used) < IDLE);
            }
            true
        });
    }

    fn shelf(self: &Arc<Self>) -> Shelf {
        SHELVES.with_borrow_mut(|shelves| {
            if let Some((_, _, shelf)) = shelves.iter().find(|(number, ..)| *number == self.number) {
                return Arc::clone(shelf);
            }
            shelves.retain(|(_, readers, _)| readers.strong_count() > 0);
            let shelf = Shelf::default();
            self.shelves.lock().push(Arc::downgrade(&shelf));
            shelves.push((self.number, Arc::downgrade(self), Arc::clone(&shelf)));
            shelf
        })
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        // The threads keep their shelves; what stands on them must not outlive the store.
        for shelf in self.shelves.lock().iter().filter_map(Weak::upgrade) {
            shelf.lock().clear();
        }
    }
}
