//! The calling user.

use super::view;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::{CallerRole, Scope};
use host_core::group::Group;
use host_core::object::Kind;
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::user::{Role, User};
use serde_json::{Value, json};

/// The user view with `group_rights`; for admins also `totals` (lines and resellers) and `server_name`.
///
/// # Errors
/// `not_permitted` when the caller is not a user.
pub async fn me(work: &mut Work) -> Result<Value> {
    let Some(id) = work.caller().user() else {
        return Err(Refusal::new(Code::NotPermitted, "Only a user can ask this.").into());
    };
    let user: User = work.know(id).await?.ok_or_else(|| Refusal::not_found("user"))?;
    let mut fields = view::document(&user, work).await?;
    let group = match user.group {
        Some(group) => work.know::<Group>(group).await?,
        None => None,
    };
    fields.insert("group_rights".to_owned(), serde_json::to_value(group).unwrap_or_default());
    if work.caller().role() == CallerRole::Admin {
        let (engine, database) = (work.engine(), work.database());
        let lines = engine.store().count(database, Kind::Line).await?;
        let resellers =
            Query { filters: vec![Filter::Role(Role::Reseller)], limit: 1, ..Query::all(Kind::User, Scope::Tenant) };
        let users = engine.store().list(database, resellers).await?.total.unwrap_or_default();
        fields.insert("totals".to_owned(), json!({ "lines": lines, "users": users }));
        let settings = engine.settings(work.caller().tenant).await?;
        fields.insert("server_name".to_owned(), settings.server_name.clone().into());
    }
    Ok(Value::Object(fields))
}
