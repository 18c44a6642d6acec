//! Finds a document by a unique key.

use super::Collection;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::document::Document;
use host_core::unique::Unique;
use serde_json::Value;

/// The document with these values of a unique key, as the plan leaves it.
///
/// # Errors
/// `not_found`; `invalid_input` for a key that the collection does not have, and for values that are none.
pub async fn find(work: &mut Work, collection: &Collection, key: &str, values: &[Value]) -> Result<Value> {
    collection.prepare_reading(work).await?;
    let value = collection.shape.key(key, values)?;
    let unique = Unique::DocumentKey(collection.name.to_string(), key.to_owned(), value);
    let found = work.find::<Document>(unique).await?;
    collection.check_still(work)?;
    let found = found.ok_or_else(|| Refusal::not_found("document"))?;
    Ok(Value::Object(Collection::shown(work, &found)))
}
