//! Users in their tree: what their tests do again and again.

mod deleted;
mod edited;
mod listed;
mod moved;

use crate::panel::{Panel, caller, map};
use host_core::UserId;
use host_core::caller::Caller;
use host_core::user::Role;
use host_engine::{Result, Work, record, user};
use serde_json::{Value, json};

pub(super) fn number(view: &Value) -> UserId {
    UserId(u32::try_from(view["id"].as_u64().unwrap()).unwrap())
}

/// A user as the one who calls.
pub(super) fn as_caller(panel: &Panel, user: UserId) -> Caller {
    caller(panel.tenant, u64::from(user.0), Role::Reseller)
}

pub(super) async fn create(panel: &Panel, by: &Caller, options: Value) -> Result<UserId> {
    let options = map(options);
    let verb = async |work: &mut Work| user::create(work, &options).await;
    Ok(number(&panel.engine.act(by.clone(), "create", verb).await?))
}

/// A reseller below another one.
pub(super) async fn below(panel: &Panel, parent: UserId, username: &str) -> UserId {
    let options = json!({ "username": username, "password": "long enough" });
    create(panel, &as_caller(panel, parent), options).await.unwrap()
}

/// A reseller directly below the panel.
pub(super) async fn top(panel: &Panel, username: &str) -> UserId {
    create(panel, &panel.admin, json!({ "username": username, "password": "long enough" })).await.unwrap()
}

pub(super) async fn edit(panel: &Panel, by: &Caller, id: UserId, options: Value) -> Result<Value> {
    let options = map(options);
    let verb = async |work: &mut Work| user::edit(work, id, &options).await;
    panel.engine.act(by.clone(), "edit", verb).await
}

pub(super) async fn delete(panel: &Panel, by: &Caller, id: UserId, options: Value) -> Result<()> {
    let options = map(options);
    let verb = async |work: &mut Work| user::delete(work, id, &options).await;
    panel.engine.act(by.clone(), "delete", verb).await
}

pub(super) async fn view(panel: &Panel, id: UserId) -> Result<Value> {
    let verb = async |work: &mut Work| user::get(work, id).await;
    panel.engine.act(panel.admin.clone(), "get", verb).await
}

/// Sets rights of the tenant's group.
pub(super) async fn rights(panel: &Panel, rights: Value) {
    let rights = map(rights);
    let verb = async |work: &mut Work| record::edit(work, "group", panel.group, &rights).await;
    panel.engine.act(panel.admin.clone(), "rights", verb).await.unwrap();
}

/// The code of a refusal, and the field that it is about.
pub(super) fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> (String, Option<String>) {
    let error = outcome.expect_err("a refusal");
    let refusal = error.refusal().expect("a refusal");
    (refusal.code.as_str().to_owned(), refusal.field.as_deref().map(str::to_owned))
}
