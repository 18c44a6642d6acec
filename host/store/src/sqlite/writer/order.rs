//! What a writer can be asked to do.

use crate::sqlite::audit_chain::heads::Head;
use crate::sqlite::batch::Verdict;
use host_core::TenantId;
use host_core::plan::{Name, Place, Plan, Ticket};
use std::collections::BTreeSet;
use tokio::sync::oneshot;

/// What a writer is asked to do.
pub(in crate::sqlite) enum Order {
    /// Writes a plan, whole or not at all.
    Commit { place: Place, plan: Box<Plan>, answer: oneshot::Sender<Verdict> },
    /// Holds back other plans that name one of these; `alone`: all others of the place.
    Reserve { place: Place, names: BTreeSet<Name>, alone: bool, answer: oneshot::Sender<Ticket> },
    /// Ends a reservation.
    Release { place: Place, ticket: Ticket },
    /// Notes in the control database how far a place's audit chain has come.
    Note(Place, Head),
    /// Finds out whether the control database can be written.
    Try,
    /// The tenant is deleted: its database is closed and its directory removed.
    Remove(TenantId),
    /// The directory of a deleted tenant is gone.
    Buried(TenantId),
    /// Everything queued is committed and answered, then the writer ends.
    Stop,
}

impl Order {
    /// The database that it is about; none for the end of all.
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Order::Commit { place, .. } | Order::Reserve { place, .. } | Order::Release { place, .. } => Some(*place),
            Order::Remove(tenant) => Some(Place::Tenant(*tenant)),
            Order::Note(..) | Order::Buried(_) | Order::Try => Some(Place::Control),
            Order::Stop => None,
        }
    }
}
