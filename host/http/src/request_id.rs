//! Ids of requests: unique in the process and hard to guess from outside, so that a log line, an
//! audit row and an answer can be put together.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
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
    pub(crate) fn next(&self) -> Arc<str> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let [.., a, b, c, d] = number.to_be_bytes();
        let hash = self.seed.hash_one(number).to_be_bytes();
        let mut digits = [0; 24];
        let (front, back) = digits.split_at_mut(16);
        // The lengths fit.
        let _ = (hex::encode_to_slice(hash, front), hex::encode_to_slice([a, b, c, d], back));
        str::from_utf8(&digits).unwrap_or_default().into()
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
