//! Reads the log of sign-ins that went well.

use super::query::read;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::journal::Log;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"line","user","from","to","search","after","limit"}`. A row stands for all sign-ins of one
/// line or user on one surface from one network within an hour: `times` of them, the last at `last_at`.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` below a reseller.
pub async fn sign_ins(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    let page = read(work, Log::SignIns, query, &[("user", CallerRole::Reseller)]).await?;
    Ok(page.document(|row| json!(row)).await)
}
