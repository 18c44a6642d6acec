//! Reads the log of refusals: of sign-ins, starts and actions.

use super::query::read;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::journal::Log;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"line","user","from","to","search","after","limit"}`.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` below a reseller.
pub async fn refusals(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    let page = read(work, Log::Refusals, query, &[("user", CallerRole::Reseller)]).await?;
    Ok(page.document(|row| json!(row)).await)
}
