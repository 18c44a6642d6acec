//! The numbers by which what is kept in memory is known to be old: of many things each, in a table of fixed size.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// Slots of the table. Things that share one grow old together.
const SLOTS: usize = 256;
/// More ids than this at a time, and all things grow old.
const MOST: usize = 1_000;

/// Which of many things a batch has changed.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// None of them.
    #[default]
    Nothing,
    /// Those with these ids.
    Some(BTreeSet<u32>),
    /// Any of them.
    All,
}

impl Changed {
    /// Another one.
    pub(super) fn add(&mut self, id: u32) {
        match self {
            Changed::Nothing => *self = Changed::Some([id].into()),
            Changed::Some(ids) if ids.len() < MOST => drop(ids.insert(id)),
            Changed::Some(_) => *self = Changed::All,
            Changed::All => {}
        }
    }
}

/// When things have last changed, counted in changes of any of them. One thread writes.
pub(super) struct Generations {
    /// The last change.
    now: AtomicU64,
    /// The last change of all things.
    all: AtomicU64,
    slots: Box<[AtomicU64]>,
}

impl Generations {
    pub(super) fn new(first: u64) -> Generations {
        let slots = (0..SLOTS).map(|_| AtomicU64::new(first)).collect();
        Generations { now: AtomicU64::new(first), all: AtomicU64::new(first), slots }
    }

    /// Notes a change, after it was committed and before anyone is told of it.
    pub(super) fn note(&self, changed: &Changed) {
        let ids = match changed {
            Changed::Nothing => return,
            Changed::Some(ids) => ids,
            Changed::All => &BTreeSet::new(),
        };
        // What is read under the new number is read after the commit.
        let now = self.now.fetch_add(1, Ordering::AcqRel) + 1;
        if *changed == Changed::All {
            self.all.store(now, Ordering::Release);
        }
        for id in ids {
            self.slot(*id).store(now, Ordering::Release);
        }
    }

    /// The last change of anything.
    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::Acquire)
    }

    /// The last change of one of these.
    pub(super) fn of(&self, ids: impl Iterator<Item = u32>) -> u64 {
        let all = self.all.load(Ordering::Acquire);
        ids.map(|id| self.slot(id).load(Ordering::Acquire)).fold(all, u64::max)
    }

    fn slot(&self, id: u32) -> &AtomicU64 {
        // There are as many slots as the remainder has values.
        &self.slots[id as usize % SLOTS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_newer_and_the_rest_stays_as_it_was() {
        let generations = Generations::new(7);
        let of = |id: u32| generations.of([id].into_iter());
        let mut some = Changed::default();
        some.add(3);
        some.add(5);
        generations.note(&some);
        assert_eq!((of(3), of(5), of(4), generations.now()), (8, 8, 7, 8));
        generations.note(&Changed::Nothing);
        assert_eq!(generations.now(), 8);
        generations.note(&Changed::All);
        assert_eq!((of(3), of(4)), (9, 9));
        assert_eq!(generations.of([3, 4].into_iter()), 9);
    }

    #[test]
    fn very_many_are_all() {
        let mut changed = Changed::default();
        (0..=1_000).for_each(|id| changed.add(id));
        assert_eq!(changed, Changed::All);
    }
}
