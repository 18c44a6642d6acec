//! From names that people type to ids, with an answer that says which names there are.

use crate::panel::Panel;
use anyhow::bail;
use host_core::caller::Caller;
use host_core::object::{Stored, Unique};
use host_core::refusal::Code;
use host_core::tenant::Tenant;
use host_core::user::User;
use host_core::{Refusal, TenantId};
use host_engine::Work;
use serde_json::{Map, Value};

/// The tenant of that name.
pub(super) async fn tenant(panel: &Panel, name: &str) -> anyhow::Result<Tenant> {
    if let Some(tenant) = panel.engine.tenant_named(name).await? {
        return Ok(tenant);
    }
    let known: Vec<_> = panel.engine.tenants().await?.into_iter().map(|tenant| tenant.name).collect();
    if known.is_empty() {
        bail!("there is no tenant yet; `linecard tenant create {name}` makes one");
    }
    bail!("there is no tenant {name}; there are {}", known.join(", "))
}

/// The host's own caller in the tenant of that name.
pub(super) async fn caller(panel: &Panel, name: &str) -> anyhow::Result<Caller> {
    Ok(command(tenant(panel, name).await?.id))
}

/// The host's own caller.
pub(super) fn command(tenant: TenantId) -> Caller {
    Caller::system(tenant, "command")
}

/// The thing of the tenant that has this unique name, or a refusal that says what there is none of.
pub(super) async fn named<T: Stored>(work: &mut Work, unique: Unique, name: &str) -> host_engine::Result<T> {
    let missing = || Refusal::new(Code::NotFound, format!("There is no {} {name} in this tenant.", T::word()));
    Ok(work.find(unique).await?.ok_or_else(missing)?)
}

/// The user of this name.
pub(super) async fn user(work: &mut Work, name: &str) -> host_engine::Result<User> {
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
