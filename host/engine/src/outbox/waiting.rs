//! Which effects were performed and wait to be settled, which databases have something due, and
//! who performs what is not the engine's own.

use host_core::event::Effect;
use host_core::plan::{Database, LONGEST_PAUSE};
use host_core::port::Waiting;
use host_core::time::Unix;
use host_core::{OutboxId, TenantId};
use parking_lot::Mutex;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

/// Performs effects that are not the engine's own (streams, news). Must be idempotent and quick;
/// an error is tried again.
pub trait Performer: Send + Sync + 'static {
    /// Performs one effect.
    ///
    /// # Errors
    /// One sentence; the effect is due again after a pause.
    fn perform(&self, tenant: TenantId, effect: &Effect) -> std::result::Result<(), String>;
}

/// Attempts after which an effect is given up.
pub(super) const MAX_ATTEMPTS: u32 = 20;

/// Which effects were performed and wait to be settled, and which databases have something due.
#[derive(Default)]
pub(crate) struct Outbox {
    pub(super) performed: Mutex<HashMap<Database, BTreeSet<OutboxId>>>,
    due: Mutex<BTreeSet<(Unix, Database)>>,
    pub(super) performer: OnceLock<Arc<dyn Performer>>,
}

impl Outbox {
    pub(crate) fn forget(&self, database: Database) {
        self.performed.lock().remove(&database);
        self.due.lock().retain(|(_, of)| *of != database);
    }

    /// Takes out the databases with something due by now.
    pub(crate) fn take_due(&self, now: Unix) -> BTreeSet<Database> {
        // Once more than a pause: that is when the start looks for the last time.
        let has_come = |(at, _): &(Unix, Database)| at.has_come(now, LONGEST_PAUSE + 1);
        self.due.lock().extract_if(.., has_come).map(|(_, database)| database).collect()
    }

    pub(super) fn look(&self, database: Database, at: Unix) {
        self.due.lock().insert((at, database));
    }

    /// Forgets performed effects up to `newest` that no longer wait: a step settled them before
    /// the reply that performed them had said so.
    pub(super) fn forget_settled(&self, database: Database, newest: OutboxId, waiting: &[Waiting]) {
        if let Some(rows) = self.performed.lock().get_mut(&database) {
            rows.retain(|id| *id > newest || waiting.iter().any(|row| row.id == *id));
        }
    }
}

/// Seconds until the next attempt: doubled each time, up to about a quarter of an hour.
pub(super) fn pause(attempts: u32) -> i64 {
    (1_i64 << attempts.min(62)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::StreamId;

    #[test]
    fn a_clock_that_is_set_back_holds_no_effect_up() {
        let (outbox, database, set_back) = (Outbox::default(), Database::Tenant(TenantId(1)), Unix(1_000_000));
        let before = set_back.plus(2 * 86_400);
        outbox.look(database, before.plus(pause(3)));
        assert!(outbox.take_due(before).is_empty(), "it waits for its time");
        assert!(outbox.take_due(set_back).contains(&database));
        outbox.look(database, set_back.plus(pause(MAX_ATTEMPTS) + 1));
        assert!(outbox.take_due(set_back).is_empty(), "no pause is too long");
    }

    #[test]
    fn what_a_step_settled_before_its_reply_said_so_is_not_remembered_for_ever() {
        let (outbox, database) = (Outbox::default(), Database::Tenant(TenantId(1)));
        let rows = |ids: &[i64]| ids.iter().map(|id| OutboxId(*id)).collect::<BTreeSet<_>>();
        outbox.performed.lock().insert(database, rows(&[1, 2, 3, 4]));
        let waits = Waiting { id: OutboxId(2), effect: Effect::RestartStream { stream: StreamId(1) }, attempts: 0 };
        // The fourth was performed while the rows were read: it may be too new to be among them.
        outbox.forget_settled(database, OutboxId(3), &[waits]);
        assert_eq!(outbox.performed.lock().get(&database), Some(&rows(&[2, 4])));
    }
}
