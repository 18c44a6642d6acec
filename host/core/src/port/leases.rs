//! The port of leases: plain data in, plain data out. Who may watch is decided above it, by which rules seats are given
//! in [`rules`](crate::lease::rules), which an implementation applies in one step with its look. What is
//! of one node by nature, the response and the signal that ends it, stays above: it is known here by its
//! [`Holder`]'s number.

use super::Pending;
use crate::journal::{LogPage, LogQuery};
use crate::lease::rules::{NoSeat, Recheck};
use crate::lease::{Ended, Fence, HeldLease, Holder, LeaseKey, SeatRequest, SessionKey};
use crate::time::Unix;
use crate::{LineId, StreamId, TenantId};
use std::sync::Arc;

/// Which leases are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// This one.
    One(LeaseKey),
    /// Those of a line.
    Line(TenantId, LineId),
    /// Those of a tenant.
    Tenant(TenantId),
}

/// Hears of leases that are over. Called in the step in which they end, perhaps under a lock: it neither waits nor
/// asks [`Leases`].
pub trait Endings: Send + Sync + 'static {
    /// A lease is over. Told on the node that took it last and on those of its holders, to each once.
    fn ended(&self, held: &HeldLease, why: Ended, at: Unix);
}

/// Keeps the leases of all lines. Whatever is answered counts unexpired leases only. Errors are [`StoreError`]s of an
/// implementation that asks others; one in memory has none.
///
/// [`StoreError`]: super::StoreError
pub trait Leases: Send + Sync + 'static {
    /// Installs who hears of endings; the first one stays.
    fn tell(&self, endings: Arc<dyn Endings>);
    /// Gives the holder a seat, in one step, as [`admit`](crate::lease::rules::admit) decides it: never one more
    /// than there are. Whoever drops the answer before it is there gives the seat back.
    fn acquire<'a>(&'a self, request: SeatRequest<'a>, holder: Holder) -> Pending<'a, Result<Fence, NoSeat>>;
    /// Gives the holder the seat that a session has on a stream, and renews it; none where it has none, or where a
    /// request has to come the whole way ([`HeldLease::rejoin`]).
    fn rejoin(
        &self,
        tenant: TenantId,
        line: LineId,
        session: SessionKey,
        stream: StreamId,
        holder: Holder,
    ) -> Pending<'_, Option<Fence>>;
    /// Moves the end of a lease to [`LEASE_SECONDS`](crate::lease::LEASE_SECONDS) from now. Said, not asked: it waits
    /// for nothing, and whoever holds a lease that is over hears so by [`Endings`].
    fn renew(&self, lease: LeaseKey);
    /// A holder leaves, after so many bytes. With the last one the lease ends, unless it is to linger until it runs
    /// out. Said, not asked, because it is said where nobody can wait; it is never lost while the process runs.
    fn release(&self, lease: LeaseKey, holder: Holder, bytes: u64, lingers: bool);
    /// Whether somebody ended a session, which then comes back by a new start only. Kept for some hours, for
    /// the latest of a line.
    fn was_ended(&self, tenant: TenantId, line: LineId, session: SessionKey) -> Pending<'_, bool>;
    /// The leases, in no order. Those of a line are of one moment.
    fn survey(&self, whose: Whose) -> Pending<'_, Vec<HeldLease>>;
    /// A page of the leases of a tenant or a line, newest first, with [`Fence::number`] as their ids. It costs what is
    /// shown of it, as long as nothing is searched; a lease that ran out may be counted until the next sweep.
    fn page(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<HeldLease>>;
    /// The lease with this [number](Fence::number).
    fn numbered(&self, tenant: TenantId, number: i64) -> Pending<'_, Option<LeaseKey>>;
    /// How many seats of a line are taken.
    fn count(&self, tenant: TenantId, line: LineId) -> Pending<'_, u32>;
    /// Ends leases: their holders hear [`Ended::Killed`]. How many there were.
    fn end(&self, whose: Whose) -> Pending<'_, usize>;
    /// Likewise, those of a line that [`unwanted`](crate::lease::rules::unwanted) names, in one step with its look.
    fn recheck(&self, tenant: TenantId, line: LineId, recheck: Recheck) -> Pending<'_, usize>;
    /// Ends leases that ran out. The lines that expired while they hold one.
    fn sweep(&self, now: Unix) -> Pending<'_, Vec<(TenantId, LineId)>>;
    /// The seats that are taken by this node, over all tenants. For its figures; waits for nothing.
    fn taken_here(&self) -> usize;
    /// How many leases of this node a crash of it would have lost, counted since its start.
    fn unmirrored(&self) -> u64;
}
