//! The order in which a channel tries its sources, and when it tries to go back to the first, as a
//! state machine that is told the time.

use std::time::Duration;

/// A source that played this long has proved itself: its failure starts a new count.
const PROVED: Duration = Duration::from_secs(5);
/// Longest wait between rounds.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Longest wait until the first source is tried again while another one plays.
const LONGEST_AWAY: Duration = Duration::from_secs(30 * 60);

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
    /// The shortest wait until the first source is tried again.
    return_after: Duration,
    /// The wait now: each return that failed doubles it.
    away: Duration,
    return_at: Duration,
    /// The first source plays because it was returned to.
    has_returned: bool,
}

impl Order {
    /// Begins with the first of `count` sources.
    pub(super) fn new(count: usize, back_off: Duration, return_after: Duration) -> Order {
        Order {
            count: count.max(1),
            at: 0,
            failures: 0,
            back_off,
            open_at: Duration::ZERO,
            return_after,
            away: return_after,
            return_at: Duration::ZERO,
            has_returned: false,
        }
    }

    /// The place of the source that is current.
    pub(super) fn place(&self) -> usize {
        self.at
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
        if self.at == 0 {
            self.left_first(now, played);
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

    /// How long the first source is left alone now that it has failed.
    fn left_first(&mut self, now: Duration, played: Duration) {
        if played >= self.return_after {
            self.away = self.return_after;
        } else if std::mem::take(&mut self.has_returned) {
            self.stay_away_longer();
        }
        self.has_returned = false;
        self.return_at = now + self.away;
    }

    fn stay_away_longer(&mut self) {
        self.away = (self.away * 2).min(LONGEST_AWAY.max(self.return_after));
    }

    /// Whether the first source should be tried now, beside the one that plays.
    pub(super) fn should_return(&self, now: Duration) -> bool {
        self.at != 0 && now >= self.return_at
    }

    /// Notes that the first source was tried in vain beside the one that plays.
    pub(super) fn return_failed(&mut self, now: Duration) {
        self.stay_away_longer();
        self.return_at = now + self.away;
    }

    /// Notes that the first source proved itself beside the one that plays, and plays now.
    pub(super) fn returned(&mut self) {
        self.at = 0;
        self.failures = 0;
        self.has_returned = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn each_source_is_tried_once_before_anything_waits_and_waits_double_to_30_seconds() {
        let mut order = Order::new(3, SECOND, MINUTE);
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
        let mut order = Order::new(2, SECOND, MINUTE);
        assert!(!order.failed(SECOND, 60 * SECOND));
        assert_eq!(order.step(SECOND), Step::Open(1));
        assert_eq!(order.place(), 1);
        assert!(!order.failed(2 * SECOND, 60 * SECOND));
        assert_eq!(order.step(2 * SECOND), Step::Open(0));
    }

    #[test]
    fn sources_that_play_for_a_moment_and_end_do_not_spin() {
        let mut order = Order::new(2, SECOND, MINUTE);
        order.failed(SECOND, SECOND);
        assert!(order.failed(SECOND, SECOND));
        assert_eq!(order.step(SECOND), Step::Wait(SECOND));
    }

    #[test]
    fn the_first_source_is_left_alone_twice_as_long_after_each_return_in_vain_up_to_half_an_hour() {
        let mut order = Order::new(2, SECOND, MINUTE);
        let mut now = Duration::ZERO;
        order.failed(now, Duration::ZERO);
        let mut waits = Vec::new();
        for _ in 0..7 {
            let began = now;
            while !order.should_return(now) {
                now += SECOND;
            }
            waits.push((now - began).as_secs() / 60);
            order.return_failed(now);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn a_return_that_does_not_last_counts_as_one_in_vain_and_one_that_lasts_is_forgiven() {
        let mut order = Order::new(2, SECOND, MINUTE);
        order.failed(Duration::ZERO, Duration::ZERO);
        order.returned();
        assert!(!order.should_return(MINUTE * 100));
        order.failed(MINUTE, 20 * SECOND);
        assert!(!order.should_return(MINUTE * 2) && order.should_return(MINUTE * 3));
        order.returned();
        order.failed(MINUTE * 10, MINUTE * 5);
        assert!(order.should_return(MINUTE * 11));
    }
}
