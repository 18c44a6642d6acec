//! The breaker of one plugin in one tenant: after repeated faults it answers for the plugin, and lets one call
//! through from time to time. Knows no clock: time since an arbitrary start is passed in.

use parking_lot::Mutex;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const FAILURES: usize = 5;
const WINDOW: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a breaker does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are answered without the plugin for so long.
    Open {
        /// Seconds until the next call is let through.
        seconds: u32,
    },
    /// One call was let through; the others wait for how it ends.
    Trying,
}

/// One breaker.
#[derive(Debug)]
pub struct Breaker {
    /// Whether nothing has failed lately: then a call takes no lock.
    calm: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Closed { failures: Vec<Duration> },
    Open { until: Duration, pause: Duration },
    Trying { until: Duration, pause: Duration },
}

impl Default for Breaker {
    fn default() -> Breaker {
        Breaker { calm: AtomicBool::new(true), state: Mutex::new(State::Closed { failures: Vec::new() }) }
    }
}

impl Breaker {
    /// Whether a call may go through at `now`; otherwise how long to wait.
    pub fn admit(&self, now: Duration) -> Result<(), Duration> {
        if self.calm.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut state = self.state.lock();
        match &mut *state {
            State::Closed { failures } => {
                forget(failures, now);
                self.calm.store(failures.is_empty(), Ordering::Relaxed);
                Ok(())
            }
            State::Open { until, .. } | State::Trying { until, .. } if now < *until => Err(*until - now),
            // A trial that never reported (its client left) is over after its pause too.
            State::Open { pause, .. } | State::Trying { pause, .. } => {
                let pause = *pause;
                *state = State::Trying { until: now + pause, pause };
                Ok(())
            }
        }
    }

    /// A call that was let through ended well, or with a correct no.
    pub fn succeeded(&self) {
        if self.calm.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.state.lock();
        if matches!(*state, State::Trying { .. }) {
            *state = State::Closed { failures: Vec::new() };
            self.calm.store(true, Ordering::Relaxed);
        }
    }

    /// A call that was let through failed by the plugin's fault.
    pub fn failed(&self, now: Duration) {
        let mut state = self.state.lock();
        self.calm.store(false, Ordering::Relaxed);
        match &mut *state {
            State::Closed { failures } => {
                forget(failures, now);
                failures.push(now);
                if failures.len() >= FAILURES {
                    *state = State::Open { until: now + FIRST_PAUSE, pause: FIRST_PAUSE };
                }
            }
            State::Trying { pause, .. } => {
                let pause = (*pause * 2).min(LONGEST_PAUSE);
                *state = State::Open { until: now + pause, pause };
            }
            // A call that began before the breaker opened.
            State::Open { .. } => {}
        }
    }

    /// What it does at `now`.
    pub fn state(&self, now: Duration) -> BreakerState {
        match *self.state.lock() {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until, .. } => BreakerState::Open { seconds: whole_seconds(until.saturating_sub(now)) },
            State::Trying { .. } => BreakerState::Trying,
        }
    }
}

/// Takes out the failures that no longer count at `now`.
fn forget(failures: &mut Vec<Duration>, now: Duration) {
    failures.retain(|at| now.saturating_sub(*at) < WINDOW);
}

/// Seconds, rounded up: what `Retry-After` says.
pub(crate) fn whole_seconds(span: Duration) -> u32 {
    u32::try_from(span.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn opened() -> Breaker {
        let breaker = Breaker::default();
        (0..5).for_each(|n| breaker.failed(at(n)));
        breaker
    }

    #[test]
    fn five_failures_in_half_a_minute_open_it() {
        let breaker = Breaker::default();
        (0..4).for_each(|n| breaker.failed(at(n * 10_000)));
        // The first of them is out of the window by now.
        breaker.failed(at(31_000));
        assert_eq!(breaker.admit(at(31_001)), Ok(()));
        breaker.failed(at(31_002));
        assert_eq!(breaker.admit(at(31_003)), Err(at(999)));
    }

    #[test]
    fn one_call_is_let_through_and_closes_it_when_it_ends_well() {
        let breaker = opened();
        assert_eq!(breaker.admit(at(2_000)), Ok(()));
        assert!(breaker.admit(at(2_001)).is_err(), "only one");
        breaker.succeeded();
        assert_eq!(breaker.admit(at(2_002)), Ok(()));
        assert_eq!(breaker.state(at(2_002)), BreakerState::Closed);
    }

    #[test]
    fn a_failure_is_forgotten_by_the_first_call_after_its_window() {
        let breaker = Breaker::default();
        let calm_after = |now| {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.succeeded();
            breaker.calm.load(Ordering::Relaxed)
        };
        assert!(calm_after(at(0)));
        breaker.failed(at(1));
        breaker.failed(at(10_000));
        assert!(!calm_after(at(30_001)), "the second failure still counts");
        assert!(!calm_after(at(39_999)));
        assert!(calm_after(at(40_000)), "calls take no lock again");
        (0..4).for_each(|n| breaker.failed(at(50_000 + n)));
        assert!(!calm_after(at(50_010)), "what was forgotten is not counted");
        breaker.failed(at(50_011));
        assert!(breaker.admit(at(50_012)).is_err());
    }

    #[test]
    fn a_success_from_before_it_opened_does_not_close_it() {
        let breaker = opened();
        breaker.succeeded();
        assert!(breaker.admit(at(101)).is_err());
    }

    #[test]
    fn each_failed_trial_doubles_the_pause_up_to_a_minute() {
        let breaker = opened();
        let mut now = at(2_000);
        for pause in [2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.failed(now);
            assert_eq!(breaker.admit(now), Err(Duration::from_secs(pause)));
            now += Duration::from_secs(pause);
        }
    }

    #[test]
    fn a_trial_that_never_reports_does_not_block_it_for_ever() {
        let breaker = opened();
        assert_eq!(breaker.admit(at(2_000)), Ok(()));
        assert_eq!(breaker.admit(at(3_000)), Ok(()));
    }
}
