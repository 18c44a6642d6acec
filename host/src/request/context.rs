//! What commands are performed on, and the way from names that people type to what they name, with an answer that
//! says which names there are.

use super::watch::Watch;
use crate::panel::Panel;
use anyhow::bail;
use host_core::caller::Caller;
use host_core::object::Stored;
use host_core::refusal::Code;
use host_core::tenant::Tenant;
use host_core::unique::Unique;
use host_core::user::User;
use host_core::{Refusal, TenantId};
use host_engine::{Engine, Work};
use serde_json::{Map, Value};
use std::sync::Arc;

/// How the audit names what commands do.
pub(super) const REQUEST: &str = "command";

/// What a command is performed on.
pub(crate) struct Context {
    /// The open panel.
    pub(super) panel: Arc<Panel>,
    /// Who waits for it.
    pub(super) watch: Arc<dyn Watch>,
}

impl Context {
    /// The use cases.
    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.panel.engine
    }

    /// The tenant of that name.
    pub(super) async fn tenant(&self, name: &str) -> anyhow::Result<Tenant> {
        if let Some(tenant) = self.engine().tenant_named(name).await? {
            return Ok(tenant);
        }
        let known: Vec<_> = self.engine().tenants().await?.into_iter().map(|tenant| tenant.name).collect();
        if known.is_empty() {
            bail!("there is no tenant yet; `linecard tenant create {name}` makes one");
        }
        bail!("there is no tenant {name}; there are {}", known.join(", "))
    }

    /// The id of the tenant of that name.
    pub(super) async fn tenant_id(&self, name: &str) -> anyhow::Result<TenantId> {
        Ok(self.tenant(name).await?.id)
    }

    /// The host's own caller in the tenant of that name.
    pub(super) async fn caller(&self, tenant: &str) -> anyhow::Result<Caller> {
        Ok(Caller::system(self.tenant_id(tenant).await?, REQUEST))
    }
}

/// The thing of the tenant that has this unique name, or a refusal that says what there is none of.
pub(super) async fn named<T: Stored>(work: &mut Work, unique: Unique, name: &str) -> host_engine::Result<T> {
    let missing = || Refusal::new(Code::NotFound, format!("There is no {} {name} in this tenant.", T::word()));
    Ok(work.find(unique).await?.ok_or_else(missing)?)
}

/// The user of this name.
pub(super) async fn user_named(work: &mut Work, name: &str) -> host_engine::Result<User> {
    named(work, Unique::Username(name.to_lowercase()), name).await
}

/// What was typed for a field: JSON where it reads as JSON, otherwise text.
pub(super) fn typed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// A document as a map; anything else is empty.
pub(super) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
