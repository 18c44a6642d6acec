//! `linecard user …`.

use super::names::{caller, fields, named, user as user_named};
use crate::panel::Panel;
use host_core::UserId;
use host_core::group::Group;
use host_core::object::Unique;
use host_core::user::Role;
use host_engine::{Work, user};
use serde_json::{Map, Value, json};

/// `{"id","username","password","api_key"}`; the secrets are shown this once.
pub(super) async fn create(
    panel: &Panel,
    tenant: &str,
    role: Role,
    username: String,
    parent: Option<String>,
    group: Option<String>,
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let mut options = fields(json!({ "username": username, "role": role }));
    let group = group.filter(|_| role == Role::Reseller);
    let view = panel
        .engine
        .act(caller, "user create", async |work: &mut Work| {
            if let Some(name) = &parent {
                options.insert("parent".into(), json!(user_named(work, name).await?.id));
            }
            if let Some(name) = &group {
                let group: Group = named(work, Unique::GroupName(name.clone()), name).await?;
                options.insert("group".into(), json!(group.id));
            }
            let view = user::create(work, &options).await?;
            let id = view.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).unwrap_or_default();
            let key = user::create_key(work, UserId(id), &Map::new()).await?;
            Ok(credentials(&view, &key))
        })
        .await?;
    Ok(view)
}

/// The users of a tenant, the first 1,000.
pub(super) async fn list(panel: &Panel, tenant: &str) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let query = fields(json!({ "limit": 1_000 }));
    let page = panel.engine.act(caller, "user list", async |work: &mut Work| user::list(work, &query).await).await?;
    let columns = ["id", "username", "role", "parent", "group", "credits", "enabled", "email"];
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let narrow = |row: Value| -> Value {
        columns
            .iter()
            .map(|name| ((*name).to_owned(), row.get(name).cloned().unwrap_or_default()))
            .collect::<Map<_, _>>()
            .into()
    };
    Ok(rows.into_iter().map(narrow).collect())
}

/// A new password and a new key; the old keys are revoked in the same plan.
pub(super) async fn reset(panel: &Panel, tenant: &str, username: &str) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let view = panel
        .engine
        .act(caller, "user reset", async |work: &mut Work| {
            let user = user_named(work, username).await?;
            let view = user::reset_password(work, user.id, None).await?;
            let key = user::create_key(work, user.id, &Map::new()).await?;
            Ok(json!({ "id": user.id, "username": user.username, "password": view.get("password"), "api_key": key.get("key") }))
        })
        .await?;
    Ok(view)
}

/// Stops a user's keys and their subtree's rights, or lets them work again.
pub(super) async fn set_enabled(panel: &Panel, tenant: &str, username: &str, enabled: bool) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let action = if enabled { "user enable" } else { "user disable" };
    let verb = async |work: &mut Work| {
        let user = user_named(work, username).await?;
        user::set_enabled(work, user.id, enabled).await?;
        Ok(json!({ "id": user.id, "username": user.username, "enabled": enabled }))
    };
    Ok(panel.engine.act(caller, action, verb).await?)
}

fn credentials(view: &Value, key: &Value) -> Value {
    json!({ "id": view.get("id"), "username": view.get("username"), "password": view.get("password"), "api_key": key.get("key") })
}
