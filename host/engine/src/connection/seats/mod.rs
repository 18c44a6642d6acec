//! The seats of all lines, seen from this process: the [`Leases`] behind the port, and the responses here that hold
//! some of them. Who may watch what is decided in [`super::admit`].

mod acquire;

use super::responses::Responses;
use crate::Result;
use host_core::journal::{LogPage, LogQuery};
use host_core::lease::rules::Recheck;
use host_core::lease::{Fence, HeldLease, Lease, LeaseKey, SessionKey};
use host_core::line::Output;
use host_core::port::{Clock, Entropy, Journal, Leases, Whose};
use host_core::time::Unix;
use host_core::{LineId, NodeId, TenantId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::futures::Notified;

/// A running connection, for lists.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its lease.
    pub lease: Lease,
    /// The node that serves it.
    pub node: NodeId,
    /// With which player; empty for one that was found after a restart.
    pub agent: String,
    /// In which form; none for files.
    pub output: Option<Output>,
    /// Bytes sent so far, as far as this node knows.
    pub bytes: u64,
}

/// The seats of all lines. Whatever asks the leases fails where they cannot be asked; those in memory always can.
pub struct Seats {
    leases: Arc<dyn Leases>,
    responses: Arc<Responses>,
    clock: Arc<dyn Clock>,
    sessions: AtomicU64,
}

impl Seats {
    /// The seats that these leases are, for the process that is this node: from here on it hears of their ends.
    pub fn new(
        node: NodeId,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
        leases: Arc<dyn Leases>,
        journal: Arc<dyn Journal>,
    ) -> Seats {
        // By chance: a lease may outlive the process that numbered its session and its holders, and it may be another
        // node's.
        let mut first = [0; 8];
        entropy.fill(&mut first);
        let first = u64::from_le_bytes(first);
        let responses = Arc::new(Responses::new(node, first, journal));
        leases.tell(responses.clone());
        Seats { leases, responses, clock, sessions: AtomicU64::new(first) }
    }

    /// A session of its own, for a response that nothing joins (live TS).
    pub fn fresh_session(&self) -> SessionKey {
        // Spread, so that it does not meet the keyed hashes of other sessions.
        SessionKey(self.sessions.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Whether somebody ended a session, which then comes back by a new start only.
    pub(in crate::connection) async fn has_lost(
        &self,
        tenant: TenantId,
        line: LineId,
        session: SessionKey,
    ) -> Result<bool> {
        Ok(self.leases.was_ended(tenant, line, session).await?)
    }

    /// How many seats of a line are taken.
    ///
    /// # Errors
    /// When the leases cannot be asked; likewise of all below.
    pub async fn count(&self, tenant: TenantId, line: LineId) -> Result<u32> {
        Ok(self.leases.count(tenant, line).await?)
    }

    /// The seats that are taken by this process now, over all tenants.
    pub fn total(&self) -> usize {
        self.leases.taken_here()
    }

    /// How many leases found the mirror full since the start; a crash would have lost them.
    pub fn unmirrored(&self) -> u64 {
        self.leases.unmirrored()
    }

    /// The running connections of a tenant, or of one line, oldest first.
    pub async fn connections(&self, tenant: TenantId, line: Option<LineId>) -> Result<Vec<Connection>> {
        let whose = line.map_or(Whose::Tenant(tenant), |line| Whose::Line(tenant, line));
        let mut held = self.leases.survey(whose).await?;
        held.sort_by_key(|held| held.lease.fence);
        Ok(held.into_iter().map(|held| self.connection(held)).collect())
    }

    /// A page of them, newest first; it costs what is shown of it, as long as nothing is searched.
    pub async fn page(&self, tenant: TenantId, query: LogQuery<()>) -> Result<LogPage<Connection>> {
        let LogPage { rows, total, matching } = self.leases.page(tenant, query).await?;
        let rows = rows.into_iter().map(|held| self.connection(held)).collect();
        Ok(LogPage { rows, total, matching })
    }

    /// The connection with this [number](Fence::number).
    pub async fn numbered(&self, tenant: TenantId, number: i64) -> Result<Option<LeaseKey>> {
        Ok(self.leases.numbered(tenant, number).await?)
    }

    fn connection(&self, held: HeldLease) -> Connection {
        Connection {
            bytes: self.responses.bytes(&held),
            lease: held.lease,
            node: held.node,
            agent: held.agent.into(),
            output: held.output,
        }
    }

    /// The leases themselves.
    pub(in crate::connection) async fn held(&self, whose: Whose) -> Result<Vec<HeldLease>> {
        Ok(self.leases.survey(whose).await?)
    }

    /// Ends connections of a line that are no longer wanted, then the oldest ones above its limit.
    pub(in crate::connection) async fn recheck(
        &self,
        tenant: TenantId,
        line: LineId,
        recheck: Recheck,
    ) -> Result<usize> {
        Ok(self.leases.recheck(tenant, line, recheck).await?)
    }

    /// Ends all connections of a line. Returns how many.
    pub async fn kill(&self, tenant: TenantId, line: LineId) -> Result<usize> {
        Ok(self.leases.end(Whose::Line(tenant, line)).await?)
    }

    /// Ends one connection. Whether it was there.
    pub async fn kill_one(&self, tenant: TenantId, line: LineId, fence: Fence) -> Result<bool> {
        Ok(self.leases.end(Whose::One(LeaseKey { tenant, line, fence })).await? > 0)
    }

    /// Ends all connections of a tenant.
    pub(crate) async fn end_tenant(&self, tenant: TenantId) -> Result<usize> {
        Ok(self.leases.end(Whose::Tenant(tenant)).await?)
    }

    /// Ends all leases that ran out, and returns the lines that expired while they hold one.
    pub async fn sweep(&self, now: Unix) -> Result<Vec<(TenantId, LineId)>> {
        Ok(self.leases.sweep(now).await?)
    }

    /// Resolves when a seat of the line may have come free.
    pub(in crate::connection) fn freed(&self, tenant: TenantId, line: LineId) -> Notified<'_> {
        self.responses.freed(tenant, line)
    }

    pub(in crate::connection) fn leases(&self) -> &dyn Leases {
        &*self.leases
    }

    pub(in crate::connection) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
