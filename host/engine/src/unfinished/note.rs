//! How the notes come into the control database, and how they go.

use super::tenants::UnderWay;
use crate::{Engine, Error, Result};
use host_core::TenantId;
use host_core::caller::Scope;
use host_core::field_list::Chosen;
use host_core::object::Kind;
use host_core::plan::{Change, Database, Plan};
use host_core::port::{CommitError, Filter, Query};
use host_core::time::Unix;

/// When everything is due that waits at all.
const END_OF_TIME: Unix = Unix(i64::MAX);

impl Engine {
    /// Sees to it that the tenant of a plan that may leave work is noted, durably, before the plan is sent. To be told
    /// when its answer came. None for a plan that leaves none, and for the control database, which every start looks
    /// into.
    pub(crate) async fn begin_unfinished(&self, database: Database, plan: &Plan) -> Result<Option<UnderWay<'_>>> {
        let Database::Tenant(tenant) = database else { return Ok(None) };
        if !plan.may_leave_work() {
            return Ok(None);
        }
        let mut under_way = self.unfinished.begin(tenant, self.clock().monotonic());
        if !under_way.is_noted {
            let _turn = self.unfinished.turn.read().await;
            self.write_notes(vec![Change::Unfinished(tenant)]).await?;
            self.unfinished.noted([tenant], self.clock().monotonic());
        }
        under_way.is_sent = true;
        Ok(Some(under_way))
    }

    /// The tenants in which an earlier run of the process may have left work.
    pub(crate) async fn unfinished_tenants(&self) -> Result<Vec<TenantId>> {
        let tenants = self.store().unfinished().await?;
        self.unfinished.noted(tenants.iter().copied(), self.clock().monotonic());
        Ok(tenants)
    }

    /// Takes away the notes of tenants that have rested and have no work left; from time to time, and in one plan.
    pub(crate) async fn note_finished(&self) -> Result<()> {
        let now = self.clock().monotonic();
        if !self.unfinished.is_due(now) {
            return Ok(());
        }
        let mut finished = Vec::new();
        for tenant in self.unfinished.rested(now) {
            match self.is_finished(tenant).await {
                true => finished.push(tenant),
                // Looked at again when it has rested once more.
                false => self.unfinished.touch(tenant, now),
            }
        }
        let _turn = self.unfinished.turn.write().await;
        let finished = self.unfinished.take(&finished, self.clock().monotonic());
        if finished.is_empty() {
            return Ok(());
        }
        // When it fails a note may stay, which costs the next start a look.
        self.write_notes(finished.into_iter().map(Change::Finished).collect()).await
    }

    /// Whether a tenant has no work left. One that cannot be read keeps its note.
    async fn is_finished(&self, tenant: TenantId) -> bool {
        let waiting = async || self.store().outbox(Database::Tenant(tenant), self.node(), END_OF_TIME, 1).await;
        !self.due.has_work(tenant)
            && waiting().await.is_ok_and(|rows| rows.is_empty())
            && self.has_started(tenant).await.is_ok_and(|has_started| !has_started)
    }

    /// Whether the next start of the process has streams of a tenant to start.
    async fn has_started(&self, tenant: TenantId) -> Result<bool> {
        if self.airing().is_none() {
            return Ok(false);
        }
        let started = Query { limit: 1, ..Query::all(Kind::Stream, Scope::Tenant) };
        let started = Query { filters: vec![Filter::Started], fields: Chosen::of(&[], []), ..started };
        Ok(!self.store().list(Database::Tenant(tenant), started).await?.rows.is_empty())
    }

    async fn write_notes(&self, changes: Vec<Change>) -> Result<()> {
        match self.store().commit(Database::Control, Plan { changes, ..Plan::default() }).await {
            Ok(_) => Ok(()),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(other) => Err(Error::Invalid(other.to_string())),
        }
    }
}
