//! Reads the log of what failed of the streams: their sources, items of their lists, the processes that make them.

use super::page::{Names, Rows};
use super::query::asked;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::journal::{Entry, Log, LogRow};
use host_core::object::Key;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"from","to","until","search","start","after","limit","fields"}`. A row stands for all times within
/// an hour that the same failed for the same reason: `times` of them, the last at `last_at`. `place` is that of a source
/// or an item, from 0 on.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` for all but admins: streams are nobody's.
pub async fn stream_errors(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let asked = asked(work, query, &[]).await?.of(Log::StreamErrors);
    let limit = asked.limit;
    let page = work.engine().journal().read(work.caller().tenant, asked).await?;
    Rows { page, limit, query, id: |row| row.id }.document(work, about, show).await
}

fn about(row: &LogRow) -> Vec<Key> {
    match &row.entry {
        Entry::StreamError { stream, .. } => vec![(*stream).into()],
        _ => Vec::new(),
    }
}

fn show(row: &LogRow, names: &Names) -> Value {
    let mut shown = json!(row);
    if let Entry::StreamError { stream, part, .. } = &row.entry {
        let (part, place) = part.parts();
        shown["part"] = part.into();
        shown["place"] = place.into();
        shown["stream_name"] = json!(names.of(Some(*stream)));
    }
    shown
}
