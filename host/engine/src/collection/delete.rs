//! Deletes a document.

use super::Collection;
use crate::work::version::at_version;
use crate::{Result, Work};
use serde_json::{Map, Value};

/// Deletes a document. `options` is `{"version"}`, optional.
///
/// # Errors
/// `not_found`; `stale` when it has another version by now.
pub async fn delete(work: &mut Work, collection: &Collection, id: u32, options: &Map<String, Value>) -> Result<()> {
    let document = collection.read(work, id).await?;
    at_version(options, document.version)?;
    work.delete(&document);
    Ok(())
}
