//! A page of a collection, by id or by an index.

use super::Collection;
use crate::{Result, Work, document};
use host_core::document::{Cursor, Document, Range};
use host_core::port::Documents;
use serde_json::{Map, Value, json};

/// A page of a collection, as the plan leaves it: `{"rows","cursor"}`. The query is as [`Range::parse`] says; `cursor`
/// is what the next page comes `after`, and null behind the last one. A document stands in an index of a list once for
/// each of its values.
///
/// # Errors
/// `invalid_input`.
pub async fn list(work: &mut Work, collection: &Collection, query: &Map<String, Value>) -> Result<Value> {
    let range = Range::parse(collection.name.to_string(), &collection.shape, query.clone())?;
    if range.index.is_some() {
        collection.prepare_reading(work).await?;
    }
    let (found, next) = page(work, collection, &range).await?;
    collection.check_still(work)?;
    let mut rows = Vec::with_capacity(found.len());
    for (_, row) in &found {
        rows.push(Value::Object(Collection::shown(work, row)));
        document::give_way(rows.len()).await;
    }
    Ok(json!({ "rows": rows, "cursor": next.map(|at| at.to_string()) }))
}

/// The rows of a page, and where the next one begins when there is one.
async fn page(
    work: &mut Work,
    collection: &Collection,
    range: &Range,
) -> Result<(Vec<(Cursor, Document)>, Option<Cursor>)> {
    let (mut part, mut asked) = (Documents { rows: Vec::new(), more: true }, range.clone());
    let mut end = None;
    // Of what the plan has touched its own rows count. A part of nothing else leads on to the next one.
    while part.rows.is_empty() && part.more {
        part = work.engine().store().range(work.caller().tenant, asked.clone()).await?;
        end = part.rows.last().map(|(place, _)| place.clone());
        asked.after.clone_from(&end);
        part.rows.retain(|(_, row)| work.overlay.row(row.id.into()).is_none());
    }
    let (mut rows, end) = (part.rows, end.filter(|_| part.more));
    // What stands behind the part that was read belongs to a later page.
    let is_within = |place: &Cursor| match &end {
        None => true,
        Some(end) if range.descending => place >= end,
        Some(end) => place <= end,
    };
    let own: Vec<_> = own(work, collection, range).into_iter().filter(|(place, _)| is_within(place)).collect();
    if !own.is_empty() {
        rows.extend(own);
        rows.sort_by(|(one, _), (other, _)| if range.descending { other.cmp(one) } else { one.cmp(other) });
    }
    let limit = range.limit as usize;
    let next = match rows.len() > limit {
        true => rows.get(limit - 1).map(|(place, _)| place.clone()),
        false => end,
    };
    rows.truncate(limit);
    Ok((rows, next))
}

/// The plan's own documents in the range.
fn own(work: &Work, collection: &Collection, range: &Range) -> Vec<(Cursor, Document)> {
    let mut own = Vec::new();
    for document in work.overlay.documents().filter(|document| document.collection == *collection.name) {
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
    own
}
