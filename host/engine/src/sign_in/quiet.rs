//! How often one identity is journalled: players sign in with every request. Identities are kept as hashes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SLOTS: usize = 8_192;

/// A fixed table of what was journalled lately. Two identities in one slot are journalled more
/// often, never less.
pub(super) struct Quiet {
    seed: [u8; 16],
    slots: Box<[AtomicU64]>,
}

impl Quiet {
    pub(super) fn new(seed: [u8; 16]) -> Quiet {
        Quiet { seed, slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Whether this identity was not journalled in the current minute; notes that it is now.
    pub(super) fn is_due(&self, identity: impl Hash, now: Duration) -> bool {
        let mut hasher = DefaultHasher::new();
        (self.seed, &identity).hash(&mut hasher);
        let place = hasher.finish();
        (now.as_secs() / 60).hash(&mut hasher);
        let mark = hasher.finish() | 1;
        let slot = self.slots.get(place as usize % SLOTS);
        slot.is_none_or(|slot| slot.load(Ordering::Relaxed) != mark && slot.swap(mark, Ordering::Relaxed) != mark)
    }
}
