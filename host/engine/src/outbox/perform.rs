//! Performs effects and settles them, in order, each as often as it takes.

use super::waiting::{MAX_ATTEMPTS, Performer, pause};
use crate::log::Happening;
use crate::{Engine, Result};
use host_core::event::{AddressedEffect, Effect};
use host_core::lease::Fence;
use host_core::plan::{Change, Database, Plan, Settled};
use host_core::port::CommitError;
use host_core::time::Unix;
use host_core::{OutboxId, TenantId};
use std::sync::Arc;
use std::time::Duration;

/// Most effects of one step.
const STEP: u32 = 100;
/// How long a reply waits for the effects of its plan; what is left then is the outbox's.
const REPLY_WAIT: Duration = Duration::from_secs(2);
/// Seconds after which the effects of a plan are looked for whose caller has gone.
const ABANDONED: [i64; 3] = [0, 10, 100];

/// A plan with effects is on its way to the writer. When nobody waits for its answer any more, a
/// client that hung up, the outbox is looked at all the same.
pub(crate) struct Expected<'e> {
    engine: &'e Engine,
    database: Option<Database>,
}

impl Expected<'_> {
    /// The answer came.
    pub(crate) fn met(mut self) {
        self.database = None;
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        if let Some(database) = self.database {
            let now = self.engine.clock().now();
            // The plan may still be in the queue; a writer that is so far behind has other worries.
            ABANDONED.iter().for_each(|pause| self.engine.outbox.look(database, now.plus(*pause)));
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

    /// Looks for effects that an earlier run of the process left, in every database that may have some: once, after
    /// the start. They are performed by the next steps. Streams that are started run from here on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn wake_outbox(&self) -> Result<()> {
        let now = self.clock().now();
        let tenants = self.unfinished_tenants().await?;
        for tenant in &tenants {
            if let Err(error) = self.follow_all(*tenant).await {
                tracing::error!(tenant.id = tenant.0, %error, "streams that are started do not run");
            }
        }
        let tenants = tenants.into_iter().map(Database::Tenant);
        for database in std::iter::once(Database::Control).chain(tenants) {
            self.outbox.look(database, now);
            // What failed before may be due later than now, but not later than this.
            self.outbox.look(database, now.plus(pause(MAX_ATTEMPTS) + 1));
        }
        Ok(())
    }

    /// Watches over the effects of a plan until its answer is there.
    pub(crate) fn expect_effects(&self, database: Database, effects: &[AddressedEffect]) -> Expected<'_> {
        Expected { engine: self, database: Some(database).filter(|_| !effects.is_empty()) }
    }

    /// Performs the effects of a plan that was just committed and that are for this node, while the reply may wait.
    /// Those that failed or were not reached wait for the outbox.
    pub(crate) async fn perform(&self, database: Database, effects: Vec<AddressedEffect>, rows: &[OutboxId]) {
        if effects.is_empty() {
            return;
        }
        let until = self.clock().monotonic() + REPLY_WAIT;
        let own = effects.iter().zip(rows).filter(|(effect, _)| effect.to.include(self.node()));
        for (AddressedEffect { effect, .. }, row) in own {
            if self.clock().monotonic() >= until {
                break;
            }
            if let Err(error) = self.perform_one(database, effect, Some(until)).await {
                tracing::warn!(?database, %row, error, "an effect was not done and will be tried again");
                if let Database::Tenant(tenant) = database {
                    let what = "A consequence of an action was not done yet, and will be tried again.";
                    self.happened(tenant, Happening::EffectFailed, "", what);
                }
                continue;
            }
            self.outbox.performed.lock().entry(database).or_default().insert(*row);
        }
        self.outbox.look(database, self.clock().now());
    }

    /// One step of a database's outbox: performs what is due and settles what was performed, in one
    /// plan. Returns how many rows it settled.
    ///
    /// # Errors
    /// When storage fails; the step can be repeated.
    pub async fn step_outbox(&self, database: Database, now: Unix) -> Result<usize> {
        let outcome = self.settle_due(database, now).await;
        // A full step may have left rows, and a failed one can be repeated.
        if outcome.as_ref().map_or(true, |settled| *settled >= STEP as usize) {
            self.outbox.look(database, now.plus(1));
        }
        outcome
    }

    async fn settle_due(&self, database: Database, now: Unix) -> Result<usize> {
        let newest = self.outbox.performed.lock().get(&database).and_then(|rows| rows.last().copied());
        let waiting = self.store().outbox(database, self.node(), now, STEP).await?;
        if let Some(newest) = newest.filter(|_| waiting.len() < STEP as usize) {
            self.outbox.forget_settled(database, newest, &waiting);
        }
        let mut changes = Vec::with_capacity(waiting.len());
        for row in &waiting {
            let performed = self.outbox.performed.lock().get(&database).is_some_and(|rows| rows.contains(&row.id));
            let outcome = if performed { Ok(()) } else { self.perform_one(database, &row.effect, None).await };
            let settled = match outcome {
                Ok(()) => Settled::Done,
                Err(error) if row.attempts + 1 >= MAX_ATTEMPTS => Settled::Dead(error),
                Err(error) => {
                    let at = now.plus(pause(row.attempts));
                    self.outbox.look(database, at);
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
        match self.store().commit(database, plan).await {
            Ok(_) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(other) => return Err(crate::Error::Invalid(other.to_string())),
        }
        if let Some(rows) = self.outbox.performed.lock().get_mut(&database) {
            waiting.iter().for_each(|row| {
                rows.remove(&row.id);
            });
        }
        Ok(count)
    }

    /// Performs one effect; one that is over many lines stops at `until`.
    async fn perform_one(
        &self,
        database: Database,
        effect: &Effect,
        until: Option<Duration>,
    ) -> std::result::Result<(), String> {
        let own = match (effect, database) {
            (Effect::EndTenant { tenant }, _) => match self.is_open(*tenant).await {
                // It may have been closed for a while, and then its streams were ended.
                Ok(true) => return self.follow_all(*tenant).await.map_err(|error| error.to_string()),
                Ok(false) => {
                    let ended = self.seats().end_tenant(*tenant).await;
                    return ended.map_err(|error| error.to_string()).and_then(|_| self.hand_on(*tenant, effect));
                }
                Err(error) => Err(error),
            },
            (Effect::EndConnections { line }, Database::Tenant(tenant)) => self.recheck(tenant, *line).await,
            (Effect::EndConnection { line, fence }, Database::Tenant(tenant)) => {
                self.seats().kill_one(tenant, *line, Fence(*fence)).await.map(drop)
            }
            (Effect::CheckConnections, Database::Tenant(tenant)) => {
                self.cache.forget_blocks(tenant);
                match self.recheck_all(tenant, until).await {
                    Ok(false) => return Err("it takes longer than a reply waits".to_owned()),
                    looked => looked.map(drop),
                }
            }
            (Effect::ScheduleMassEdit { job }, Database::Tenant(tenant)) => self.schedule_mass_edit(tenant, *job).await,
            (Effect::ScheduleGuide { source }, Database::Tenant(tenant)) => self.schedule_guide(tenant, *source).await,
            (Effect::ScheduleProvider { provider }, Database::Tenant(tenant)) => {
                self.schedule_provider(tenant, *provider).await
            }
            (Effect::RestartStream { stream }, Database::Tenant(tenant)) => {
                self.hand_on(tenant, effect)?;
                return self.follow(tenant, *stream).await.map_err(|error| error.to_string());
            }
            (Effect::EndProcess { .. }, Database::Tenant(_)) => Ok(()),
            (_, Database::Control) => return Err("it belongs into the database of a tenant".to_owned()),
        };
        own.map_err(|error| error.to_string())?;
        match database {
            Database::Tenant(tenant) => self.hand_on(tenant, effect),
            Database::Control => Ok(()),
        }
    }

    fn hand_on(&self, tenant: TenantId, effect: &Effect) -> std::result::Result<(), String> {
        self.outbox.performer.get().map_or(Ok(()), |performer| performer.perform(tenant, effect))
    }
}
