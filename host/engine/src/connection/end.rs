//! Ends one connection, by the number under which the log of running ones shows it.

use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::line::Line;
use host_core::object::Key;
use serde_json::json;

/// Ends the connection with this number, once the action is committed: its player has to start anew.
///
/// # Errors
/// `not_found` where no line of the caller's has it, `not_permitted` for lines and strangers.
pub async fn end(work: &mut Work, connection: &str) -> Result<()> {
    work.require(CallerRole::Reseller)?;
    let number: Option<i64> = connection.trim().parse().ok();
    let lease = match number {
        Some(number) => work.engine().seats().numbered(work.caller().tenant, number).await?,
        None => None,
    };
    let Some(lease) = lease else { return Err(Refusal::not_found("connection").into()) };
    let Ok(line) = work.get::<Line>(lease.line).await else { return Err(Refusal::not_found("connection").into()) };
    work.note(Some(Key::Line(line.id)), json!({ "ended_connection": number }));
    work.effect(Effect::EndConnection { line: line.id, fence: lease.fence.0 });
    Ok(())
}
