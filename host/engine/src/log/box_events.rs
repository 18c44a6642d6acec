//! Reads the log of events that were sent to boxes.

use super::page::{Names, Rows};
use super::query::{asked, manages};
use crate::{Result, Work};
use host_core::box_event::BoxEvent;
use host_core::object::Key;
use host_core::time::Unix;
use serde_json::{Map, Value, json};

const DAY: i64 = 24 * 60 * 60;

/// A page: `query` is `{"line","from","to","until","search","start","after","limit","fields"}`. Events that are older than
/// the setting `box_event_days` says are not there any more.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` below a reseller.
pub async fn box_events(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    manages(work)?;
    let mut asked = asked(work, query, &[]).await?;
    let tenant = work.caller().tenant;
    // Those that nothing swept yet do not come back when somebody looks.
    let days = work.engine().settings(tenant).await?.box_event_days;
    let oldest = work.now().plus(-i64::from(days) * DAY);
    asked.from = Some(asked.from.map_or(oldest, |from: Unix| from.max(oldest)));
    let limit = asked.limit;
    let page = work.engine().store().box_events(tenant, asked).await?;
    Rows { page, limit, query, id: |row: &BoxEvent| row.id.0.into() }.document(work, about, show).await
}

fn about(row: &BoxEvent) -> Vec<Key> {
    vec![row.line.into()]
}

fn show(row: &BoxEvent, names: &Names) -> Value {
    let mut shown = json!(row);
    let called = names.called(Some(row.line));
    shown["username"] = json!(called.map(|called| &called.name));
    shown["mac"] = json!(called.and_then(|called| called.mac.as_ref()));
    shown
}
