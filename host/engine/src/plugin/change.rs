//! Changes of an installed plugin: its grant, its switch, its settings, its end.

use super::find;
use crate::{Result, Work};
use host_core::grant::Grant;
use host_core::plugin::InstalledPlugin;
use host_core::refusal::Code;
use host_core::{Refusal, TenantId};
use serde_json::Value;

/// Adds to what is granted.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin.
pub async fn grant(work: &mut Work, tenant: TenantId, name: &str, more: &Grant) -> Result<InstalledPlugin> {
    let before = find(work, tenant, name).await?;
    let mut after = before.clone();
    after.granted.functions.extend(more.functions.iter().cloned());
    for (capability, limits) in &more.limits {
        after.granted.limits.entry(capability.clone()).or_default().extend(limits.iter().cloned());
    }
    work.update(&before, after.clone());
    Ok(after)
}

/// Takes from what is granted: these functions and limits, or all without `less`.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin.
pub async fn revoke(work: &mut Work, tenant: TenantId, name: &str, less: Option<&Grant>) -> Result<InstalledPlugin> {
    let before = find(work, tenant, name).await?;
    let mut after = before.clone();
    match less {
        None => after.granted = Grant::default(),
        Some(less) => {
            after.granted.functions.retain(|function| !less.functions.contains(function));
            for (capability, limits) in &less.limits {
                if let Some(granted) = after.granted.limits.get_mut(capability) {
                    granted.retain(|limit| !limits.contains(limit));
                }
            }
            after.granted.limits.retain(|_, limits| !limits.is_empty());
        }
    }
    work.update(&before, after.clone());
    Ok(after)
}

/// Switches it on or off.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin.
pub async fn set_enabled(work: &mut Work, tenant: TenantId, name: &str, enabled: bool) -> Result<InstalledPlugin> {
    let before = find(work, tenant, name).await?;
    let after = InstalledPlugin { enabled, ..before.clone() };
    work.update(&before, after.clone());
    Ok(after)
}

/// Sets the tenant's settings for it, an object.
///
/// # Errors
/// `not_found`, `invalid_input`, `not_permitted` below an admin.
pub async fn set_settings(work: &mut Work, tenant: TenantId, name: &str, settings: Value) -> Result<InstalledPlugin> {
    if !settings.is_object() {
        return Err(Refusal::field(Code::InvalidInput, "settings", "Settings are a JSON object.").into());
    }
    let before = find(work, tenant, name).await?;
    let after = InstalledPlugin { settings, ..before.clone() };
    work.update(&before, after.clone());
    Ok(after)
}

/// Uninstalls it.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin.
pub async fn remove(work: &mut Work, tenant: TenantId, name: &str) -> Result<()> {
    let plugin = find(work, tenant, name).await?;
    work.delete(&plugin);
    Ok(())
}
