//! Jobs as records: they are cancelled, and nothing else of them is set.

use crate::{Result, Work};
use host_core::Refusal;
use host_core::event::Effect;
use host_core::job::JobState;
use host_core::object::Object;
use host_core::refusal::Code;

/// Ends a job that is open where it is to be cancelled.
///
/// # Errors
/// `invalid_input` for a job that has ended, and for any other state.
pub(super) fn cancel(work: &mut Work, before: &Object, after: &mut Object) -> Result<()> {
    let (Object::Job(before), Object::Job(job)) = (before, after) else { return Ok(()) };
    if !before.state.is_open() || job.state != JobState::Cancelled {
        let message = "A job is cancelled while it waits or runs; nothing else is done to its state.";
        return Err(Refusal::field(Code::InvalidInput, "state", message).into());
    }
    job.ended_at = Some(work.now());
    if job.mass_edit.is_some() {
        work.effect(Effect::ScheduleMassEdit { job: job.id });
    }
    Ok(())
}
