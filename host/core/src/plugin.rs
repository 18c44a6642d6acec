//! An installed plugin, as the control database knows it: which file, which version, what the operator granted.
//! The runtime loads the file.

use crate::grant::Grant;
use crate::time::Unix;
use crate::{PluginId, TenantId, Version};
use serde::{Deserialize, Serialize};

/// Where the file of a plugin comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PluginSource {
    /// Embedded in the host; trusted with what its manifest asks.
    Shipped,
    /// Added by the operator or dropped into the tenant's folder.
    Foreign,
}

/// One plugin of one tenant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct InstalledPlugin {
    /// Its id.
    pub id: PluginId,
    /// How often the row has changed.
    #[serde(skip)]
    pub version: Version,
    /// Whose panel.
    pub tenant: TenantId,
    /// The manifest's name, unique in the tenant.
    pub name: String,
    /// The manifest's version.
    pub plugin_version: String,
    /// SHA-256 of the file, in hex; names it in the content-addressed folder. Shipped plugins follow the host.
    pub digest: String,
    /// Where it comes from.
    pub source: PluginSource,
    /// What the operator granted.
    pub granted: Grant,
    /// Digests that its drop folder has already brought, the newest last: each is taken in once, so that what an
    /// operator put in its place stays there.
    pub nominated: Vec<String>,
    /// Switched on.
    pub enabled: bool,
    /// Order among the tenant's plugins; a foreign plugin's action replaces a shipped one's.
    pub position: i32,
    /// The tenant's settings for it, an object.
    pub settings: serde_json::Value,
    /// When it was added.
    pub added_at: Unix,
}
