//! `linecard key …`.

use super::names::{caller, user as user_named};
use crate::panel::Panel;
use anyhow::ensure;
use host_core::ApiKeyId;
use host_core::api_key::ApiKey;
use host_core::user::User;
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
    let end = options.get("expiry").and_then(Value::as_i64);
    let now = panel.engine.clock().now().0;
    ensure!(end.is_none_or(|end| end > now), "the key would never work: --expires is in the past");
    let verb = async |work: &mut Work| {
        let owner = user_named(work, username).await?;
        let key = user::create_key(work, owner.id, options).await?;
        Ok(json!({ "id": key.get("id"), "username": owner.username, "name": key.get("name"),
            "prefix": key.get("prefix"), "api_key": key.get("key") }))
    };
    Ok(panel.engine.act(caller, "key create", verb).await?)
}

/// The keys of a user or of all, by user.
pub(super) async fn list(panel: &Panel, tenant: &str, username: Option<&str>) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let verb = async |work: &mut Work| {
        let owner = match username {
            Some(username) => Some(user_named(work, username).await?.id),
            None => None,
        };
        user::list_keys(work, owner).await
    };
    Ok(panel.engine.act(caller, "key list", verb).await?.iter().map(row).collect())
}

/// Stops a key for good.
pub(super) async fn revoke(panel: &Panel, tenant: &str, id: u32) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let verb = async |work: &mut Work| user::revoke_key(work, ApiKeyId(id)).await;
    panel.engine.act(caller, "key revoke", verb).await?;
    Ok(json!({ "id": id, "revoked": true }))
}

fn row((owner, key): &(User, ApiKey)) -> Value {
    let date = |seconds: i64| jiff::Timestamp::from_second(seconds).ok().map(|moment| moment.to_string());
    json!({ "id": key.id, "username": owner.username, "name": key.name, "prefix": key.prefix,
        "header_only": key.header_only, "get_writes": key.writes_by_get,
        "compatible": key.compatible, "from": key.allowed_addresses,
        "expires": Option::from(key.expiry).and_then(date), "revoked": key.revoked, "created": date(key.created_at.0) })
}
