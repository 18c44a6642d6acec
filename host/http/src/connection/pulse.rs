//! What a connection's socket and its answers share: whose turn it is, and whether it has to end.

use super::pace::{Late, Pace};
use crate::config::Patience;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Duration;
use tokio::time::Instant;

/// The shared state of one connection.
pub(crate) struct Pulse {
    pace: Mutex<Pace>,
    /// It ends now, whatever it still has to send.
    cut: AtomicBool,
    /// Of the task that drives the connection.
    driver: AtomicWaker,
    last_words: Duration,
}

impl Pulse {
    pub(super) fn new(patience: Patience) -> Arc<Pulse> {
        let last_words = patience.last_words;
        let pace = Mutex::new(Pace::new(patience, Instant::now()));
        Arc::new(Pulse { pace, cut: AtomicBool::new(false), driver: AtomicWaker::new(), last_words })
    }

    /// Ends the connection now.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.driver.wake();
    }

    /// Ends the connection if the rest of an answer stands in a socket that takes nothing: of the
    /// answer that was the last one when [`Pulse::begun`] said so, and still is.
    pub(crate) fn cut_if_blocked(&self, begun: u64) {
        let is_blocked = {
            let pace = self.pace.lock();
            pace.begun() == begun && pace.is_blocked()
        };
        if is_blocked {
            self.cut();
        }
    }

    /// Requests until now.
    pub(crate) fn begun(&self) -> u64 {
        self.pace.lock().begun()
    }

    /// How long an answer that has to end may take for it.
    pub(crate) fn last_words(&self) -> Duration {
        self.last_words
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Wakes this task at a cut.
    pub(super) fn register(&self, driver: &Waker) {
        self.driver.register(driver);
    }

    pub(super) fn due(&self) -> Option<(Instant, Late)> {
        self.pace.lock().due()
    }

    pub(super) fn look_again(&self) -> Instant {
        self.pace.lock().look_again(Instant::now())
    }

    pub(super) fn received(&self, bytes: &[u8]) {
        self.pace.lock().received(bytes, Instant::now());
    }

    pub(super) fn took(&self, bytes: usize) {
        self.pace.lock().took(bytes, Instant::now());
    }

    pub(super) fn blocked(&self) {
        self.pace.lock().blocked(Instant::now());
    }

    pub(super) fn flushed(&self) {
        self.pace.lock().flushed();
    }

    /// The client has ended its sending side. Whether it is being answered, and may wait for that.
    pub(super) fn left(&self) -> bool {
        self.pace.lock().left(Instant::now())
    }

    /// A request begins to be answered.
    pub(super) fn begin(self: &Arc<Pulse>) -> Exchange {
        self.pace.lock().began();
        Exchange { pulse: Arc::clone(self), is_ours: true }
    }
}

/// One request and its answer, from its head to the last byte that was handed over.
pub(super) struct Exchange {
    pulse: Arc<Pulse>,
    is_ours: bool,
}

impl Exchange {
    /// The client's turn: there is something to fetch.
    pub(super) fn hand_over(&mut self) {
        if std::mem::replace(&mut self.is_ours, false) {
            self.pulse.pace.lock().handed_over(Instant::now());
        }
    }

    /// Our turn: there is nothing to send yet.
    pub(super) fn hand_back(&mut self) {
        if !std::mem::replace(&mut self.is_ours, true) {
            self.pulse.pace.lock().handed_back();
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let has_left = self.pulse.pace.lock().ended(self.is_ours, Instant::now());
        if has_left {
            // Whoever waits to be told of it is told now.
            self.pulse.driver.wake();
        }
    }
}
