//! Effects after commit: performed at once, remembered in the outbox of their database until they
//! are settled, and performed again after a crash. Some effects are the engine's own; the others go
//! to a performer that the host installs.

use crate::{Engine, Result};
use host_core::event::Effect;
use host_core::plan::{Change, LONGEST_PAUSE, Place, Plan, Settled};
use host_core::port::{CommitError, Waiting};
use host_core::time::Unix;
use host_core::{OutboxId, TenantId};
use parking_lot::Mutex;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Performs effects that are not the engine's own (streams, news). Must be idempotent and quick;
/// an error is tried again.
pub trait Performer: Send + Sync + 'static {
    /// Performs one effect.
    ///
    /// # Errors
    /// One sentence; the effect is due again after a pause.
    fn perform(&self, tenant: TenantId, effect: &Effect) -> std::result::Result<(), String>;
}

/// Most effects of one step.
const STEP: u32 = 100;
/// How long a reply waits for the effects of its plan; what is left then is the outbox's.
const REPLY_WAIT: Duration = Duration::from_secs(2);
/// Seconds after which the effects of a plan are looked for whose caller has gone.
const ABANDONED: [i64; 3] = [0, 10, 100];
/// Attempts after which an effect is given up.
const MAX_ATTEMPTS: u32 = 20;

/// Which effects were performed and wait to be settled, and which databases have something due.
#[derive(Default)]
pub(crate) struct Outbox {
    performed: Mutex<HashMap<Place, BTreeSet<OutboxId>>>,
    due: Mutex<BTreeSet<(Unix, Place)>>,
    performer: OnceLock<Arc<dyn Performer>>,
}

impl Outbox {
    pub(crate) fn forget(&self, place: Place) {
        self.performed.lock().remove(&place);
        self.due.lock().retain(|(_, of)| *of != place);
    }

    /// Takes out the databases with something due by now.
    pub(crate) fn take_due(&self, now: Unix) -> BTreeSet<Place> {
        // Once more than a pause: that is when the start looks for the last time.
        let has_come = |(at, _): &(Unix, Place)| at.has_come(now, LONGEST_PAUSE + 1);
        self.due.lock().extract_if(.., has_come).map(|(_, place)| place).collect()
    }

    fn look(&self, place: Place, at: Unix) {
        self.due.lock().insert((at, place));
    }

    /// Forgets performed effects up to `newest` that no longer wait: a step settled them before
    /// the reply that performed them had said so.
    fn forget_settled(&self, place: Place, newest: OutboxId, waiting: &[Waiting]) {
        if let Some(rows) = self.performed.lock().get_mut(&place) {
            rows.retain(|id| *id > newest || waiting.iter().any(|row| row.id == *id));
        }
    }
}

/// A plan with effects is on its way to the writer. When nobody waits for its answer any more, a
/// client that hung up, the outbox is looked at all the same.
pub(crate) struct Expected<'e> {
    engine: &'e Engine,
    place: Option<Place>,
}

impl Expected<'_> {
    /// The answer came.
    pub(crate) fn met(mut self) {
        self.place = None;
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let now = self.engine.clock().now();
            // The plan may still be in the queue; a writer that is so far behind has other worries.
            ABANDONED.iter().for_each(|pause| self.engine.outbox.look(place, now.plus(*pause)));
        }
    }
}

impl Engine {
    /// Installs who performs what is not the engine's own; the first one stays.
    pub fn set_performer(&self, performer: Arc<dyn Performer>) {
        if self.outbox.performer.set(performer).is_err() {
            tracing::warn!("a performer of effects is already installed");
        }
    }

