//! When a child that ended is started again, as a state machine that is told the time.

use std::time::Duration;

/// First wait; doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A child that ran this long was healthy: its end starts a new count.
const WELL: Duration = Duration::from_secs(30);
/// Early ends in a row after which nobody tries again.
const MAX_EARLY_ENDS: u32 = 5;

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Start the child.
    Start,
    /// Wait this long, then ask again.
    Wait(Duration),
    /// It keeps failing.
    GiveUp,
}

/// The state between starts.
pub(super) struct Restart {
    start_at: Duration,
    started_at: Duration,
    early_ends: u32,
    has_given: bool,
}

impl Restart {
    /// Starts at once.
    pub(super) fn new() -> Restart {
        Restart { start_at: Duration::ZERO, started_at: Duration::ZERO, early_ends: 0, has_given: false }
    }

    /// What to do at this time, while no child runs.
    pub(super) fn step(&self, now: Duration) -> Step {
        if self.early_ends >= MAX_EARLY_ENDS {
            return Step::GiveUp;
        }
        match self.start_at.saturating_sub(now) {
            Duration::ZERO => Step::Start,
            wait => Step::Wait(wait),
        }
    }

    /// Notes a start.
    pub(super) fn started(&mut self, now: Duration) {
        self.started_at = now;
    }

    /// Notes an end, and whether the child gave anything. One that never gave anything is not tried again: a missing
    /// encoder does not appear with time.
    pub(super) fn ended(&mut self, now: Duration, has_given: bool) {
        self.has_given |= has_given;
        if !self.has_given {
            self.early_ends = MAX_EARLY_ENDS;
            return;
        }
        if now.saturating_sub(self.started_at) >= WELL {
            self.early_ends = 0;
        }
        self.start_at = now + (FIRST_WAIT * (1 << self.early_ends.min(10))).min(LONGEST_WAIT);
        self.early_ends += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_ends_wait_twice_as_long_each_time_until_nobody_tries_again() {
        let mut restart = Restart::new();
        let mut now = Duration::from_secs(100);
        let mut waits = Vec::new();
        while restart.step(now) == Step::Start {
            restart.started(now);
            restart.ended(now, true);
            if let Step::Wait(wait) = restart.step(now) {
                waits.push(wait.as_millis());
                now += wait;
            }
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000]);
        assert_eq!(restart.step(now), Step::GiveUp);
    }

    #[test]
    fn a_program_that_never_gave_anything_is_not_tried_again() {
        let mut restart = Restart::new();
        restart.ended(Duration::ZERO, false);
        assert_eq!(restart.step(Duration::from_secs(100)), Step::GiveUp);
        let mut restart = Restart::new();
        restart.ended(Duration::ZERO, true);
        restart.ended(Duration::ZERO, false);
        assert_eq!(restart.step(Duration::from_secs(100)), Step::Start, "one bad start is forgiven");
    }

    #[test]
    fn a_child_that_ran_well_is_forgiven() {
        let mut restart = Restart::new();
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            restart.started(now);
            now += WELL;
            restart.ended(now, true);
            assert_eq!(restart.step(now), Step::Wait(FIRST_WAIT));
            now += FIRST_WAIT;
        }
        assert_eq!(restart.step(now), Step::Start);
    }
}
