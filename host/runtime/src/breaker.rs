//! The breaker of one action in one tenant: after repeated faults it answers for the action, and lets one call through
//! from time to time. It has no clock: time since an arbitrary start is passed in.

use crate::asker::Asker;
use parking_lot::Mutex;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const FAILURES: usize = 5;
const WINDOW: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a breaker does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// One call was let through; the others wait for how it ends.
    Trying,
    /// Calls are answered without the plugin until some seconds have passed.
    Open {
        /// Seconds until the next call is let through.
        seconds: u32,
    },
}

/// The leave to make one call. How the call ended is told with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Leave {
    /// The number of the trial, when the call is one.
    trial: Option<u64>,
}

/// How a call ended that was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With a reply, or with a correct no.
    Well,
    /// By the plugin's fault.
    Failed,
    /// At a limit that the wish of its caller may have led to: only when several callers meet one, it is the
    /// action that fails.
    AtLimit(Asker),
    /// Without a word on the action: there was no room for it, or the host broke.
    Unknown,
}

/// One breaker.
#[derive(Debug)]
pub struct Breaker {
    /// Whether nothing has failed lately: then a call takes no lock.
    calm: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    /// Of the last trial.
    number: u64,
}

#[derive(Debug)]
enum State {
    Closed { failures: Vec<Failure> },
    Open { until: Duration, pause: Duration },
    Trying { until: Duration, pause: Duration },
}

#[derive(Debug)]
struct Failure {
    at: Duration,
    /// Whose wish met a limit; none of a fault.
    asker: Option<Asker>,
}

impl Default for Breaker {
    fn default() -> Breaker {
        let inner = Inner { state: State::Closed { failures: Vec::new() }, number: 0 };
        Breaker { calm: AtomicBool::new(true), inner: Mutex::new(inner) }
    }
}

impl Breaker {
    /// Whether a call may go through at `now`; otherwise how long to wait.
    pub fn admit(&self, now: Duration) -> Result<Leave, Duration> {
        if self.calm.load(Ordering::Relaxed) {
            return Ok(Leave { trial: None });
        }
        let Inner { state, number } = &mut *self.inner.lock();
        match state {
            State::Closed { failures } => {
                forget(failures, now);
                self.calm.store(failures.is_empty(), Ordering::Relaxed);
                Ok(Leave { trial: None })
            }
            State::Open { until, .. } | State::Trying { until, .. } if now < *until => Err(*until - now),
            // A trial that never reported (its client left) is over after its pause too.
            State::Open { pause, .. } | State::Trying { pause, .. } => {
                let pause = *pause;
                *number += 1;
                *state = State::Trying { until: now + pause, pause };
                Ok(Leave { trial: Some(*number) })
            }
        }
    }

    /// Tells it how a call ended. Only a trial changes what an open breaker does.
    pub fn ended(&self, leave: Leave, how: Ended, now: Duration) {
        if matches!(how, Ended::Well | Ended::Unknown) && leave.trial.is_none() {
            return;
        }
        let mut inner = self.inner.lock();
        let own_trial = leave.trial == Some(inner.number);
        let closed = || State::Closed { failures: Vec::new() };
        match (&mut inner.state, how) {
            (State::Closed { failures }, Ended::Failed | Ended::AtLimit(_)) => {
                forget(failures, now);
                let asker = if let Ended::AtLimit(asker) = how { Some(asker) } else { None };
                if asker.is_some() && failures.iter().any(|failure| failure.asker == asker) {
                    return;
                }
                failures.push(Failure { at: now, asker });
                if failures.len() >= FAILURES {
                    inner.state = State::Open { until: now + FIRST_PAUSE, pause: FIRST_PAUSE };
                }
                self.calm.store(false, Ordering::Relaxed);
            }
            (State::Trying { .. }, Ended::Well) if own_trial => {
                inner.state = closed();
                self.calm.store(true, Ordering::Relaxed);
            }
            (State::Trying { pause, .. }, Ended::Failed) if own_trial => {
                let pause = (*pause * 2).min(LONGEST_PAUSE);
                inner.state = State::Open { until: now + pause, pause };
            }
            // That says nothing of the action: whoever comes next is the trial.
            (State::Trying { pause, .. }, Ended::AtLimit(_) | Ended::Unknown) if own_trial => {
                inner.state = State::Open { until: now, pause: *pause };
            }
            // Calls that began before it opened.
            _ => {}
        }
    }

    /// What it does at `now`.
    pub fn state(&self, now: Duration) -> BreakerState {
        match self.inner.lock().state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until, .. } => BreakerState::Open { seconds: whole_seconds(until.saturating_sub(now)) },
            State::Trying { .. } => BreakerState::Trying,
        }
    }
}

/// Takes out the failures that no longer count at `now`.
fn forget(failures: &mut Vec<Failure>, now: Duration) {
    failures.retain(|failure| now.saturating_sub(failure.at) < WINDOW);
}

