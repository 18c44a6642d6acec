//! The read lane: what takes longer the more there is (lists, counts, catalogues) runs on a few
//! threads of its own, each read within a deadline and each database in its turn, so that whatever
//! one tenant asks, the threads that answer requests and the reads of others go on.
//!
//! `queue` says whose turn it is.

mod queue;
#[cfg(test)]
mod tests;

use super::readers::Readers;
use crate::error::failed;
use host_core::plan::Database;
use host_core::port::{Pending, StoreError};
use parking_lot::{Condvar, Mutex};
use queue::Queue;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Instructions of SQLite's machine between two looks at the deadline: some tens of microseconds.
const INSTRUCTIONS: i32 = 1_000;
/// How much further back than the threads that answer requests the lane's stand in the queue for
/// a processor.
const NICE: i32 = 5;

/// The longest that any read may be given.
const LONGEST: Duration = Duration::from_secs(3_600);

/// A read with what it takes to answer it: it runs, or it is told why not.
type Read = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

struct Shared {
    queue: Mutex<Queue<Read>>,
    /// A read came, or the end.
    news: Condvar,
    stopping: AtomicBool,
}

/// The lane of a store.
pub(super) struct Lane {
    readers: Arc<Readers>,
    /// None: reads run at once, on the thread that asks.
    shared: Option<Arc<Shared>>,
    threads: Vec<JoinHandle<()>>,
    longest: Duration,
}

impl Lane {
    /// A lane with this number of threads, whose reads take no longer than `longest`, waiting included.
    pub(super) fn start(readers: &Arc<Readers>, threads: usize, longest: Duration) -> std::io::Result<Lane> {
        // Half of them for one database: the next one always finds a thread.
        let queue = Mutex::new(Queue::new(threads.div_ceil(2)));
        let shared = Arc::new(Shared { queue, news: Condvar::new(), stopping: AtomicBool::new(false) });
        let mut lane = Lane::at_once(readers);
        (lane.shared, lane.longest) = (Some(Arc::clone(&shared)), longest.min(LONGEST));
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("lane-{number}")).spawn(move || shared.run())?;
            lane.threads.push(thread);
        }
        Ok(lane)
    }

    /// A lane without threads, for a store that is stepped: nothing waits.
    pub(super) fn at_once(readers: &Arc<Readers>) -> Lane {
        Lane { readers: Arc::clone(readers), shared: None, threads: Vec::new(), longest: Duration::MAX }
    }

    /// Reads in the database's turn. Dropping the answer ends the read.
    pub(super) fn read<'a, T: Send + 'static>(
        &self,
        database: Database,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'a, T> {
        let readers = Arc::clone(&self.readers);
        self.turn(database, move |asked| readers.with(database, |connection| asked.bounded(connection, read)))
    }

    /// Runs in the database's turn what has a connection of its own, and looks there whether it [is over](Asked::is_over).
    pub(super) fn turn<'a, T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        database: Database,
        run: impl FnOnce(Asked) -> Result<T, E> + Send + 'static,
    ) -> Pending<'a, T, E> {
        let Some(shared) = &self.shared else {
            return Pending::ready(run(Asked(None)));
        };
        let (answer, result) = oneshot::channel();
        let here = Arc::new(());
        let asked = Asked(Some(End::new(self.longest, &here, shared)));
        let turn = move |turn: Result<(), StoreError>| {
            // Whoever asked may be gone.
            let _ = answer.send(turn.map_err(E::from).and_then(|()| run(asked)));
        };
        if let Err(turn) = shared.ask(database, Box::new(turn)) {
            turn(Err(StoreError::Busy));
        }
        Pending::later(async move {
            let answered = result.await.unwrap_or_else(|_| Err(E::from(StoreError::Busy)));
            drop(here);
            answered
        })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let Some(shared) = &self.shared else { return };
        shared.stopping.store(true, Ordering::Release);
        // With the lock held, so that no thread is between its look and its wait.
        drop(shared.queue.lock());
        shared.news.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the read lane had died");
            }
        }
    }
}

impl Shared {
    fn ask(&self, database: Database, read: Read) -> Result<(), Read> {
        self.queue.lock().push(database, read)?;
        self.news.notify_one();
        Ok(())
    }

    /// Reads until the end. What waits then is dropped, and whoever asked for it hears *busy*.
    fn run(&self) {
        // Where it is not allowed, reads compete as equals.
        let _ = rustix::process::setpriority_process(None, NICE);
        while let Some((database, read)) = self.next() {
            // A read that panics is one that failed, and not the end of the lane.
            if catch_unwind(AssertUnwindSafe(|| read(Ok(())))).is_err() {
                tracing::error!(?database, "a read panicked");
            }
            self.queue.lock().done(database);
        }
    }

    fn next(&self) -> Option<(Database, Read)> {
        let mut queue = self.queue.lock();
        loop {
            if self.stopping.load(Ordering::Acquire) {
                return None;
            }
            if let Some(next) = queue.take() {
                return Some(next);
            }
            self.news.wait(&mut queue);
        }
    }
}

/// When a read ends, answered or not; in a lane without threads none does.
pub(super) struct Asked(Option<End>);

struct End {
    until: Instant,
    /// Gone with whoever asked.
    asker: Weak<()>,
    lane: Weak<Shared>,
}

impl End {
    fn new(longest: Duration, here: &Arc<()>, shared: &Arc<Shared>) -> End {
        End { until: Instant::now() + longest, asker: Arc::downgrade(here), lane: Arc::downgrade(shared) }
    }

    fn has_come(&self) -> bool {
        let stops = |lane: Arc<Shared>| lane.stopping.load(Ordering::Relaxed);
        self.asker.strong_count() == 0 || self.lane.upgrade().is_none_or(stops) || Instant::now() >= self.until
    }
}

impl Asked {
    /// Whether nobody waits any more, or not longer than they may.
    pub(super) fn is_over(&self) -> bool {
        self.0.as_ref().is_some_and(End::has_come)
    }

    /// Reads, and looks at the end from within SQLite.
    fn bounded<T>(
        self,
        connection: &mut Connection,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.0.is_none() {
            return read(connection);
        }
        if self.is_over() {
            // It has waited for all of its time.
            return Err(StoreError::Busy);
        }
        connection.progress_handler(INSTRUCTIONS, Some(move || self.is_over())).map_err(failed)?;
        let result = read(connection);
        connection.progress_handler(0, None::<fn() -> bool>).map_err(failed)?;
        result
    }
}
