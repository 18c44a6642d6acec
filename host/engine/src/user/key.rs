//! API keys of users: made, shown once, revoked.

use crate::document::{self, Options};
use crate::sign_in::digest;
use crate::{Result, Work};
use host_core::api_key::ApiKey;
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object};
use host_core::port::{Filter, Query};
use host_core::secret::Secret;
use host_core::time::{Expiry, Unix};
use host_core::user::User;
use host_core::{ApiKeyId, UserId, Version};
use serde_json::{Map, Value, json};

const FIELDS: &[(&str, CallerRole)] = &[
    ("name", CallerRole::Reseller),
    ("allowed_addresses", CallerRole::Reseller),
    ("header_only", CallerRole::Reseller),
    ("writes_by_get", CallerRole::Reseller),
    ("compatible", CallerRole::Reseller),
    ("expiry", CallerRole::Reseller),
];
/// Characters of a key that lists and logs show.
const PREFIX: usize = 8;

/// Makes a key of a user in the caller's tree. `options`: `name allowed_addresses header_only
/// writes_by_get compatible expiry`. Returns `{"id","user","name","prefix","key"}`; the key is never shown
/// again.
///
/// # Errors
/// `not_found`, `invalid_input`.
pub async fn create_key(work: &mut Work, user: UserId, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let options = Options::checked(options, FIELDS, work.caller().role())?;
    let user: User = work.get(user).await?;
    let (row, key) = fresh(work, user.id, &options).await?;
    let answer = json!({ "id": row.id, "user": row.user, "name": row.name, "prefix": row.prefix, "key": key.reveal() });
    work.insert(row);
    Ok(answer)
}

/// A key with its row; the row is not yet in the plan.
pub(crate) async fn fresh(work: &mut Work, user: UserId, options: &Options<'_>) -> Result<(ApiKey, Secret)> {
    let text = hex::encode(work.random(32));
    let prefix = text.chars().take(PREFIX).collect();
    let key = Secret::new(text);
    let row = ApiKey {
        id: ApiKeyId(work.next_id(Kind::ApiKey).await?),
        version: Version(0),
        user,
        name: options.text("name")?.unwrap_or_default(),
        prefix,
        digest: digest(&key),
        allowed_addresses: options.networks("allowed_addresses")?.unwrap_or_default(),
        header_only: options.get("header_only")?.unwrap_or(false),
        writes_by_get: options.get("writes_by_get")?.unwrap_or(false),
        compatible: options.get("compatible")?.unwrap_or(false),
        expiry: options.get::<Option<i64>>("expiry")?.flatten().map_or(Expiry::Never, |end| Expiry::At(Unix(end))),
        revoked: false,
        created_at: work.now(),
    };
    Ok((row, key))
}

/// The keys of a user in the caller's tree, without the keys themselves; `seen` is their last use, `{"at","address",
/// "agent"}` or null.
///
/// # Errors
/// `not_found`.
pub async fn list_keys(work: &mut Work, user: UserId) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let user: User = work.get(user).await?;
    let mut query = Query::all(Kind::ApiKey, host_core::caller::Scope::Tenant);
    query.filters.push(Filter::Owner(user.id));
    let page = work.list(query).await?;
    let keys = page.rows.iter().map(Object::key).collect();
    let mut seen = work.engine().seen(work.caller().tenant, keys).await?;
    let documents = page.rows.iter().map(|row| {
        let mut fields = document::fields(row);
        fields.insert("seen".to_owned(), json!(seen.remove(&row.key())));
        Value::Object(fields)
    });
    Ok(Value::Array(documents.collect()))
}

/// Revokes a key of a user in the caller's tree for good.
///
/// # Errors
/// `not_found`.
pub async fn revoke_key(work: &mut Work, id: ApiKeyId) -> Result<()> {
    work.require(CallerRole::Reseller)?;
    let missing = || host_core::Refusal::not_found("api_key");
    let key: ApiKey = work.know(id).await?.ok_or_else(missing)?;
    // The key is in scope when its user is.
    work.get::<User>(key.user).await.map_err(|error| match error {
        crate::Error::Refusal(_) => missing().into(),
        other => other,
    })?;
    work.update(&key, ApiKey { revoked: true, ..key.clone() });
    Ok(())
}
