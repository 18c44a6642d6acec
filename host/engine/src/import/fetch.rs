//! Fetches guide sources when they are due. A step of the process takes a turn and lets it run beside the others; how a
//! fetch ended, and when the next one is due, stands in the source's row.

use super::guide::{Target, import};
use super::schedule::AGAIN;
use crate::log::Happening;
use crate::{Engine, Error, Result, Work};
use host_core::caller::Caller;
use host_core::guide::GuideSource;
use host_core::plan::Database;
use host_core::port::GuideFeed;
use host_core::refusal::Code;
use host_core::time::Unix;
use host_core::{GuideSourceId, TenantId};
use std::sync::Arc;
use tokio::sync::Notify;

/// Seconds until a source is looked at again whose tenant is suspended.
pub(super) const SUSPENDED: i64 = 600;
/// Longest reason that is kept, in characters.
pub(super) const MOST_REASON: usize = 500;

/// The fetch of one guide source, which nobody else fetches meanwhile. Dropping it gives the turn back.
pub struct GuideTurn {
    engine: Arc<Engine>,
    tenant: TenantId,
    source: GuideSourceId,
    stop: Arc<Notify>,
}

impl Drop for GuideTurn {
    fn drop(&mut self) {
        self.engine.due.guides.end((self.tenant, self.source));
    }
}

impl Engine {
    /// A guide source that is due, unless as many as may be are being fetched. To be asked every second, until there is
    /// none.
    pub fn take_guide_turn(self: &Arc<Self>, now: Unix) -> Option<GuideTurn> {
        let ((tenant, source), stop) = self.due.guides.take(now)?;
        Some(GuideTurn { engine: Arc::clone(self), tenant, source, stop })
    }

    /// Looks when a source is due. One that is gone leaves its programmes to be dropped.
    pub(crate) async fn schedule_guide(&self, tenant: TenantId, source: GuideSourceId) -> Result<()> {
        match self.row::<GuideSource>(Database::Tenant(tenant), source).await? {
            Some(row) => self.due.guides.schedule(tenant, source, row.due_at),
            None => {
                self.due.guides.stop(tenant, source);
                self.due.prune(tenant, source);
            }
        }
        Ok(())
    }
}

impl GuideTurn {
    /// Fetches the guide to its end, or until the source is fetched no more. A guide that cannot be read is noted with
    /// the source, and the last good one stays.
    ///
    /// # Errors
    /// When storage fails; the source is due again in a minute.
    pub async fn fetch(self, feed: &dyn GuideFeed) -> Result<()> {
        tokio::select! {
            biased;
            () = self.stop.notified() => Ok(()),
            outcome = self.run(feed) => outcome,
        }
    }

    async fn run(&self, feed: &dyn GuideFeed) -> Result<()> {
        let (engine, tenant, now) = (&self.engine, self.tenant, self.engine.clock().now());
        if !engine.is_open(tenant).await? {
            engine.due.guides.put_off((tenant, self.source), now.plus(SUSPENDED));
            return Ok(());
        }
        let Some(source) = engine.row::<GuideSource>(Database::Tenant(tenant), self.source).await? else {
            engine.due.guides.stop(tenant, self.source);
            return Ok(());
        };
        if !source.is_fetched() || source.due_at.is_none_or(|due| due > now) {
            engine.due.guides.schedule(tenant, source.id, source.due_at);
            return Ok(());
        }
        let target = Target { name: source.name.clone(), held: Some((source.id, source.job)), dry_run: false };
        let caller = Caller::system(tenant, "");
        let outcome = import(engine, caller, &target, feed.items(&source.source()), |_| true).await;
        let reason = match outcome {
            Ok(_) => None,
            // Another import of the source runs: the fetch has not been tried.
            Err(Error::Refusal(refusal)) if refusal.code == Code::Conflict => {
                engine.due.guides.put_off((tenant, self.source), now.plus(AGAIN));
                return Ok(());
            }
            Err(Error::Refusal(refusal)) => Some(refusal.message.chars().take(MOST_REASON).collect()),
            Err(error) => return Err(error),
        };
        self.note(&source, reason).await
    }

    /// Notes how the fetch ended, and when the next one is due.
    async fn note(&self, fetched: &GuideSource, reason: Option<String>) -> Result<()> {
        let (engine, tenant) = (&self.engine, self.tenant);
        if let Some(reason) = &reason {
            engine.happened(tenant, Happening::GuideFailed, &fetched.name, reason);
            tracing::info!(%tenant, source = %self.source, reason, "a guide could not be fetched; the last good one stays");
        }
        let mut chance = [0; 4];
        engine.entropy().fill(&mut chance);
        let chance = u32::from_le_bytes(chance);
        let zone = engine.settings(tenant).await?.timezone.clone();
        let verb = async |work: &mut Work| {
            let Some(before) = work.know::<GuideSource>(self.source).await? else { return Ok(None) };
            let now = work.now();
            let failures = if reason.is_some() { before.failures.saturating_add(1) } else { 0 };
            let intact = before.intact && reason.is_none();
            let (tried_at, error) = (Some(now), reason.clone());
            let mut after = GuideSource { tried_at, failures, error, intact, ..before.clone() };
            after.due_at = match (after.is_fetched(), after.asks_as(fetched), &reason) {
                (false, ..) => None,
                // What was fetched is not what is wanted by now.
                (true, false, _) => Some(now),
                (true, true, None) => Some(after.next(now, engine.zones.ahead(&zone, now), chance)),
                (true, true, Some(_)) => Some(after.retry(now, chance)),
            };
            work.update(&before, after.clone());
            Ok(Some(after))
        };
        match engine.act(Caller::system(tenant, ""), "fetch guide", verb).await? {
            Some(after) => engine.due.guides.schedule(tenant, after.id, after.due_at),
            None => engine.due.guides.stop(tenant, self.source),
        }
        Ok(())
    }
}
