//! Hands events out to the box that asks, and takes its confirmations.

use crate::{Result, Work};
use host_core::box_event::{BoxEvent, BoxEventState};
use host_core::caller::Scope;
use host_core::kind::Kind;
use host_core::object::Stored;
use host_core::port::{Filter, Query};
use host_core::{BoxEventId, Refusal};
use serde_json::{Value, json};

/// The oldest event for the calling box of which something is left to do, and null where there is none; it is handed out
/// by that. The one that is `shown` there already is not handed out again, and waits for its confirmation.
///
/// # Errors
/// `not_permitted` where the caller is no line.
pub async fn next(work: &mut Work, shown: Option<BoxEventId>) -> Result<Value> {
    let line = work.calling_line().await?.id;
    let query = Query { filters: vec![Filter::Open(line)], limit: 2, ..Query::all(Kind::BoxEvent, Scope::Tenant) };
    let page = work.decided_from(query).await?;
    let mut open = page.rows.into_iter().filter_map(BoxEvent::from_object);
    let Some(event) = open.find(|event| Some(event.id) != shown) else { return Ok(Value::Null) };
    let sent = event.sent(work.now());
    if sent != event {
        work.update(&event, sent.clone());
    }
    Ok(json!(sent))
}

/// Whoever watches has confirmed an event of the calling box. Once more is the same.
///
/// # Errors
/// `not_found` for what is no event of that box, or was not handed out.
pub async fn confirm(work: &mut Work, id: BoxEventId) -> Result<()> {
    let line = work.calling_line().await?.id;
    let event: Option<BoxEvent> = work.know(id).await?;
    let event = event.filter(|event| event.line == line && event.state != BoxEventState::Waiting);
    let event = event.ok_or_else(|| Refusal::not_found(BoxEvent::word()))?;
    let confirmed = event.confirmed(work.now());
    if confirmed != event {
        work.update(&event, confirmed);
    }
    Ok(())
}
