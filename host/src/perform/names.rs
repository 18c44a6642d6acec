//! From names that people type to ids, with an answer that says which names there are.

use crate::panel::Panel;
use anyhow::{Context, bail};
use host_core::TenantId;
use host_core::caller::{Caller, Scope};
use host_core::object::{Kind, Object, Stored, Unique};
use host_core::plan::Place;
use host_core::port::Query;
use host_core::tenant::Tenant;
use serde_json::{Map, Value};

/// The tenant of that name.
pub(super) async fn tenant(panel: &Panel, name: &str) -> anyhow::Result<Tenant> {
    let found = panel.engine.store().find(Place::Control, Unique::TenantName(name.to_owned())).await?;
    if let Some(Object::Tenant(tenant)) = found {
        return Ok(tenant);
    }
    let known: Vec<_> = panel.tenants().await?.into_iter().map(|tenant| tenant.name).collect();
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

/// The thing of a tenant with a unique name; with an answer in words when there is none.
pub(super) async fn named<T: Stored>(panel: &Panel, tenant: TenantId, unique: Unique, name: &str) -> anyhow::Result<T> {
    let found = panel.engine.store().find(Place::Tenant(tenant), unique).await?;
    found.and_then(T::from_object).with_context(|| format!("there is no {} {name} in this tenant", T::word()))
}

/// The first of a kind, by id.
pub(super) async fn first<T: Stored>(panel: &Panel, tenant: TenantId, kind: Kind) -> anyhow::Result<Option<T>> {
    let query = Query { limit: 1, ..Query::all(kind, Scope::Tenant) };
    let page = panel.engine.store().list(Place::Tenant(tenant), query).await?;
    Ok(page.rows.into_iter().next().and_then(T::from_object))
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
