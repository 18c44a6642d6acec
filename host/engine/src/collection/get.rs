//! Reads one document.

use super::Collection;
use crate::{Result, Work};
use serde_json::Value;

/// The document, as the plan leaves it, with its `id` and `version`.
///
/// # Errors
/// `not_found`.
pub async fn get(work: &mut Work, collection: &Collection, id: u32) -> Result<Value> {
    let document = collection.read(work, id).await?;
    Ok(Value::Object(Collection::shown(work, &document)))
}
