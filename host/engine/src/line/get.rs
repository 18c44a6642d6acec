//! Reads one line.

use super::view::Reader;
use crate::{Result, Work};
use host_core::LineId;
use host_core::caller::CallerRole;
use host_core::line::Line;
use host_core::object::Key;
use serde_json::Value;

/// The line view; for those who manage it with `seen`: when, where and with what it was last seen, or null.
///
/// # Errors
/// `not_found`, also for a line outside the caller's scope.
pub async fn get(work: &mut Work, id: LineId) -> Result<Value> {
    let line: Line = work.get(id).await?;
    let reader = Reader::of(work);
    let mut facts = reader.facts(&line, work).await?;
    if work.caller().role() >= CallerRole::Reseller {
        let key = Key::Line(id);
        facts = facts.with_seen(work.engine().seen(work.caller().tenant, vec![key]).await?.remove(&key));
    }
    Ok(serde_json::to_value(reader.view(&line, facts)).unwrap_or_default())
}
