//! The machine behind the port, for admins.

use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::port::{Machine, MachineError};
use host_core::refusal::Code;
use std::sync::Arc;

/// The machine, for an admin.
///
/// # Errors
/// `not_permitted` for all others; `unavailable` where there is none, as in a test of the engine alone.
pub(super) fn machine(work: &Work) -> Result<Arc<dyn Machine>> {
    work.require(CallerRole::Admin)?;
    let machine = work.engine().machine.get().cloned();
    let none = || Refusal::new(Code::Unavailable, "This process cannot tell of its machine.");
    Ok(machine.ok_or_else(none)?)
}

/// What the machine could not do: the caller is told why.
pub(super) fn told(error: MachineError) -> crate::Error {
    Refusal::new(Code::Failed, error.0).into()
}
