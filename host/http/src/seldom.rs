//! For what strangers can make happen as often as they like: a line in the log at most once a second, or a minute.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often something happened since it was last told.
pub(crate) struct Seldom {
    /// Milliseconds between two lines.
    every: u64,
    times: AtomicU64,
    /// In milliseconds of the monotonic clock; 0 is at once.
    next: AtomicU64,
}

impl Seldom {
    /// For what somebody has to do something about.
    pub(crate) fn once_a_second() -> Seldom {
        Seldom { every: 1_000, times: AtomicU64::new(0), next: AtomicU64::new(0) }
    }

    /// For what the internet does all day.
    pub(crate) fn once_a_minute() -> Seldom {
        Seldom { every: 60_000, ..Seldom::once_a_second() }
    }

    /// Notes that it happened. How often it did since the last line, when it is time for one.
    pub(crate) fn note(&self, now: Duration) -> Option<u64> {
        self.times.fetch_add(1, Ordering::Relaxed);
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX - self.every);
        let next = self.next.load(Ordering::Relaxed);
        let is_ours = now >= next
            && self.next.compare_exchange(next, now + self.every, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        is_ours.then(|| self.times.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_often_is_told_once_a_second_with_how_often() {
        let seldom = Seldom::once_a_second();
        let at = |milliseconds| seldom.note(Duration::from_millis(milliseconds));
        assert_eq!([at(5), at(6), at(1_004), at(1_005), at(1_006)], [Some(1), None, None, Some(3), None]);
    }
}
