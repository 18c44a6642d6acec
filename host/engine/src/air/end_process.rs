//! Ends a process of a stream's, by its number.

use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::refusal::Code;
use serde_json::json;

/// Ends the process with this number, once the action is committed. Where its stream is to run, another one takes its
/// place.
///
/// # Errors
/// `not_permitted` for every process that makes no stream of the tenant's, and below an admin.
pub async fn end_process(work: &mut Work, pid: u32) -> Result<()> {
    work.require(CallerRole::Admin)?;
    let tenant = work.caller().tenant;
    let Some(began) = work.engine().airing().and_then(|airing| airing.process(tenant, pid)) else {
        return Err(Refusal::field(Code::NotPermitted, "pid", "This is no process of a stream of this panel.").into());
    };
    work.note(None, json!({ "ended_process": pid }));
    work.effect(Effect::EndProcess { pid, began });
    Ok(())
}
