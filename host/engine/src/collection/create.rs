//! Creates a document.

use super::Collection;
use crate::{Result, Work};
use host_core::document::{Document, Indexed, MOST};
use host_core::kind::Kind;
use host_core::plan::Guard;
use host_core::refusal::Code;
use host_core::{DocumentId, Refusal, Version};
use serde_json::{Map, Value};

/// Creates a document from what it is to say, and returns it with its `id` and `version`.
///
/// # Errors
/// `name_taken` for a unique key that another one has, `invalid_input`, `too_large`, `quota_exceeded` for more than
/// [`MOST`] documents.
pub async fn create(work: &mut Work, collection: &Collection, sent: &Map<String, Value>) -> Result<Value> {
    collection.prepare_writing(work).await?;
    let mut fields = Map::new();
    super::set(&mut fields, sent)?;
    let id = DocumentId(work.next_id(Kind::Document).await?);
    let name = collection.name.to_string();
    let document = Document { id, version: Version(0), collection: name, fields, indexed: Indexed::default() };
    let document = collection.placed(document)?;
    within_quota(work, collection).await?;
    collection.claim(work, None, &document).await?;
    work.insert(document.clone());
    Ok(Value::Object(Collection::shown(work, &document)))
}

/// Refuses one more than a collection may have.
async fn within_quota(work: &mut Work, collection: &Collection) -> Result<()> {
    let added = work.overlay.documents().filter(|own| own.collection == *collection.name && own.version == Version(0));
    let added = u32::try_from(added.count()).unwrap_or(MOST);
    let there = super::count(work, collection).await?;
    if there.saturating_add(added) >= MOST {
        let message = format!("{} has {MOST} documents, which is all that it may have.", collection.word());
        return Err(Refusal::new(Code::QuotaExceeded, message).into());
    }
    // Others may add some meanwhile; where that could matter it is looked at again.
    if there > MOST / 2 {
        work.guard(Guard::CollectionBelow(collection.name.to_string(), MOST - added));
    }
    Ok(())
}
