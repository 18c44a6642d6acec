//! How many documents a collection has.

use super::Collection;
use crate::{Result, Work};

/// How many documents a collection has, as committed. It is kept, not counted.
///
/// # Errors
/// When storage fails.
pub async fn count(work: &mut Work, collection: &Collection) -> Result<u32> {
    Ok(work.engine().store().collection(work.caller().tenant, collection.name.to_string()).await?.documents)
}
