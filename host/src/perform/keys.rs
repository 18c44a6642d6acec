//! `linecard key …`.

use super::names::{caller, named};
use crate::panel::Panel;
use anyhow::ensure;
use host_core::caller::Scope;
use host_core::object::{Kind, Object, Unique};
use host_core::plan::Place;
use host_core::port::{Filter, Query};
use host_core::user::User;
use host_core::{ApiKeyId, TenantId};
use host_engine::{Work, user};
use serde_json::{Map, Value, json};

/// `{"id","username","name","prefix","api_key"}`; the key is shown this once.
pub(super) async fn create(
    panel: &Panel,
    tenant: &str,
    username: &str,
    options: &Map<String, Value>,
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let owner: User = user_named(panel, caller.tenant, username).await?;
    let end = options.get("expiry").and_then(Value::as_i64);
    let now = panel.engine.clock().now().0;
    ensure!(end.is_none_or(|end| end > now), "the key would never work: --expires is in the past");
    let verb = async |work: &mut Work| user::create_key(work, owner.id, options).await;
    let key = panel.engine.act(caller, "key create", verb).await?;
    Ok(json!({ "id": key.get("id"), "username": owner.username, "name": key.get("name"),
        "prefix": key.get("prefix"), "api_key": key.get("key") }))
}

/// The keys of a user or of all, by user.
pub(super) async fn list(panel: &Panel, tenant: &str, username: Option<&str>) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let owners = match username {
        Some(username) => vec![user_named(panel, caller.tenant, username).await?],
        None => all_users(panel, caller.tenant).await?,
    };
    let verb = async |work: &mut Work| {
        let mut rows = Vec::new();
        for owner in &owners {
            let keys = user::list_keys(work, owner.id).await?;
            rows.extend(keys.as_array().into_iter().flatten().map(|key| row(owner, key)));
        }
        Ok(Value::Array(rows))
    };
    Ok(panel.engine.act(caller, "key list", verb).await?)
}

/// Stops a key for good.
pub(super) async fn revoke(panel: &Panel, tenant: &str, id: u32) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let verb = async |work: &mut Work| user::revoke_key(work, ApiKeyId(id)).await;
    panel.engine.act(caller, "key revoke", verb).await?;
    Ok(json!({ "id": id, "revoked": true }))
}

async fn user_named(panel: &Panel, tenant: TenantId, username: &str) -> anyhow::Result<User> {
    named(panel, tenant, Unique::Username(username.to_lowercase()), username).await
}

async fn all_users(panel: &Panel, tenant: TenantId) -> anyhow::Result<Vec<User>> {
    let mut users: Vec<User> = Vec::new();
    loop {
        let mut query = Query::all(Kind::User, Scope::Tenant);
        query.filters.extend(users.last().map(|user| Filter::After(user.id.0)));
        let page = panel.engine.store().list(Place::Tenant(tenant), query).await?;
        if page.rows.is_empty() {
            return Ok(users);
        }
        users.extend(page.rows.into_iter().filter_map(|row| match row {
            Object::User(user) => Some(user),
            _ => None,
        }));
    }
}

fn row(owner: &User, key: &Value) -> Value {
    let field = |name: &str| key.get(name).cloned().unwrap_or_default();
    let date = |name: &str| {
        let moment = field(name).as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        moment.map(|moment| moment.to_string())
    };
    let seen = |name: &str| field("seen").get(name).cloned().unwrap_or_default();
    let used = seen("at").as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    json!({ "id": field("id"), "username": owner.username, "name": field("name"), "prefix": field("prefix"),
        "header_only": field("header_only"), "get_writes": field("writes_by_get"),
        "compatible": field("compatible"), "from": field("allowed_addresses"),
        "expires": date("expiry"), "revoked": field("revoked"), "created": date("created_at"),
        "last_used": used.map(|moment| moment.to_string()), "last_address": seen("address") })
}
