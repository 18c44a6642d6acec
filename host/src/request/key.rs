//! `linecard key …`.

use super::context::{Context, user_named};
use super::perform::{Perform, commands};
use super::value;
use anyhow::ensure;
use clap::Args;
use host_core::ApiKeyId;
use host_engine::user::OwnedKey;
use host_engine::{Work, user};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

commands! {
    /// Create, list and revoke API keys of users.
    Key { Create, List, Revoke, }
}

/// Give a user one more API key; it is shown this once.
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Whose key it is.
    #[arg(long, value_name = "USERNAME")]
    pub user: String,
    /// What it is for, in your words.
    #[arg(long)]
    pub name: Option<String>,
    /// Refuse it in query strings and forms: it must come as `Authorization: Bearer KEY`.
    #[arg(long)]
    pub header_only: bool,
    /// Let it change things by GET, as old scripts of these panels do.
    #[arg(long)]
    pub get_writes: bool,
    /// Pass over unknown parameters of a write, as old scripts that post whole forms need it, and name
    /// them in the reply's `ignored`; without this the write is refused.
    #[arg(long)]
    pub compatible: bool,
    /// An address or network (192.0.2.0/24) that callers must come from; may be repeated.
    #[arg(long, value_name = "NET", value_parser = value::network)]
    pub from: Vec<IpNet>,
    /// When it stops: 2030-12-31 (the day begins in UTC) or 2030-12-31T18:00:00Z.
    #[arg(long, value_name = "DATE", value_parser = value::moment)]
    pub expires: Option<i64>,
}

impl Perform for Create {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let now = context.engine().clock().now().0;
        ensure!(self.expires.is_none_or(|end| end > now), "the key would never work: --expires is in the past");
        let mut options = Map::new();
        options.extend(self.name.clone().map(|name| ("name".to_owned(), name.into())));
        options.insert("header_only".into(), self.header_only.into());
        options.insert("writes_by_get".into(), self.get_writes.into());
        options.insert("compatible".into(), self.compatible.into());
        options.insert("allowed_addresses".into(), json!(self.from));
        options.extend(self.expires.map(|end| ("expiry".to_owned(), end.into())));
        let verb = async |work: &mut Work| {
            let owner = user_named(work, &self.user).await?;
            let key = user::create_key(work, owner.id, &options).await?;
            Ok(json!({ "id": key.get("id"), "username": owner.username, "name": key.get("name"),
                "prefix": key.get("prefix"), "api_key": key.get("key") }))
        };
        Ok(context.engine().act(caller, "key create", verb).await?)
    }
}

/// List the API keys of a tenant, without the keys themselves.
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Only this user's.
    #[arg(long, value_name = "USERNAME")]
    pub user: Option<String>,
}

impl Perform for List {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let verb = async |work: &mut Work| {
            let owner = match &self.user {
                Some(name) => Some(user_named(work, name).await?.id),
                None => None,
            };
            user::list_keys(work, owner).await
        };
        Ok(context.engine().act(caller, "key list", verb).await?.iter().map(row).collect())
    }
}

/// Stop an API key for good.
#[derive(Args, Serialize, Deserialize)]
pub struct Revoke {
    /// Its id, as `key list` shows it.
    pub id: u32,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for Revoke {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let verb = async |work: &mut Work| user::revoke_key(work, ApiKeyId(self.id)).await;
        context.engine().act(caller, "key revoke", verb).await?;
        Ok(json!({ "id": self.id, "revoked": true }))
    }
}

fn row(OwnedKey { user, key, seen }: &OwnedKey) -> Value {
    let date = |seconds: i64| jiff::Timestamp::from_second(seconds).ok().map(|moment| moment.to_string());
    json!({ "id": key.id, "username": user.username, "name": key.name, "prefix": key.prefix,
        "header_only": key.header_only, "get_writes": key.writes_by_get,
        "compatible": key.compatible, "from": key.allowed_addresses,
        "expires": Option::from(key.expiry).and_then(date), "revoked": key.revoked, "created": date(key.created_at.0),
        "last_used": seen.as_ref().and_then(|seen| date(seen.at.0)),
        "last_address": seen.as_ref().map(|seen| seen.address.as_str()) })
}
