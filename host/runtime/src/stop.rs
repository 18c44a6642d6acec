//! Why a host call is not made, and what ends a call.

use crate::limits::Spent;
use host_core::Refusal;

/// Why a host call is not made.
pub(crate) enum Denied {
    /// The guest is told.
    Refused(Refusal),
    /// The call ends.
    Stop(Stop),
}

/// What ends a call besides traps of its own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// A limit.
    #[error(transparent)]
    Spent(#[from] Spent),
    /// A reading action changes something.
    #[error("an action of kind `read` called a function that changes something; describe it as `write`")]
    WritesInRead,
    /// Nobody calls it yet.
    #[error("it called a function of the host while it was only asked what it answers")]
    InTrial,
    /// It names what it was not given, or has read already.
    #[error("it asked for the rows number {0}, which the host does not hold for it")]
    NotHeld(u32),
    /// Not the plugin's fault: storage or the host failed.
    #[error(transparent)]
    Ours(host_engine::Error),
}

impl From<Spent> for Denied {
    fn from(spent: Spent) -> Denied {
        Denied::Stop(Stop::Spent(spent))
    }
}
