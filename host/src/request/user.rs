//! `linecard user …`.

use super::context::{Context, fields, named, user_named};
use super::perform::{Perform, commands};
use clap::{Args, ValueEnum};
use host_core::UserId;
use host_core::group::Group;
use host_core::unique::Unique;
use host_core::user::Role;
use host_engine::{Work, user};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

commands! {
    /// Create and manage users: admins and resellers.
    User { Create, List, Reset, Disable, Enable, }
}

/// The roles of users.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// Sees and changes everything of the tenant.
    Admin,
    /// Sells lines within their part of the tree.
    Reseller,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Admin => Role::Admin,
            RoleName::Reseller => Role::Reseller,
        }
    }
}

/// Create a user with a password and an API key; both are shown this once.
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// What they may be.
    #[arg(long)]
    pub role: RoleName,
    /// Unique in the tenant.
    #[arg(long)]
    pub username: String,
    /// The user above them, by name.
    #[arg(long, value_name = "USERNAME")]
    pub parent: Option<String>,
    /// Their group, by name; default the tenant's first.
    #[arg(long)]
    pub group: Option<String>,
}

impl Perform for Create {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let role = Role::from(self.role);
        // Only resellers are in groups.
        let group = self.group.as_ref().filter(|_| role == Role::Reseller);
        let verb = async |work: &mut Work| {
            let mut options = fields(json!({ "username": self.username, "role": role }));
            if let Some(name) = &self.parent {
                options.insert("parent".into(), json!(user_named(work, name).await?.id));
            }
            if let Some(name) = group {
                let group: Group = named(work, Unique::GroupName(name.clone()), name).await?;
                options.insert("group".into(), json!(group.id));
            }
            let view = user::create(work, &options).await?;
            let id = view.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).unwrap_or_default();
            let key = user::create_key(work, UserId(id), &Map::new()).await?;
            Ok(json!({ "id": id, "username": view.get("username"), "password": view.get("password"),
                "api_key": key.get("key") }))
        };
        Ok(context.engine().act(caller, "user create", verb).await?)
    }
}

/// List the users of a tenant.
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
}

impl Perform for List {
    /// The first 1,000.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let query = fields(json!({ "limit": 1_000 }));
        let verb = async |work: &mut Work| user::list(work, &query).await;
        let page = context.engine().act(caller, "user list", verb).await?;
        let columns = ["id", "username", "role", "parent", "group", "credits", "enabled", "email"];
        let narrow = |row: &Value| {
            let cells = columns.map(|name| (name.to_owned(), row.get(name).cloned().unwrap_or_default()));
            Value::Object(Map::from_iter(cells))
        };
        Ok(page.get("rows").and_then(Value::as_array).into_iter().flatten().map(narrow).collect())
    }
}

/// Give a user a new password and API key, revoking the old ones; both are shown this once.
#[derive(Args, Serialize, Deserialize)]
pub struct Reset {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Their name.
    pub username: String,
}

impl Perform for Reset {
    /// The old keys are revoked in the plan that makes the new one.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let verb = async |work: &mut Work| {
            let user = user_named(work, &self.username).await?;
            let view = user::reset_password(work, user.id, None).await?;
            let key = user::create_key(work, user.id, &Map::new()).await?;
            Ok(json!({ "id": user.id, "username": user.username, "password": view.get("password"),
                "api_key": key.get("key") }))
        };
        Ok(context.engine().act(caller, "user reset", verb).await?)
    }
}

/// Stop a user's keys and their subtree's rights.
#[derive(Args, Serialize, Deserialize)]
pub struct Disable {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Their name.
    pub username: String,
}

impl Perform for Disable {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        set_enabled(context, "user disable", &self.tenant, &self.username, false).await
    }
}

/// Let a disabled user's keys and their subtree's rights work again.
#[derive(Args, Serialize, Deserialize)]
pub struct Enable {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Their name.
    pub username: String,
}

impl Perform for Enable {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        set_enabled(context, "user enable", &self.tenant, &self.username, true).await
    }
}

async fn set_enabled(
    context: &Context,
    action: &str,
    tenant: &str,
    username: &str,
    enabled: bool,
) -> anyhow::Result<Value> {
    let caller = context.caller(tenant).await?;
    let verb = async |work: &mut Work| {
        let user = user_named(work, username).await?;
        user::edit(work, user.id, &fields(json!({ "enabled": enabled }))).await?;
        Ok(json!({ "id": user.id, "username": user.username, "enabled": enabled }))
    };
    Ok(context.engine().act(caller, action, verb).await?)
}
