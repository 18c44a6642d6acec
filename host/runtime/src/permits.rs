//! How many calls may run at the same moment. Nobody waits: one too many is turned away.

use std::sync::atomic::{AtomicU32, Ordering};

/// A number of permits. On a cache line of its own: every call of every processor writes it, and
/// must not take from the others what merely stands beside it.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Permits {
    taken: AtomicU32,
    most: AtomicU32,
}

/// The right to run; it ends with this value.
pub(crate) struct Permit<'p>(&'p Permits);

impl Permits {
    /// At most `most` at the same moment.
    pub(crate) const fn new(most: u32) -> Permits {
        Permits { taken: AtomicU32::new(0), most: AtomicU32::new(most) }
    }

    /// A permit, if one is left. While another one is being turned away, one more may be.
    pub(crate) fn take(&self) -> Option<Permit<'_>> {
        let permit = Permit(self);
        // Added first and looked at then: that is one write, however many come at once.
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        (before < self.most.load(Ordering::Relaxed)).then_some(permit)
    }

    /// How many are taken now.
    #[cfg(test)]
    fn taken(&self) -> u32 {
        self.taken.load(Ordering::Relaxed)
    }
}

/// Permits of whoever runs calls: for all calls, and within them for calls that may take long, so that these
/// never take everything.
#[derive(Debug)]
pub(crate) struct Bounds {
    all: Permits,
    long: Permits,
}

impl Bounds {
    /// At most `most` calls at the same moment, half of them long ones.
    pub(crate) const fn new(most: u32) -> Bounds {
        Bounds { all: Permits::new(most), long: Permits::new(half(most)) }
    }

    /// Changes how many there are; what is taken stays taken.
    pub(crate) fn resize(&self, most: u32) {
        self.all.most.store(most, Ordering::Relaxed);
        self.long.most.store(half(most), Ordering::Relaxed);
    }

    /// The permits of one call, if they are left.
    pub(crate) fn take(&self, takes_long: bool) -> Option<[Option<Permit<'_>>; 2]> {
        let all = self.all.take()?;
        let long = if takes_long { Some(self.long.take()?) } else { None };
        Some([Some(all), long])
    }
}

/// Of one, too, one may be long.
const fn half(most: u32) -> u32 {
    most.div_ceil(2)
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_is_turned_away_and_what_is_given_back_can_be_taken_again() {
        let permits = Permits::new(2);
        let (first, second) = (permits.take(), permits.take());
        assert!(first.is_some() && second.is_some());
        assert!(permits.take().is_none() && permits.take().is_none());
        assert_eq!(permits.taken(), 2);
        drop(first);
        let third = permits.take();
        assert!(third.is_some() && permits.take().is_none());
        drop((second, third));
        assert_eq!(permits.taken(), 0);
    }

    #[test]
    fn long_calls_leave_half_to_the_others() {
        let bounds = Bounds::new(4);
        let long: Vec<_> = (0..2).map(|_| bounds.take(true)).collect();
        assert!(long.iter().all(Option::is_some) && bounds.take(true).is_none());
        let others = [bounds.take(false), bounds.take(false)];
        assert!(others.iter().all(Option::is_some) && bounds.take(false).is_none());
        drop((long, others));
        bounds.resize(1);
        let only = bounds.take(true);
        assert!(only.is_some() && bounds.take(false).is_none());
    }

    #[test]
    fn parallel_calls_never_hold_more_than_there_are() {
        let (permits, running) = (Permits::new(3), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let Some(_permit) = permits.take() else { continue };
                        assert!(running.fetch_add(1, Ordering::SeqCst) < 3);
                        running.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(permits.taken(), 0);
    }
}
