//! A page of a collection, by id or by an index.

use super::Collection;
use crate::{Result, Work, document};
use host_core::document::{Cursor, Document, Range};
use host_core::object::Object;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// A page of a collection, as the plan leaves it: `{"rows","cursor"}`. The query is as [`Range::parse`] says; `cursor`
/// is what the next page comes `after`, and null behind the last one. A document stands in an index of a list once for
/// each of its values.
///
/// # Errors
/// `invalid_input`.
pub async fn list(work: &mut Work, collection: &Collection, query: &Map<String, Value>) -> Result<Value> {
    collection.prepare_reading(work).await?;
    let range = Range::parse(collection.name.to_string(), &collection.shape, query.clone())?;
    let mut found = page(work, collection, &range).await?;
    let limit = range.limit as usize;
    let next = (found.len() > limit).then(|| found.get(limit - 1).map(|(at, _)| at.to_string())).flatten();
    found.truncate(limit);
    let mut rows = Vec::with_capacity(found.len());
    for (_, row) in &found {
        rows.push(Value::Object(Collection::shown(work, row)));
        document::give_way(rows.len()).await;
    }
    Ok(json!({ "rows": rows, "cursor": next }))
}

/// One row more than the page has, when there is one.
async fn page(work: &mut Work, collection: &Collection, range: &Range) -> Result<Vec<(Cursor, Document)>> {
    let own = own(work, collection, range)?;
    // As many more are read as the plan may have taken out of the page.
    let touched: HashSet<_> = work
        .overlay
        .touched()
        .filter(
            |(_, row)| matches!(&row.before, Some(Object::Document(before)) if before.collection == *collection.name),
        )
        .map(|(key, _)| key)
        .collect();
    let more = u32::try_from(touched.len()).unwrap_or(u32::MAX);
    let asked = Range { limit: range.limit.saturating_add(1).saturating_add(more), ..range.clone() };
    let committed = work.engine().store().range(work.caller().tenant, asked).await?;
    let mut all: Vec<_> = committed.into_iter().filter(|(_, row)| !touched.contains(&row.id.into())).collect();
    if !own.is_empty() {
        all.extend(own);
        all.sort_by(|(one, _), (other, _)| if range.descending { other.cmp(one) } else { one.cmp(other) });
    }
    all.truncate(range.limit as usize + 1);
    Ok(all)
}

/// The plan's own documents in the range.
fn own(work: &Work, collection: &Collection, range: &Range) -> Result<Vec<(Cursor, Document)>> {
    let mut own = Vec::new();
    for document in work.overlay.documents().filter(|document| document.collection == *collection.name) {
        let document = collection.placed(document.clone())?;
        let values: Vec<Vec<u8>> = match &range.index {
            None => vec![Vec::new()],
            Some(index) => {
                let entries = document.indexed.entries.iter();
                entries.filter(|(name, _)| name == index).map(|(_, value)| value.clone()).collect()
            }
        };
        let places = values.into_iter().map(|value| Cursor { value, id: document.id });
        own.extend(places.filter(|place| range.holds(place)).map(|place| (place, document.clone())));
    }
    Ok(own)
}
