//! The user view: what every surface reads of a user.

use crate::{Result, Work};
use host_core::ledger::Account;
use host_core::object::Object;
use host_core::user::User;
use serde_json::{Map, Value};

/// The user's document with `credits`. Users do not see the notes about themselves.
pub(super) async fn document(user: &User, work: &Work) -> Result<Map<String, Value>> {
    let mut fields = crate::document::fields(&Object::User(user.clone()));
    let credits = work.balance(Account::User(user.id)).await?;
    fields.insert("credits".to_owned(), credits.to_string().into());
    if work.caller().user() == Some(user.id) {
        fields.insert("notes".to_owned(), "".into());
    }
    Ok(fields)
}