    /// Looks for effects that an earlier run of the process left, in every database: once, after
    /// the start. They are performed by the next steps.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn wake_outbox(&self) -> Result<()> {
        let now = self.clock().now();
        let tenants = self.tenants().await?.into_iter().map(|tenant| Place::Tenant(tenant.id));
        for place in std::iter::once(Place::Control).chain(tenants) {
            self.outbox.look(place, now);
            // What failed before may be due later than now, but not later than this.
            self.outbox.look(place, now.plus(pause(MAX_ATTEMPTS) + 1));
        }
        Ok(())
    }

    /// Watches over the effects of a plan until its answer is there.
    pub(crate) fn expect_effects(&self, place: Place, effects: &[Effect]) -> Expected<'_> {
        Expected { engine: self, place: Some(place).filter(|_| !effects.is_empty()) }
    }

    /// Performs the effects of a plan that was just committed, while the reply may wait. Those that
    /// failed or were not reached wait for the outbox.
    pub(crate) async fn perform(&self, place: Place, effects: Vec<Effect>, rows: &[OutboxId]) {
        if effects.is_empty() {
            return;
        }
        let until = self.clock().monotonic() + REPLY_WAIT;
        for (effect, row) in effects.iter().zip(rows) {
            if self.clock().monotonic() >= until {
                break;
            }
            if let Err(error) = self.perform_one(place, effect, Some(until)).await {
                tracing::warn!(?place, %row, error, "an effect was not done and will be tried again");
                continue;
            }
            self.outbox.performed.lock().entry(place).or_default().insert(*row);
        }
        self.outbox.look(place, self.clock().now());
    }

    /// One step of a database's outbox: performs what is due and settles what was performed, in one
    /// plan. Answers how many rows it settled.
    ///
    /// # Errors
    /// When storage fails; the step can be repeated.
    pub async fn step_outbox(&self, place: Place, now: Unix) -> Result<usize> {
        let outcome = self.settle_due(place, now).await;
        // A full step may have left rows, and a failed one can be repeated.
        if outcome.as_ref().map_or(true, |settled| *settled >= STEP as usize) {
            self.outbox.look(place, now.plus(1));
        }
        outcome
    }

    async fn settle_due(&self, place: Place, now: Unix) -> Result<usize> {
        let newest = self.outbox.performed.lock().get(&place).and_then(|rows| rows.last().copied());
        let waiting = self.store().outbox(place, now, STEP).await?;
        if let Some(newest) = newest.filter(|_| waiting.len() < STEP as usize) {
            self.outbox.forget_settled(place, newest, &waiting);
        }
        let mut changes = Vec::with_capacity(waiting.len());
        for row in &waiting {
            let performed = self.outbox.performed.lock().get(&place).is_some_and(|rows| rows.contains(&row.id));
            let outcome = if performed { Ok(()) } else { self.perform_one(place, &row.effect, None).await };
            let settled = match outcome {
                Ok(()) => Settled::Done,
                Err(error) if row.attempts + 1 >= MAX_ATTEMPTS => Settled::Dead(error),
                Err(error) => {
                    let at = now.plus(pause(row.attempts));
                    self.outbox.look(place, at);
                    Settled::Retry(at, error)
                }
            };
            changes.push(Change::Settle(row.id, settled));
        }
        let count = changes.len();
        if count == 0 {
            return Ok(0);
        }
        let plan = Plan { changes, ..Plan::default() };
        match self.store().commit(place, plan).await {
            Ok(_) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(other) => return Err(crate::Error::Invalid(other.to_string())),
        }
        if let Some(rows) = self.outbox.performed.lock().get_mut(&place) {
            waiting.iter().for_each(|row| {
                rows.remove(&row.id);
            });
        }
        Ok(count)
    }

    /// Performs one effect; one that is over many lines stops at `until`.
    async fn perform_one(
        &self,
        place: Place,
        effect: &Effect,
        until: Option<Duration>,
    ) -> std::result::Result<(), String> {
        let own = match (effect, place) {
            (Effect::EndTenant { tenant }, _) => match self.is_open(*tenant).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    self.seats().end_tenant(*tenant);
                    return self.hand_on(*tenant, effect);
                }
                Err(error) => Err(error),
            },
            (Effect::EndConnections { line }, Place::Tenant(tenant)) => self.recheck(tenant, *line).await,
            (Effect::CheckConnections, Place::Tenant(tenant)) => {
                self.cache.forget_blocks(tenant);
                match self.recheck_all(tenant, until).await {
                    Ok(false) => return Err("it takes longer than a reply waits".to_owned()),
                    looked => looked.map(drop),
                }
            }
            (Effect::RestartStream { .. }, Place::Tenant(_)) => Ok(()),
            (_, Place::Control) => return Err("it belongs into the database of a tenant".to_owned()),
        };
        own.map_err(|error| error.to_string())?;
        match place {
            Place::Tenant(tenant) => self.hand_on(tenant, effect),
            Place::Control => Ok(()),
        }
    }

    fn hand_on(&self, tenant: TenantId, effect: &Effect) -> std::result::Result<(), String> {
        self.outbox.performer.get().map_or(Ok(()), |performer| performer.perform(tenant, effect))
    }
}

/// Seconds until the next attempt: doubled each time, up to about a quarter of an hour.
fn pause(attempts: u32) -> i64 {
    (1_i64 << attempts.min(62)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::StreamId;

    #[test]
    fn a_clock_that_is_set_back_holds_no_effect_up() {
        let (outbox, place, set_back) = (Outbox::default(), Place::Tenant(TenantId(1)), Unix(1_000_000));
        let before = set_back.plus(2 * 86_400);
        outbox.look(place, before.plus(pause(3)));
        assert!(outbox.take_due(before).is_empty(), "it waits for its time");
        assert!(outbox.take_due(set_back).contains(&place));
        outbox.look(place, set_back.plus(pause(MAX_ATTEMPTS) + 1));
        assert!(outbox.take_due(set_back).is_empty(), "no pause is too long");
    }

    #[test]
    fn what_a_step_settled_before_its_reply_said_so_is_not_remembered_for_ever() {
        let (outbox, place) = (Outbox::default(), Place::Tenant(TenantId(1)));
        let rows = |ids: &[i64]| ids.iter().map(|id| OutboxId(*id)).collect::<BTreeSet<_>>();
        outbox.performed.lock().insert(place, rows(&[1, 2, 3, 4]));
        let waits = Waiting { id: OutboxId(2), effect: Effect::RestartStream { stream: StreamId(1) }, attempts: 0 };
        // The fourth was performed while the rows were read: it may be too new to be among them.
        outbox.forget_settled(place, OutboxId(3), &[waits]);
        assert_eq!(outbox.performed.lock().get(&place), Some(&rows(&[2, 4])));
    }
}
