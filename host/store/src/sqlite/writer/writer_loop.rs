//! One writer with the queue in front of it. A step takes in what is queued and does it; a thread takes steps
//! whenever an order comes, a test when it likes.

use super::{Order, Senders, Writer};
use crate::sqlite::readers::Readers;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often a writer that nobody asks anything looks after what is idle.
const REST: Duration = Duration::from_secs(10);

/// The longest wait for new orders from those who were answered just now.
const LINGER: Duration = Duration::from_millis(2);
/// The first piece of that wait; each is twice as long as the one before.
const NAP: Duration = Duration::from_micros(100);

/// A writer with its queue, which it empties step by step.
pub(in crate::sqlite) struct WriterLoop {
    writer: Writer,
    receiver: Receiver<Order>,
    /// The first order of the queue, when somebody has looked.
    first: Option<Order>,
    senders: Senders,
    /// Plans that it takes in at most.
    queue: usize,
    /// What it has for other writers, as long as their queues are full.
    orders: Vec<Order>,
    /// One of the writers also closes readers that rest.
    sweeps: Option<Arc<Readers>>,
    swept: Duration,
    ended: bool,
}

impl WriterLoop {
    /// A writer behind its queue.
    pub(in crate::sqlite) fn new(
        writer: Writer,
        receiver: Receiver<Order>,
        senders: Senders,
        queue: usize,
        sweeps: Option<Arc<Readers>>,
    ) -> WriterLoop {
        let (orders, swept) = (Vec::new(), Duration::ZERO);
        WriterLoop { writer, receiver, first: None, senders, queue, orders, sweeps, swept, ended: false }
    }

    /// Takes in what is queued and does all of it that can be done now. Returns when there
    /// will be something to do even if no order comes.
    pub(in crate::sqlite) fn step(&mut self, now: Duration) -> Option<Duration> {
        self.take_queued();
        let again = self.writer.step(now);
        self.writer.close_idle(now, |database| self.senders.leave(database));
        self.pass_on();
        if now.saturating_sub(self.swept) >= REST {
            self.swept = now;
            self.sweeps.iter().for_each(|readers| readers.sweep());
        }
        again
    }

    /// Hands on what it has for other writers.
    fn pass_on(&mut self) {
        self.orders.append(&mut self.writer.orders);
        self.orders = std::mem::take(&mut self.orders).into_iter().filter_map(|o| self.senders.send(o).err()).collect();
    }

    /// Takes steps until it is told to stop.
    pub(in crate::sqlite) fn run(mut self) {
        let start = Instant::now();
        loop {
            let (begin, before) = (start.elapsed(), self.writer.answered);
            let again = self.step(begin);
            if self.ended {
                return self.finish(start.elapsed());
            }
            let end = start.elapsed();
            let answered = usize::try_from(self.writer.answered - before).unwrap_or(usize::MAX);
            self.wait(again.map_or(REST, |at| at.saturating_sub(end)), answered, end - begin);
        }
    }

    /// Commits all that is queued, whatever is reserved: the last step.
    pub(in crate::sqlite) fn finish(&mut self, now: Duration) {
        while self.has_orders() && !self.ended {
            self.take_queued();
            self.writer.finish(now);
        }
        self.writer.finish(now);
        self.pass_on();
        // What it had for itself.
        while let Some(order) = self.next() {
            self.take(order);
        }
        self.writer.close(now);
    }

    /// Whether orders wait for the next step.
    pub(in crate::sqlite) fn has_orders(&mut self) -> bool {
        self.first = self.next();
        self.first.is_some()
    }

    /// Plans and reservations that it has answered.
    pub(in crate::sqlite) fn answered(&self) -> u64 {
        self.writer.answered
    }

    /// Waits for the next order. Those who were `answered` often ask again at once: they are
    /// given a moment, never longer than the step `took`, so that one flush does for all of them.
    fn wait(&mut self, rest: Duration, answered: usize, took: Duration) {
        let mut came = self.take_queued();
        let expected = answered.saturating_add(came);
        if came == 0 {
            match self.receiver.recv_timeout(rest) {
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => self.ended = true,
            }
            came = 1 + self.take_queued();
        }
        // Not while there is work already.
        let mut left = if rest.is_zero() { Duration::ZERO } else { took.min(LINGER) };
        let mut nap = NAP;
        while came < expected && !left.is_zero() && !self.ended {
            // Asleep, and not in the queue: there each order would wake this thread.
            nap = nap.min(left);
            std::thread::sleep(nap);
            left -= nap;
            nap *= 2;
            came += self.take_queued();
        }
    }

    /// All that came while the last group was flushed goes into the next one. Returns how many.
    fn take_queued(&mut self) -> usize {
        // One at least: it may be what the waiting plans wait for.
        let room = self.queue.saturating_sub(self.writer.waiting()).max(1);
        let mut taken = 0;
        while taken < room
            && !self.ended
            && let Some(order) = self.next()
        {
            self.take(order);
            taken += 1;
        }
        taken
    }

    fn next(&mut self) -> Option<Order> {
        self.first.take().or_else(|| self.receiver.try_recv().ok())
    }

    fn take(&mut self, order: Order) {
        let Some(database) = order.database() else {
            self.ended = true;
            return;
        };
        self.senders.taken(database);
        self.writer.take(order);
        if !self.writer.has(database) {
            self.senders.leave(database);
        }
    }
}
