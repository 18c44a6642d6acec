//! Memory that many holders share: no total is promised to each, but a sum to all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A sum of bytes for all channels of the process.
pub(crate) struct Budget {
    total: usize,
    used: AtomicUsize,
    holders: AtomicUsize,
}

impl Budget {
    /// A budget of `total` bytes for all.
    pub(crate) fn new(total: usize) -> Arc<Budget> {
        Arc::new(Budget { total, used: AtomicUsize::new(0), holders: AtomicUsize::new(0) })
    }

    /// Whether more is held than there is for all.
    pub(crate) fn is_spent(&self) -> bool {
        self.used.load(Relaxed) > self.total
    }

    /// One more holder, which holds nothing yet.
    pub(crate) fn join(self: &Arc<Budget>) -> Share {
        self.holders.fetch_add(1, Relaxed);
        Share { budget: self.clone(), held: 0 }
    }
}

/// What one holder has. Given back when it is dropped.
pub(crate) struct Share {
    budget: Arc<Budget>,
    held: usize,
}

impl Share {
    /// Bytes held now.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Holds `bytes` more.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.held += bytes;
        self.budget.used.fetch_add(bytes, Relaxed);
    }

    /// Gives `bytes` back.
    pub(crate) fn give(&mut self, bytes: usize) {
        let bytes = bytes.min(self.held);
        self.held -= bytes;
        self.budget.used.fetch_sub(bytes, Relaxed);
    }

    /// Most bytes that may be held now: without an end while there is enough for all, else an equal
    /// part of the sum. Whoever holds more lets go before it takes.
    pub(crate) fn most(&self) -> usize {
        if !self.budget.is_spent() {
            return usize::MAX;
        }
        self.budget.total / self.budget.holders.load(Relaxed).max(1)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give(self.held);
        self.budget.holders.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_more_than_its_part_lets_go_only_when_there_is_not_enough_for_all() {
        let budget = Budget::new(100);
        let (mut large, mut small) = (budget.join(), budget.join());
        large.take(90);
        assert_eq!(large.most(), usize::MAX);
        small.take(20);
        assert_eq!((large.most(), small.most()), (50, 50));
        large.give(40);
        assert_eq!(small.most(), usize::MAX);
        drop(large);
        small.take(200);
        assert_eq!(small.most(), 100, "who is left alone may have it all");
    }
}
