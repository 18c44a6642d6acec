//! Installs a plugin, or another version of one.

use super::change::remember;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::grant::Grant;
use host_core::object::Kind;
use host_core::plugin::{InstalledPlugin, PluginSource};
use host_core::unique::Unique;
use host_core::{PluginId, TenantId, Version};
use serde_json::json;

/// What is installed.
#[derive(Clone, Debug)]
pub struct Added {
    /// Whose panel.
    pub tenant: TenantId,
    /// The manifest's name.
    pub name: String,
    /// The manifest's version.
    pub plugin_version: String,
    /// SHA-256 of the file, in hex.
    pub digest: String,
    /// Where the file comes from.
    pub source: PluginSource,
    /// What is granted to a plugin that is new; one that is there keeps its grant.
    pub granted: Grant,
    /// Whether the drop folder brings it. That is remembered in the same plan: were it remembered
    /// later, a restart in between would let the file come a second time, over whatever an operator
    /// has put in its place.
    pub dropped: bool,
}

/// Installs it: a new row, or a new version on the row that has the name. A version that asks for
/// more than is granted waits for the operator, because the grant stays as it is.
///
/// # Errors
/// `not_permitted` below an admin.
pub async fn add(work: &mut Work, added: Added) -> Result<InstalledPlugin> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let unique = Unique::PluginName(added.tenant, added.name.clone());
    if let Some(before) = work.find::<InstalledPlugin>(unique).await? {
        let (plugin_version, digest, source) = (added.plugin_version, added.digest, added.source);
        let mut after = InstalledPlugin { plugin_version, digest, source, ..before.clone() };
        if added.dropped {
            remember(&mut after.nominated, &after.digest);
        }
        work.update(&before, after.clone());
        return Ok(after);
    }
    let mut plugin = InstalledPlugin {
        id: PluginId(work.next_id(Kind::Plugin).await?),
        version: Version(0),
        tenant: added.tenant,
        name: added.name,
        plugin_version: added.plugin_version,
        digest: added.digest,
        source: added.source,
        granted: added.granted,
        enabled: true,
        position: 0,
        settings: json!({}),
        nominated: Vec::new(),
        added_at: work.now(),
    };
    if added.dropped {
        remember(&mut plugin.nominated, &plugin.digest);
    }
    work.insert(plugin.clone());
    Ok(plugin)
}
