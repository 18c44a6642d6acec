//! How a lease tells its handles that it is over.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use tokio::sync::Notify;

/// Why a seat is no longer held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Ended {
    /// It was closed by its own side.
    Closed = 1,
    /// The same player started again.
    TakenOver = 2,
    /// A newer start got the seat, by the tenant's policy.
    Oldest = 3,
    /// Someone ended it, or the line may no longer watch.
    Killed = 4,
    /// It was not renewed in time.
    Expired = 5,
}

impl Ended {
    fn from_number(number: u8) -> Option<Ended> {
        [Ended::Closed, Ended::TakenOver, Ended::Oldest, Ended::Killed, Ended::Expired]
            .into_iter()
            .find(|ended| *ended as u8 == number)
    }
}

/// What a lease and its handles share.
#[derive(Default)]
pub(super) struct Signal {
    pub(super) ended: AtomicU8,
    pub(super) bytes: AtomicU64,
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

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
