//! Lists users in the caller's scope.

use super::view;
use crate::shown::Shown;
use crate::{Result, Work, document};
use host_core::caller::CallerRole;
use host_core::field_list::FieldList;
use host_core::object::{Kind, Object};
use host_core::port::Query;
use host_core::user::User;
use serde_json::{Map, Value};

/// A page of user views; `query` is `{"start","limit","search","after","fields"}`.
///
/// # Errors
/// `invalid_input` for a malformed query, `not_permitted` for lines and strangers.
pub async fn list(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let shown = Shown::of(query)?;
    let users = document::query(Kind::User, work.caller().scope(), query, &[])?;
    let users = Query { fields: shown.chosen(User::LIST), ..users };
    let page = work.list(users).await?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in &page.rows {
        if let Object::User(user) = row {
            let mut fields = view::document(user, work).await?;
            shown.trim(&mut fields);
            rows.push(Value::Object(fields));
            document::give_way(rows.len()).await;
        }
    }
    Ok(document::page(&page, rows))
}
