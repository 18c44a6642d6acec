//! `linecard tenant …`.

use super::names::typed;
use crate::panel::Panel;
use host_core::TenantId;
use host_core::caller::Caller;
use host_engine::{Work, tenant};
use serde_json::{Map, Value, json};

/// How the audit names what commands do.
const REQUEST: &str = "command";

/// A tenant with its logins; the secrets are shown this once.
pub(super) async fn create(panel: &Panel, name: &str, hosts: &[String]) -> anyhow::Result<Value> {
    let view = tenant::create(&panel.engine, REQUEST, name, hosts).await?;
    if let Some(made) = panel.engine.tenant_named(name).await? {
        panel.runtime.refresh(made.id).await?;
    }
    Ok(view)
}

/// Every tenant.
pub(super) async fn list(panel: &Panel) -> anyhow::Result<Value> {
    let rows = panel.engine.tenants().await?.into_iter().map(|tenant| {
        json!({ "id": tenant.id, "name": tenant.name, "hosts": tenant.hosts, "suspended": tenant.suspended, "lines": tenant.quotas.lines })
    });
    Ok(rows.collect())
}

/// One tenant with quotas and settings.
pub(super) async fn show(panel: &Panel, name: &str) -> anyhow::Result<Value> {
    let caller = Caller::system(TenantId(0), REQUEST);
    let engine = &panel.engine;
    Ok(engine.act_control(caller, "tenant show", async |work: &mut Work| tenant::show(work, name).await).await?)
}

/// Sets quotas, hosts and settings. A value is JSON where it reads as JSON, otherwise text;
/// `hosts` is a comma list.
pub(super) async fn set(panel: &Panel, name: &str, values: &[(String, String)]) -> anyhow::Result<Value> {
    let mut fields = Map::new();
    for (key, text) in values {
        let value = match key.as_str() {
            "hosts" => text.split(',').map(str::trim).filter(|host| !host.is_empty()).map(Value::from).collect(),
            _ => typed(text),
        };
        fields.insert(key.clone(), value);
    }
    let view = tenant::set(&panel.engine, REQUEST, name, &fields).await?;
    if let Some(changed) = panel.engine.tenant_named(name).await? {
        panel.runtime.refresh(changed.id).await?;
    }
    Ok(view)
}

/// Suspends or resumes.
pub(super) async fn suspend(panel: &Panel, name: &str, suspended: bool) -> anyhow::Result<Value> {
    let tenant = if suspended {
        tenant::suspend(&panel.engine, REQUEST, name).await?
    } else {
        tenant::resume(&panel.engine, REQUEST, name).await?
    };
    Ok(json!({ "name": tenant.name, "suspended": tenant.suspended }))
}

/// Deletes a tenant with its directory.
pub(super) async fn delete(panel: &Panel, name: &str) -> anyhow::Result<Value> {
    let tenant = tenant::delete(&panel.engine, REQUEST, name).await?;
    panel.runtime.forget(tenant.id)?;
    Ok(json!({ "name": tenant.name, "deleted": true }))
}
