//! Which plugin answers an action and why, for people.

use crate::route::ActivePlugin;
use crate::snapshot::Snapshot;
use host_core::action::Action;
use host_core::grant::Grant;
use serde::Serialize;
use std::sync::Arc;

/// Who answers an action and why, for people.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// `reseller/create_line`.
    pub action: String,
    /// The plugin that answers.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub digest: String,
    /// Whether it came with the host.
    pub shipped: bool,
    /// The shipped plugin whose answer it replaces.
    pub replaces: Option<String>,
    /// The action's description.
    pub description: Action,
    /// What the plugin may do.
    pub granted: Grant,
}

impl Snapshot {
    /// Who answers an action, and whom it replaces.
    pub fn explain(&self, surface: &str, action: &str) -> Option<Explained> {
        let route = self.route(surface, action)?;
        let answers = |plugin: &&Arc<ActivePlugin>| {
            plugin.loaded.actions.iter().any(|a| a.surface == route.action.surface && a.name == route.action.name)
        };
        let replaced = self.active().iter().filter(answers).find(|plugin| plugin.name() != route.active.name());
        Some(Explained {
            action: route.label.to_string(),
            plugin: route.active.name().to_owned(),
            version: route.plugin.manifest.version.clone(),
            digest: route.plugin.digest_hex(),
            shipped: route.active.shipped,
            replaces: replaced.map(|plugin| plugin.name().to_owned()),
            description: Action::clone(&route.action),
            granted: (*route.active.grant).clone(),
        })
    }
}
