//! Taking a seat, for a response that is open already.

use super::Seats;
use crate::Result;
use crate::connection::check;
use crate::connection::responses::Response;
use crate::connection::seat::Seat;
use crate::connection::session::Session;
use host_core::lease::rules::NoSeat;
use host_core::lease::{Fence, LeaseKey, SeatRequest};
use host_core::{LineId, TenantId};
use std::sync::Arc;

impl Seats {
    /// Takes a seat, in one step: joins the session's lease, or takes a free seat; a start also takes
    /// over a lease of the same address and agent where that is wanted, or does what the policy says.
    ///
    /// # Errors
    /// `connection_limit` when all seats are taken, or when somebody ended the session that returns.
    pub async fn acquire(self: &Arc<Self>, request: SeatRequest<'_>) -> Result<Seat> {
        // Open before it is asked for: an end that comes right behind the lease finds it.
        let response = self.responses.open();
        match self.leases.acquire(request, response.holder()).await? {
            Ok(fence) => Ok(self.seat(request.tenant, request.line, fence, response)),
            Err(NoSeat::Full) => Err(check::full().into()),
            Err(NoSeat::Ended) => Err(check::ended().into()),
        }
    }

    /// A seat of a session that holds one, which this renews.
    pub(in crate::connection) async fn rejoin(
        self: &Arc<Self>,
        tenant: TenantId,
        session: &Session,
    ) -> Result<Option<Seat>> {
        let response = self.responses.open();
        let holder = response.holder();
        let joined = self.leases.rejoin(tenant, session.line, session.key, session.stream, holder).await?;
        Ok(joined.map(|fence| self.seat(tenant, session.line, fence, response)))
    }

    fn seat(self: &Arc<Self>, tenant: TenantId, line: LineId, fence: Fence, response: Response) -> Seat {
        Seat::new(Arc::clone(self), LeaseKey { tenant, line, fence }, response)
    }
}
