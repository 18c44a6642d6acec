//! The threads that drive the writers: a fixed number for all tenants, each database at one.
//! Knows nothing of plans.

use super::places::Places;
use super::readers::Readers;
use super::writer::{Order, Writer};
use crate::directory::DataDirectory;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use host_core::TenantId;
use host_core::plan::Place;
use parking_lot::Mutex;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Databases that all writers together keep open.
const MOST_OPEN: usize = 256;
/// How often a thread that nobody asks anything looks after what is idle.
const REST: Duration = Duration::from_secs(10);

/// The writers.
pub(super) struct Pool {
    inlets: Arc<[Sender<Order>]>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool {
    /// Starts `writers` threads, 0 for two per core, each with a queue of `queue` orders.
    pub(super) fn start(
        directory: &Arc<DataDirectory>,
        places: &Arc<Places>,
        readers: &Arc<Readers>,
        writers: usize,
        queue: usize,
    ) -> std::io::Result<Pool> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let writers = if writers == 0 { cores * 2 } else { writers }.clamp(1, 64);
        let (inlets, outlets): (Vec<_>, Vec<_>) = (0..writers).map(|_| bounded(queue.max(1))).unzip();
        let inlets: Arc<[Sender<Order>]> = inlets.into();
        let pool = Pool { inlets: Arc::clone(&inlets), threads: Mutex::default() };
        for (number, outlet) in outlets.into_iter().enumerate() {
            let most_open = (MOST_OPEN / writers).max(1);
            let drive = Drive {
                writer: Writer::new(Arc::clone(directory), Arc::clone(places), most_open),
                outlet,
                inlets: Arc::clone(&inlets),
                queue: queue.max(1),
                sweeps: (number == 0).then(|| Arc::clone(readers)),
            };
            let thread = std::thread::Builder::new().name(format!("writer-{number}")).spawn(move || drive.run())?;
            pool.threads.lock().push(thread);
        }
        Ok(pool)
    }

    /// Hands an order to the writer of a place. It comes back when the queue is full.
    pub(super) fn send(&self, place: Place, order: Order) -> Result<(), ()> {
        send(&self.inlets, place, order).map_err(|_| ())
    }

    /// Commits what is queued and ends the threads.
    pub(super) fn stop(&self) {
        let threads = std::mem::take(&mut *self.threads.lock());
        if threads.is_empty() {
            return;
        }
        for inlet in &*self.inlets {
            // Fails only when the thread has ended already.
            let _ = inlet.send(Order::Stop);
        }
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a writer thread had died");
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop();
    }
}

fn send(inlets: &[Sender<Order>], place: Place, order: Order) -> Result<(), Order> {
    let number = match place {
        Place::Control => 0,
        Place::Tenant(id) => id.0 as usize % inlets.len(),
    };
    let Some(inlet) = inlets.get(number) else { return Err(order) };
    inlet.try_send(order).map_err(|error| match error {
        TrySendError::Full(order) | TrySendError::Disconnected(order) => order,
    })
}

/// One thread's loop.
struct Drive {
    writer: Writer,
    outlet: Receiver<Order>,
    inlets: Arc<[Sender<Order>]>,
    queue: usize,
    sweeps: Option<Arc<Readers>>,
}

impl Drive {
    fn run(mut self) {
        let start = Instant::now();
        let mut gone: Vec<TenantId> = Vec::new();
        let mut swept = Duration::ZERO;
        loop {
            let now = start.elapsed();
            let wake = self.writer.step(now);
            gone.extend(self.writer.take_gone());
            gone.retain(|id| send(&self.inlets, Place::Tenant(*id), Order::Remove(*id)).is_err());
            if now.saturating_sub(swept) >= REST {
                swept = now;
                self.sweeps.iter().for_each(|readers| readers.sweep());
            }
            let rest = wake.map_or(REST, |at| at.saturating_sub(start.elapsed()));
            let order = match self.outlet.recv_timeout(rest) {
                Ok(order) => order,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Order::Stop,
            };
            if self.take(order).is_break() {
                return self.writer.finish(start.elapsed());
            }
            // All that came while the last group was flushed goes into the next one.
            while self.writer.waiting() < self.queue
                && let Ok(order) = self.outlet.try_recv()
            {
                if self.take(order).is_break() {
                    return self.writer.finish(start.elapsed());
                }
            }
        }
    }

    fn take(&mut self, order: Order) -> std::ops::ControlFlow<()> {
        if matches!(order, Order::Stop) {
            return std::ops::ControlFlow::Break(());
        }
        self.writer.take(order);
        std::ops::ControlFlow::Continue(())
    }
}
