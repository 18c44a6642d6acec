//! What an attempt got by chance, recorded, so that the next attempt gets the same in the same order.

use host_core::object::Kind;
use host_core::port::Entropy;
use std::collections::HashMap;

/// The random bytes and fresh ids that an attempt got.
#[derive(Default)]
pub(crate) struct Recorded {
    bytes: Vec<u8>,
    position: usize,
    ids: HashMap<Kind, (Vec<u32>, usize)>,
}

impl Recorded {
    pub(crate) fn random(&mut self, entropy: &dyn Entropy, count: usize) -> Vec<u8> {
        let end = self.position + count;
        if self.bytes.len() < end {
            let known = self.bytes.len();
            self.bytes.resize(end, 0);
            if let Some(fresh) = self.bytes.get_mut(known..) {
                entropy.fill(fresh);
            }
        }
        let bytes = self.bytes.get(self.position..end).unwrap_or_default().to_vec();
        self.position = end;
        bytes
    }

    pub(crate) fn id(&mut self, kind: Kind) -> Option<u32> {
        let (ids, position) = self.ids.get_mut(&kind)?;
        let id = ids.get(*position).copied()?;
        *position += 1;
        Some(id)
    }

    pub(crate) fn add_id(&mut self, kind: Kind, id: u32) {
        let (ids, position) = self.ids.entry(kind).or_default();
        ids.push(id);
        *position = ids.len();
    }

    /// How many ids were given, of all kinds.
    pub(crate) fn ids_given(&self) -> u32 {
        self.ids.values().map(|(ids, _)| u32::try_from(ids.len()).unwrap_or(u32::MAX)).sum()
    }

    /// The same record, to be read from its first entry on.
    pub(crate) fn rewound(mut self) -> Recorded {
        self.position = 0;
        self.ids.values_mut().for_each(|(_, position)| *position = 0);
        self
    }
}
