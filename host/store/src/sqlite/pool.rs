//! The writers of a store: a fixed number for all tenants, each database at one of them; driven by threads, or by
//! hand.

use super::databases::Databases;
use super::descriptors;
use super::readers::Readers;
use super::writer::{Order, Senders, Writer, WriterLoop};
use crate::Options;
use crate::directory::DataDirectory;
use crate::keys::ChainKeys;
use parking_lot::Mutex;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The way to the writers, and their threads.
pub(super) struct Pool {
    senders: Senders,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool {
    /// A way to writers that somebody else drives.
    pub(super) fn without_threads(senders: Senders) -> Pool {
        Pool { senders, threads: Mutex::default() }
    }

    /// Starts a thread for each writer.
    pub(super) fn start(senders: Senders, writers: Writers) -> std::io::Result<Pool> {
        let pool = Pool::without_threads(senders);
        for (number, writer) in writers.loops.into_iter().enumerate() {
            let thread = std::thread::Builder::new().name(format!("writer-{number}")).spawn(move || writer.run())?;
            pool.threads.lock().push(thread);
        }
        Ok(pool)
    }

    /// Hands an order to the writer of its database. Refused when the queue is full.
    pub(super) fn send(&self, order: Order) -> Result<(), ()> {
        self.senders.send(order).map_err(|_| ())
    }

    /// Commits what is queued and ends the threads.
    pub(super) fn stop(&self) {
        let mut threads = std::mem::take(&mut *self.threads.lock());
        if threads.is_empty() {
            return;
        }
        // The first one last: what the others leave behind, it writes down.
        let others = threads.split_off(1);
        (1..=others.len()).for_each(|writer| self.senders.stop(writer));
        join(others);
        self.senders.stop(0);
        join(threads);
    }
}

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a writer thread had died");
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The writers of a store that was opened with [`open_stepped`](crate::open_stepped): the state
/// machines that threads drive otherwise. Nothing is written, granted or answered between steps;
/// time is what the caller says it is.
///
/// Dropping them without [`Writers::finish`] is like killing the process: what is queued is never written, and whoever
/// waits for it hears `Busy`.
pub struct Writers {
    loops: Vec<WriterLoop>,
}

impl std::fmt::Debug for Writers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writers({})", self.loops.len())
    }
}

impl Writers {
    /// The writers of a data directory, and the way to them.
    pub(super) fn new(
        directory: &Arc<DataDirectory>,
        databases: &Arc<Databases>,
        readers: &Arc<Readers>,
        keys: &ChainKeys,
        options: &Options,
    ) -> (Senders, Writers) {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let writers = if options.writers == 0 { cores * 2 } else { options.writers }.clamp(1, 64);
        let queue = options.queue.max(1);
        let (senders, receivers) = Senders::new(writers, queue);
        let each = descriptors::databases(options).div_ceil(writers);
        let looped = |(number, receiver)| {
            let writer = Writer::new(Arc::clone(directory), Arc::clone(databases), keys.clone(), each);
            let sweeps = (number == 0).then(|| Arc::clone(readers));
            WriterLoop::new(writer, receiver, senders.clone(), queue, sweeps)
        };
        let loops = receivers.into_iter().enumerate().map(looped).collect();
        (senders, Writers { loops })
    }

    /// Lets each writer, one after the other, take in what is queued for it and do what can be done at `now`, a time
    /// since any moment that the caller chooses; it never goes back. Returns the next time at which there is something
    /// to do without a new order: `now` itself where there is something at once.
    pub fn step(&mut self, now: Duration) -> Option<Duration> {
        let again = self.loops.iter_mut().filter_map(|writer| writer.step(now)).min();
        if self.has_orders() { Some(now) } else { again }
    }

    /// Whether something was asked since the last step.
    pub fn has_orders(&mut self) -> bool {
        self.loops.iter_mut().any(WriterLoop::has_orders)
    }

    /// Plans and reservations answered so far: it grows in a step that did something.
    pub fn answered(&self) -> u64 {
        self.loops.iter().map(WriterLoop::answered).sum()
    }

    /// Writes all that is queued, whatever is reserved, and ends, as a process that is stopped in order does.
    pub fn finish(mut self, now: Duration) {
        // The first one last: what the others leave behind, it writes down.
        self.loops.iter_mut().rev().for_each(|writer| writer.finish(now));
    }
}
