//! Ids of requests: unique in the process and hard to guess from outside, so that a log line, an
//! audit row and an answer can be put together.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

/// Hands out ids: 24 hexadecimal digits, 8 of them counting.
pub(crate) struct RequestIds {
    seed: RandomState,
    next: AtomicU64,
}

impl RequestIds {
    /// Begins with a random seed of this process.
    pub(crate) fn new() -> RequestIds {
        RequestIds { seed: RandomState::new(), next: AtomicU64::new(1) }
    }

    /// The next id. No lock, no system call.
    pub(crate) fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}{:08x}", self.seed.hash_one(number), number & 0xffff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_from_request_to_request_and_from_process_to_process() {
        let (one, other) = (RequestIds::new(), RequestIds::new());
        let first = one.next();
        assert_eq!(first.len(), 24);
        assert_ne!(first, one.next());
        assert_ne!(first, other.next());
    }
}
