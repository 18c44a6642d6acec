//! What is due by the clock: leases that ran out, lines whose term ended while they watch, effects that wait,
//! jobs that nobody works on, guide builds that nobody reads, sessions that are over, what was seen and is not stored. A thread, or a test, calls `step`.

use crate::{Engine, Result};
use host_core::plan::{Change, Database, Plan};
use host_core::port::CommitError;
use host_core::time::Unix;
use host_core::{GuideSourceId, TenantId};
use std::sync::Arc;

/// Most programmes, or sessions, that one plan drops.
const PRUNE: u32 = 5_000;

impl Engine {
    /// One step: ends leases that ran out, looks again at lines whose term ended, performs and
    /// settles effects, ends jobs whose process or caller has gone, drops a chunk of guide builds
    /// that nobody reads, and of sessions that are over, stores what was seen, and notes which tenants have no work
    /// left. To be called every second.
    ///
    /// # Errors
    /// The first failure; the step goes on with the others, and can be repeated.
    pub async fn step(self: &Arc<Self>, now: Unix) -> Result<()> {
        let swept = self.seats().sweep(now).await;
        let mut outcome = swept.as_ref().map(drop).map_err(Clone::clone);
        for (tenant, line) in swept.into_iter().flatten() {
            outcome = outcome.and(self.recheck(tenant, line).await);
        }
        for database in self.outbox.take_due(now) {
            outcome = outcome.and(self.step_outbox(database, now).await.map(drop));
        }
        outcome = outcome.and(self.end_interrupted().await);
        let sources: Vec<_> = self.due.sources.lock().iter().copied().collect();
        for (tenant, source) in sources {
            outcome = outcome.and(self.prune_guide(tenant, source).await);
        }
        for tenant in self.due.sessions(now) {
            outcome = outcome.and(self.sweep_sessions(tenant, now).await);
        }
        outcome = outcome.and(self.write_due_sightings(now).await);
        outcome.and(self.note_finished().await)
    }

    async fn prune_guide(&self, tenant: TenantId, source: GuideSourceId) -> Result<()> {
        if self.drops(tenant, Change::PruneGuide(source, PRUNE)).await? < PRUNE {
            self.due.sources.lock().remove(&(tenant, source));
        }
        Ok(())
    }

    async fn sweep_sessions(&self, tenant: TenantId, now: Unix) -> Result<()> {
        if self.drops(tenant, Change::SweepSessions(now, PRUNE)).await? < PRUNE {
            self.due.swept(tenant);
        }
        Ok(())
    }

    /// Makes a change that drops rows; how many it dropped.
    async fn drops(&self, tenant: TenantId, change: Change) -> Result<u32> {
        let plan = Plan { changes: vec![change], ..Plan::default() };
        match self.store().commit(Database::Tenant(tenant), plan).await {
            Ok(committed) => Ok(committed.touched.first().copied().unwrap_or(0)),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(other) => Err(crate::Error::Invalid(other.to_string())),
        }
    }
}
