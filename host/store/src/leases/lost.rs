//! The sessions whose seats somebody ended. Their players are told so, and only a new start gives
//! them a seat again. What is forgotten here may come back, but only to a seat that is free.

use host_core::lease::SessionKey;
use host_core::{LineId, TenantId};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Sessions that are remembered of a line; the oldest go first.
const OF_A_LINE: usize = 32;
/// How long the sessions of a line are remembered after the last of them.
const REMEMBERED: Duration = Duration::from_secs(6 * 3_600);

type Owner = (TenantId, LineId);

#[derive(Default)]
struct OfLine {
    sessions: VecDeque<SessionKey>,
    last: Duration,
}

/// The sessions that lost their seats, by line.
#[derive(Default)]
pub(super) struct Lost {
    lines: Mutex<HashMap<Owner, OfLine>>,
}

impl Lost {
    /// Notes that somebody ended a session.
    pub(super) fn note(&self, owner: Owner, session: SessionKey, now: Duration) {
        let mut lines = self.lines.lock();
        let line = lines.entry(owner).or_default();
        line.sessions.retain(|other| *other != session);
        if line.sessions.len() == OF_A_LINE {
            line.sessions.pop_front();
        }
        line.sessions.push_back(session);
        line.last = now;
    }

    /// Whether somebody ended a session.
    pub(super) fn has(&self, owner: Owner, session: SessionKey) -> bool {
        self.lines.lock().get(&owner).is_some_and(|line| line.sessions.contains(&session))
    }

    /// A session has started anew.
    pub(super) fn forget(&self, owner: Owner, session: SessionKey) {
        let mut lines = self.lines.lock();
        let Some(line) = lines.get_mut(&owner) else { return };
        line.sessions.retain(|other| *other != session);
        if line.sessions.is_empty() {
            lines.remove(&owner);
        }
    }

    /// Forgets the lines of which nobody was ended for long.
    pub(super) fn sweep(&self, now: Duration) {
        self.lines.lock().retain(|_, line| now.saturating_sub(line.last) < REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = (TenantId(1), LineId(1));

    #[test]
    fn what_a_line_lost_is_bounded_and_goes_by_the_time_at_which_it_ended() {
        let lost = Lost::default();
        for session in 0..100 {
            lost.note(OWNER, SessionKey(session), Duration::ZERO);
        }
        let kept: Vec<_> = (0..100).filter(|session| lost.has(OWNER, SessionKey(*session))).collect();
        assert_eq!(kept, (68..100).collect::<Vec<_>>());
        lost.sweep(REMEMBERED - Duration::from_secs(1));
        assert!(lost.has(OWNER, SessionKey(99)));
        lost.sweep(REMEMBERED);
        assert!(lost.lines.lock().is_empty(), "although none of them was asked for again");
    }

    #[test]
    fn a_session_that_starts_anew_is_no_longer_lost() {
        let lost = Lost::default();
        lost.note(OWNER, SessionKey(1), Duration::ZERO);
        assert!(!lost.has((TenantId(2), LineId(1)), SessionKey(1)));
        lost.forget(OWNER, SessionKey(1));
        assert!(!lost.has(OWNER, SessionKey(1)) && lost.lines.lock().is_empty());
    }
}
