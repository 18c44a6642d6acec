//! How many builds one caller may cause, and one after the other: each caller has a small budget that fills up
//! again. Time since an arbitrary start is passed in.

use crate::asker::Asker;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Callers that are remembered before those with a full budget are looked for and forgotten.
const MANY: usize = 1_024;

/// Parts of a turn. A small build costs one: a player that looks at each of some thousand series makes as many small ones
/// as it would a few large.
const PARTS: u32 = 16;

/// The budgets of all callers.
pub(crate) struct Turns {
    /// Parts of a full budget.
    full: u32,
    /// How long one more of them takes to come.
    every: Duration,
    callers: Mutex<HashMap<Asker, Budget>>,
}

struct Budget {
    /// In parts.
    left: u32,
    /// Since when it was last filled.
    since: Duration,
    turn: Turn,
}

/// Held while a caller's build waits and runs: the caller's next one waits for it.
pub(crate) type Turn = Arc<tokio::sync::Mutex<()>>;

impl Turns {
    /// A full budget is this many builds, and how long one more takes to come.
    pub(crate) fn new(full: u32, every: Duration) -> Turns {
        Turns { full: full * PARTS, every: every / PARTS, callers: Mutex::default() }
    }

    /// Takes a build out of a caller's budget; when nothing is left, the answer is how long to wait for one.
    pub(crate) fn take(&self, who: Asker, now: Duration) -> Result<Turn, Duration> {
        let mut callers = self.callers.lock();
        if callers.len() >= MANY {
            callers.retain(|_, budget| {
                budget.fill(self, now);
                budget.left < self.full || Arc::strong_count(&budget.turn) > 1
            });
        }
        let fresh = || Budget { left: self.full, since: now, turn: Turn::default() };
        let budget = callers.entry(who).or_insert_with(fresh);
        budget.fill(self, now);
        match budget.left.checked_sub(PARTS) {
            Some(left) => budget.left = left,
            None => return Err((budget.since + self.every * (PARTS - budget.left)).saturating_sub(now)),
        }
        Ok(Arc::clone(&budget.turn))
    }

    /// A caller's build turned out to be small: most of what it took is theirs again.
    pub(crate) fn was_small(&self, who: Asker) {
        if let Some(budget) = self.callers.lock().get_mut(&who) {
            budget.left = self.full.min(budget.left + (PARTS - 1));
        }
    }
}

impl Budget {
    fn fill(&mut self, turns: &Turns, now: Duration) {
        let passed = now.saturating_sub(self.since).as_nanos() / turns.every.as_nanos().max(1);
        let more = u32::try_from(passed).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(more);
        if self.left >= turns.full {
            (self.left, self.since) = (turns.full, now);
        } else {
            self.since += turns.every * more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::{LineId, UserId};

    const SECOND: Duration = Duration::from_secs(1);
    const ANN: Asker = Asker::Line(LineId(1));
    const BOB: Asker = Asker::Line(LineId(2));

    fn turns() -> Turns {
        Turns::new(3, SECOND * 4)
    }

    #[test]
    fn a_caller_has_a_budget_and_another_caller_has_another() {
        let turns = turns();
        assert_eq!((0..10).filter(|_| turns.take(ANN, SECOND).is_ok()).count(), 3);
        assert_eq!(turns.take(ANN, SECOND * 2).unwrap_err(), SECOND * 3);
        assert!(turns.take(BOB, SECOND * 2).is_ok());
        assert!(turns.take(Asker::User(UserId(1)), SECOND * 2).is_ok());
    }

    #[test]
    fn a_budget_fills_up_again_and_never_over() {
        let turns = turns();
        let taken = |now| (0..10).filter(|_| turns.take(ANN, now).is_ok()).count();
        assert_eq!(taken(SECOND), 3);
        assert_eq!((taken(SECOND * 5), taken(SECOND * 8), taken(SECOND * 9)), (1, 0, 1));
        assert_eq!(taken(SECOND * 1_000), 3);
    }

    #[test]
    fn small_builds_cost_a_part_of_a_turn() {
        let turns = turns();
        let small = |_: &u32| turns.take(ANN, SECOND).map(|_| turns.was_small(ANN)).is_ok();
        // The last whole turn has to be there to begin with.
        assert_eq!((0..1_000).take_while(small).count(), 2 * PARTS as usize + 1);
        assert_eq!(turns.take(ANN, SECOND).unwrap_err(), Duration::from_millis(250));
        turns.take(BOB, SECOND).unwrap();
        (0..3).for_each(|_| turns.was_small(BOB));
        assert_eq!((0..10).filter(|_| turns.take(BOB, SECOND).is_ok()).count(), 3, "nobody has more than all");
    }

    #[test]
    fn callers_who_have_built_nothing_lately_are_forgotten() {
        let turns = turns();
        let line = |id| Asker::Line(LineId(id));
        (0..1_000_000).for_each(|id| drop(turns.take(line(id), SECOND * id)));
        assert!(turns.callers.lock().len() <= MANY);
    }
}
