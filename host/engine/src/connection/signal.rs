//! How a response hears that its lease is over.

use host_core::lease::Ended;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use tokio::sync::Notify;

/// What a response shares with whoever ends it.
#[derive(Default)]
pub(super) struct Signal {
    ended: AtomicU8,
    bytes: AtomicU64,
    pub(super) notify: Notify,
}

impl Signal {
    /// Ends it once; later reasons do not count.
    pub(super) fn end(&self, why: Ended) {
        if self.ended.compare_exchange(0, why as u8, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.notify.notify_waiters();
        }
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        Ended::from_number(self.ended.load(Ordering::Acquire))
    }

    /// Counts bytes that were sent.
    pub(super) fn count(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