/// Seconds, rounded up: what `Retry-After` says.
pub(crate) fn whole_seconds(span: Duration) -> u32 {
    u32::try_from(span.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::LineId;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn failed(breaker: &Breaker, now: Duration) {
        let leave = breaker.admit(now).unwrap();
        breaker.ended(leave, Ended::Failed, now);
    }

    fn opened() -> Breaker {
        let breaker = Breaker::default();
        (0..5).for_each(|n| failed(&breaker, at(n)));
        breaker
    }

    #[test]
    fn five_failures_in_half_a_minute_open_it() {
        let breaker = Breaker::default();
        (0..4).for_each(|n| failed(&breaker, at(n * 10_000)));
        // The first of them is out of the window by now.
        failed(&breaker, at(31_000));
        assert!(breaker.admit(at(31_001)).is_ok());
        failed(&breaker, at(31_002));
        assert_eq!(breaker.admit(at(31_003)), Err(at(999)));
    }

    #[test]
    fn a_limit_counts_once_for_each_caller_who_meets_it() {
        let breaker = Breaker::default();
        let meet = |line: u32, now: u64| {
            let leave = breaker.admit(at(now)).unwrap();
            breaker.ended(leave, Ended::AtLimit(Asker::Line(LineId(line))), at(now));
        };
        (0..50).for_each(|n| meet(1, n));
        (2..5).for_each(|line| meet(line, 100));
        assert_eq!(breaker.state(at(101)), BreakerState::Closed, "four callers");
        meet(5, 102);
        assert!(matches!(breaker.state(at(103)), BreakerState::Open { .. }), "five of them: it is the action");
    }

    #[test]
    fn one_call_is_let_through_and_closes_it_when_it_ends_well() {
        let breaker = opened();
        let trial = breaker.admit(at(2_000)).unwrap();
        assert!(breaker.admit(at(2_001)).is_err(), "only one");
        breaker.ended(trial, Ended::Well, at(2_002));
        assert!(breaker.admit(at(2_002)).is_ok());
        assert_eq!(breaker.state(at(2_002)), BreakerState::Closed);
    }

    #[test]
    fn a_trial_that_meets_a_limit_leaves_the_next_caller_a_trial() {
        let breaker = opened();
        let trial = breaker.admit(at(2_000)).unwrap();
        breaker.ended(trial, Ended::AtLimit(Asker::Line(LineId(1))), at(2_100));
        let next = breaker.admit(at(2_100)).unwrap();
        breaker.ended(next, Ended::Well, at(2_101));
        assert_eq!(breaker.state(at(2_101)), BreakerState::Closed);
    }

    #[test]
    fn a_failure_is_forgotten_by_the_first_call_after_its_window() {
        let breaker = Breaker::default();
        let calm_after = |now| {
            let leave = breaker.admit(now).unwrap();
            breaker.ended(leave, Ended::Well, now);
            breaker.calm.load(Ordering::Relaxed)
        };
        assert!(calm_after(at(0)));
        failed(&breaker, at(1));
        failed(&breaker, at(10_000));
        assert!(!calm_after(at(30_001)), "the second failure still counts");
        assert!(!calm_after(at(39_999)));
        assert!(calm_after(at(40_000)), "calls take no lock again");
        (0..4).for_each(|n| failed(&breaker, at(50_000 + n)));
        assert!(!calm_after(at(50_010)), "what was forgotten is not counted");
        failed(&breaker, at(50_011));
        assert!(breaker.admit(at(50_012)).is_err());
    }

    #[test]
    fn only_its_own_trial_closes_or_lengthens_it() {
        let breaker = Breaker::default();
        let older = breaker.admit(at(0)).unwrap();
        (0..5).for_each(|n| failed(&breaker, at(n)));
        let abandoned = breaker.admit(at(2_000)).unwrap();
        let trial = breaker.admit(at(3_000)).unwrap();
        for (leave, how) in [(older, Ended::Well), (older, Ended::Failed), (abandoned, Ended::Well)] {
            breaker.ended(leave, how, at(3_001));
            assert_eq!(breaker.state(at(3_001)), BreakerState::Trying, "{leave:?} {how:?}");
        }
        breaker.ended(trial, Ended::Well, at(3_002));
        assert_eq!(breaker.state(at(3_002)), BreakerState::Closed);
    }

    #[test]
    fn each_failed_trial_doubles_the_pause_up_to_a_minute() {
        let breaker = opened();
        let mut now = at(2_000);
        for pause in [2, 4, 8, 16, 32, 60, 60] {
            failed(&breaker, now);
            assert_eq!(breaker.admit(now), Err(Duration::from_secs(pause)));
            now += Duration::from_secs(pause);
        }
    }

    #[test]
    fn a_trial_that_never_reports_does_not_block_it_for_ever() {
        let breaker = opened();
        assert!(breaker.admit(at(2_000)).is_ok());
        assert!(breaker.admit(at(3_000)).is_ok());
    }
}
