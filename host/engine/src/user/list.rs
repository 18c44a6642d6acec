//! Lists users in the caller's scope.

use super::view;
use crate::{Result, Work, document};
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object};
use serde_json::{Map, Value};

/// A page of user views; `query` is `{"start","limit","search","after"}`.
///
/// # Errors
/// `invalid_input` for a malformed query, `not_permitted` for lines and strangers.
pub async fn list(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let users = document::query(Kind::User, work.caller().scope(), query, &[])?;
    let page = work.list(users).await?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in &page.rows {
        if let Object::User(user) = row {
            rows.push(Value::Object(view::document(user, work).await?));
            document::give_way(rows.len()).await;
        }
    }
    Ok(document::page(&page, rows))
}
