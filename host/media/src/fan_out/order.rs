//! The order in which a channel tries its sources, as a state machine that is told the time.
//! Knows no sockets and no bytes.

use std::time::Duration;

/// A source that played this long has proved itself: its failure starts a new count.
const PROVED: Duration = Duration::from_secs(5);
/// Longest wait between rounds.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Open the source with this place in the list.
    Open(usize),
    /// All failed; wait this long.
    Wait(Duration),
}

/// Which source is next. The first is preferred, the others follow in order.
pub(super) struct Order {
    count: usize,
    at: usize,
    failures: u32,
    back_off: Duration,
    open_at: Duration,
}

impl Order {
    /// Begins with the first of `count` sources.
    pub(super) fn new(count: usize, back_off: Duration) -> Order {
        Order { count: count.max(1), at: 0, failures: 0, back_off, open_at: Duration::ZERO }
    }

    /// What to do at this time.
    pub(super) fn step(&self, now: Duration) -> Step {
        match self.open_at.checked_sub(now) {
            Some(wait) if !wait.is_zero() => Step::Wait(wait),
            _ => Step::Open(self.at),
        }
    }

    /// Notes that the source failed or ended after playing for `played`. True when this ended a
    /// whole round in which none proved itself.
    pub(super) fn failed(&mut self, now: Duration, played: Duration) -> bool {
        if played >= PROVED {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.at = (self.at + 1) % self.count;
        let count = u32::try_from(self.count).unwrap_or(u32::MAX);
        let round_over = self.failures.is_multiple_of(count);
        if round_over {
            self.at = 0;
            let doublings = (self.failures / count - 1).min(16);
            self.open_at = now + self.back_off.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        }
        round_over
    }

    /// Notes that the first source was opened beside the one that plays, and plays now.
    pub(super) fn returned(&mut self) {
        self.at = 0;
        self.failures = 0;
    }

    /// Whether another than the first source is the current one.
    pub(super) fn is_away(&self) -> bool {
        self.at != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_source_is_tried_once_before_anything_waits_and_waits_double_to_30_seconds() {
        let mut order = Order::new(3, SECOND);
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..7 {
            for place in 0..3 {
                assert_eq!(order.step(now), Step::Open(place));
                assert_eq!(order.failed(now, Duration::ZERO), place == 2);
            }
            let Step::Wait(wait) = order.step(now) else { panic!("no wait after a round") };
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn after_a_source_that_played_the_next_one_opens_at_once() {
        let mut order = Order::new(2, SECOND);
        assert!(!order.failed(SECOND, 60 * SECOND));
        assert_eq!(order.step(SECOND), Step::Open(1));
        assert!(order.is_away());
        assert!(!order.failed(2 * SECOND, 60 * SECOND));
        assert_eq!(order.step(2 * SECOND), Step::Open(0));
    }

    #[test]
    fn sources_that_play_for_a_moment_and_end_do_not_spin() {
        let mut order = Order::new(2, SECOND);
        order.failed(SECOND, SECOND);
        assert!(order.failed(SECOND, SECOND));
        assert_eq!(order.step(SECOND), Step::Wait(SECOND));
    }
}
