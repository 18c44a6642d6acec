//! What a writer can be asked to do.

use crate::sqlite::audit_chain::heads::Head;
use crate::sqlite::batch::Verdict;
use host_core::TenantId;
use host_core::plan::{Database, Name, Plan, Reservation};
use std::collections::BTreeSet;
use tokio::sync::oneshot;

/// What a writer is asked to do.
pub(in crate::sqlite) enum Order {
    /// Writes a plan, whole or not at all.
    Commit { database: Database, plan: Box<Plan>, answer: oneshot::Sender<Verdict> },
    /// Holds back other plans that name one of these; `alone`: all others of the database.
    Reserve { database: Database, names: BTreeSet<Name>, alone: bool, answer: oneshot::Sender<Reservation> },
    /// Ends a reservation.
    Release { database: Database, reservation: Reservation },
    /// Notes in the control database how far an audit chain has come.
    Note(Database, Head),
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
    pub(super) fn database(&self) -> Option<Database> {
        match self {
            Order::Commit { database, .. } | Order::Reserve { database, .. } | Order::Release { database, .. } => {
                Some(*database)
            }
            Order::Remove(tenant) => Some(Database::Tenant(*tenant)),
            Order::Note(..) | Order::Buried(_) | Order::Try => Some(Database::Control),
            Order::Stop => None,
        }
    }
}
