//! What a file had already, as digests: bounded memory whatever its size.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

/// Distinct things that are remembered to find duplicates: 8 MiB of digests. Beyond that a
/// duplicate comes out like any other, and the import that stores it finds it to be known.
pub const REMEMBERED: usize = 900_000;

/// Digests of what came so far. Keyed by chance, so that nobody can aim at a collision.
#[derive(Default)]
pub(crate) struct Seen {
    digests: HashSet<u64>,
    key: RandomState,
}

impl Seen {
    /// Whether it came before; from now on it did.
    pub(crate) fn is_known(&mut self, thing: impl Hash) -> bool {
        let digest = self.key.hash_one(thing);
        if self.digests.len() < REMEMBERED { !self.digests.insert(digest) } else { self.digests.contains(&digest) }
    }
}
