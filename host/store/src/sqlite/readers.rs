//! Read connections: a pool for all threads of the process, so that a read is a function call,
//! never waits for another one, and the descriptors of all databases together have a bound.

use super::database_file::{open_reading, path_of, schema_of};
use super::databases::{Databases, SharedState};
use super::shelf::{Counted, Reader};
use crate::directory::DataDirectory;
use crate::error::failed;
use host_core::plan::Database;
use host_core::port::{StoreError, Trouble};
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// A connection that does not read for this time is closed.
const IDLE: Duration = Duration::from_secs(30);

/// The read connections of the process.
pub(super) struct Readers {
    directory: Arc<DataDirectory>,
    databases: Arc<Databases>,
    /// Connections that are open, lent and resting.
    open: Arc<AtomicUsize>,
    most: usize,
    /// Hears of each database when it is first opened here.
    first: Option<Sender<Database>>,
}

impl Readers {
    /// `most`: connections that are kept open. More are open only while more than that are lent.
    pub(super) fn new(
        directory: Arc<DataDirectory>,
        databases: Arc<Databases>,
        most: usize,
        first: Option<Sender<Database>>,
    ) -> Arc<Readers> {
        Arc::new(Readers { directory, databases, open: Arc::default(), most: most.max(1), first })
    }

    /// Runs a read on a connection to a database. No statement outlives it.
    pub(super) fn with<T>(
        &self,
        database: Database,
        read: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let state = self.databases.get(database).ok_or(StoreError::NoDatabase)?;
        let mut reader = match state.readers.take() {
            Some(reader) => reader,
            None => {
                let reader = self.open(database).inspect_err(|error| note(&state, error))?;
                if let Some(first) = &self.first
                    && state.is_first_opening()
                {
                    // Nobody hears of it once the check has ended.
                    let _ = first.send(database);
                }
                reader
            }
        };
        // After a panic it is not used again.
        let result = read(&mut reader.connection).inspect_err(|error| note(&state, error));
        // While more were lent than are kept, those above do not come to rest.
        if self.open.load(Ordering::Relaxed) <= self.most {
            reader.used = Instant::now();
            state.readers.put(reader);
        }
        result
    }

    /// Closes connections that nobody used for a while.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        self.databases.each(|state| state.readers.sweep(now, IDLE));
    }

    fn open(&self, database: Database) -> Result<Reader, StoreError> {
        let counted = Counted::new(&self.open);
        while self.open.load(Ordering::Relaxed) > self.most && self.close_oldest() {}
        let connection = open_reading(&path_of(&self.directory, database), schema_of(database))?;
        Ok(Reader { connection, used: Instant::now(), _counted: counted })
    }

    /// Closes the connection that rests longest. False when none rests. Looks at every database, but
    /// only where one has to be opened, which takes many times longer.
    fn close_oldest(&self) -> bool {
        let mut oldest = None;
        self.databases.each(|state| {
            if let Some(used) = state.readers.oldest()
                && oldest.as_ref().is_none_or(|(least, _)| used < *least)
            {
                oldest = Some((used, Arc::clone(state)));
            }
        });
        oldest.is_some_and(|(_, state)| {
            state.readers.drop_oldest();
            true
        })
    }
}

/// Notes what a read has found out about what is stored.
fn note(state: &SharedState, error: &StoreError) {
    match error {
        StoreError::Damaged(reason) => state.is_damaged(Trouble::Damaged(reason.clone())),
        StoreError::Corrupt { .. } => state.is_damaged(Trouble::Broken(error.to_string())),
        _ => {}
    }
}

/// Reads several statements at one moment of the database.
pub(super) fn at_one_moment<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // Dropped at the end of this function: no read transaction stays open.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    read(&transaction)
}
