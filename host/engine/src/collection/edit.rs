//! Sets the fields of a document that were sent.

use super::Collection;
use crate::work::version::at_version;
use crate::{Result, Work};
use host_core::document::Document;
use serde_json::{Map, Value};

/// Sets the fields that are there, removes those that are null, and returns the whole document. With `version` it is
/// refused when the document has another one by now.
///
/// # Errors
/// `not_found`, `stale`, `name_taken`, `invalid_input`, `too_large`.
pub async fn edit(work: &mut Work, collection: &Collection, id: u32, sent: &Map<String, Value>) -> Result<Value> {
    collection.prepare_writing(work).await?;
    let before = collection.read(work, id).await?;
    let before = collection.placed(before)?;
    let sent = at_version(sent, before.version)?;
    let mut fields = before.fields.clone();
    super::set(&mut fields, &sent)?;
    let after = collection.placed(Document { fields, ..before.clone() })?;
    collection.claim(work, Some(&before), &after).await?;
    work.update(&before, after.clone());
    Ok(Value::Object(Collection::shown(work, &after)))
}
