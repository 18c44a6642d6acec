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
    after.granted.extend(more);
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
        Some(less) => after.granted.remove(less),
    }
    work.update(&before, after.clone());
    Ok(after)
}

/// Digests that are remembered of a plugin's drop folder.
const NOMINATED: usize = 32;

/// Remembers that the drop folder has brought a file of it.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin.
pub async fn nominate(work: &mut Work, tenant: TenantId, name: &str, digest: &str) -> Result<InstalledPlugin> {
    let before = find(work, tenant, name).await?;
    let mut after = before.clone();
    remember(&mut after.nominated, digest);
    work.update(&before, after.clone());
    Ok(after)
}

/// Puts a digest behind those that are remembered; the oldest go.
pub(super) fn remember(nominated: &mut Vec<String>, digest: &str) {
    nominated.retain(|known| known != digest);
    nominated.push(digest.to_owned());
    let oldest = nominated.len().saturating_sub(NOMINATED);
    nominated.drain(..oldest);
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
