//! API keys of users: made, shown once, revoked.

use crate::document::Options;
use crate::fields::{set_fields, settable};
use crate::sign_in::digest;
use crate::{Result, Work};
use host_core::api_key::ApiKey;
use host_core::caller::CallerRole;
use host_core::object::{Key, Kind};
use host_core::port::Filter;
use host_core::secret::Secret;
use host_core::sighting::Seen;
use host_core::user::User;
use host_core::{ApiKeyId, UserId};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Characters of a key that lists and logs show.
const PREFIX: usize = 8;

host_core::api_key_fields!([set_fields] ApiKey);

/// Makes a key of a user in the caller's tree. `options`: the fields of [`ApiKey`] that its list lets the caller set.
/// Returns `{"id","user","name","prefix","key"}`; the key is never shown again.
///
/// # Errors
/// `not_found`, `invalid_input`.
pub async fn create_key(work: &mut Work, user: UserId, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let options = Options::checked(options, &settable::<ApiKey>(), work.caller().role())?;
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
    let id = ApiKeyId(work.next_id(Kind::ApiKey).await?);
    let digest = digest(&key);
    let mut row = ApiKey { user, prefix, digest, created_at: work.now(), ..ApiKey::empty(id) };
    set(&mut row, options)?;
    Ok((row, key))
}

/// A key with whose it is.
pub struct OwnedKey {
    /// Whose.
    pub user: User,
    /// The key, without the key itself.
    pub key: ApiKey,
    /// Its last use.
    pub seen: Option<Seen>,
}

/// The keys of a user in the caller's tree, or of all users there are: by user, then by id.
///
/// # Errors
/// `not_found`; `not_permitted` below an admin for those of all users.
pub async fn list_keys(work: &mut Work, user: Option<UserId>) -> Result<Vec<OwnedKey>> {
    work.require(if user.is_some() { CallerRole::Reseller } else { CallerRole::Admin })?;
    let (users, filters) = match user {
        Some(user) => (vec![work.get::<User>(user).await?], vec![Filter::Owner(user)]),
        None => (work.rows(Vec::new()).await?, Vec::new()),
    };
    let users: BTreeMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let keys: Vec<ApiKey> = work.rows(filters).await?;
    let named = keys.iter().map(|key| Key::ApiKey(key.id)).collect();
    let mut seen = work.engine().seen(work.caller().tenant, named).await?;
    let owned = keys.into_iter().filter_map(|key| {
        let seen = seen.remove(&Key::ApiKey(key.id));
        Some(OwnedKey { user: users.get(&key.user)?.clone(), key, seen })
    });
    let mut owned: Vec<_> = owned.collect();
    owned.sort_by_key(|owned| (owned.user.id, owned.key.id));
    Ok(owned)
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
