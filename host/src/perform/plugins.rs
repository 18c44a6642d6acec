//! `linecard plugin …`, as far as it asks a panel.

use super::names::{caller, typed};
use crate::panel::Panel;
use crate::shipped::SHIPPED;
use anyhow::{Context, ensure};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A tenant's plugins with their state.
pub(super) async fn list(panel: &Panel, tenant: &str) -> anyhow::Result<Value> {
    let tenant = caller(panel, tenant).await?.tenant;
    panel.runtime.refresh(tenant).await?;
    let rows = panel.runtime.health(tenant).into_iter().map(|plugin| serde_json::to_value(plugin).unwrap_or_default());
    Ok(rows.collect())
}

/// Installs a file; it waits for its grant.
pub(super) async fn add(panel: &Panel, tenant: &str, file: &Path) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let bytes = tokio::fs::read(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
    let installed = panel.runtime.install(caller, bytes.into()).await?;
    Ok(serde_json::to_value(installed)?)
}

/// Takes a plugin out.
pub(super) async fn remove(panel: &Panel, tenant: &str, name: &str) -> anyhow::Result<Value> {
    is_foreign(name)?;
    let caller = caller(panel, tenant).await?;
    panel.runtime.remove(caller, name).await?;
    Ok(json!({ "name": name, "removed": true }))
}

/// Grants all that a plugin asks for, or only these, and returns what is granted now.
pub(super) async fn grant(
    panel: &Panel,
    tenant: &str,
    name: &str,
    digest: Option<&str>,
    what: &[String],
) -> anyhow::Result<Value> {
    is_foreign(name)?;
    let caller = caller(panel, tenant).await?;
    Ok(serde_json::to_value(panel.runtime.grant(caller, name, what, digest).await?)?)
}

/// Takes grants back, and returns what is granted now.
pub(super) async fn revoke(panel: &Panel, tenant: &str, name: &str, what: &[String]) -> anyhow::Result<Value> {
    is_foreign(name)?;
    let caller = caller(panel, tenant).await?;
    Ok(serde_json::to_value(panel.runtime.revoke(caller, name, what).await?)?)
}

/// Who answers an action, and why.
pub(super) async fn explain(panel: &Panel, tenant: &str, action: &str) -> anyhow::Result<Value> {
    let tenant = caller(panel, tenant).await?.tenant;
    let snapshot = panel.runtime.refresh(tenant).await?;
    let (surface, name) = action.split_once('/').context("an action is named SURFACE/ACTION: reseller/create_line")?;
    let Some(explained) = snapshot.explain(surface, name) else {
        let known: Vec<_> = snapshot
            .actions()
            .iter()
            .map(|route| &*route.action)
            .map(|a| format!("{}/{}", a.surface, a.name))
            .collect();
        anyhow::bail!("nothing answers {action} here; there are {}", known.join(", "));
    };
    Ok(serde_json::to_value(explained)?)
}

/// A tenant's settings of a plugin, after these were set; `null` unsets.
pub(super) async fn settings(
    panel: &Panel,
    tenant: &str,
    name: &str,
    values: &[(String, String)],
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    if values.is_empty() {
        return Ok(panel.runtime.settings(caller.tenant, name).await?.into());
    }
    let change: Map<_, _> = values.iter().map(|(key, text)| (key.clone(), typed(text))).collect();
    Ok(panel.runtime.set_settings(caller, name, &change).await?.into())
}

/// Refuses what can be done only to plugins that an operator brought.
fn is_foreign(name: &str) -> anyhow::Result<()> {
    let shipped = SHIPPED.iter().any(|plugin| plugin.name == name);
    ensure!(!shipped, "{name} is a shipped plugin: it cannot be removed, and always has what its manifest asks for");
    Ok(())
}

/// The last log lines of a plugin.
pub(super) async fn logs(panel: &Panel, tenant: &str, name: &str) -> anyhow::Result<Value> {
    let tenant = caller(panel, tenant).await?.tenant;
    let lines = panel.runtime.logs(tenant, name).into_iter();
    Ok(lines.map(|line| json!({ "at": line.at, "level": format!("{:?}", line.level).to_lowercase(), "request": line.request, "message": line.message })).collect())
}
