//! The plugins of one tenant: those that are active, their logs, and those that do not take part.

use crate::body::cache::Bodies;
use crate::body::file::Folder;
use crate::health::{CallCounters, PluginHealth, PluginStatus};
use crate::known::Known;
use crate::loaded::LoadedPlugin;
use crate::log::Ring;
use crate::permits::Bounds;
use crate::plugin_settings::PluginSettings;
use crate::route::ActivePlugin;
use crate::snapshot::{Shared, Snapshot};
use arc_swap::ArcSwap;
use host_core::grant::Grant;
use host_core::plugin::{InstalledPlugin, PluginSource};
use host_core::tenant::Quotas;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::OnceCell;

/// The plugins of one tenant.
pub(crate) struct TenantPlugins {
    pub(crate) snapshot: ArcSwap<Snapshot>,
    pub(crate) rings: Mutex<HashMap<String, Arc<Ring>>>,
    /// Plugins that do not take part, and why; files of the drop folder by their path.
    pub(crate) inactive: Mutex<Vec<PluginHealth>>,
    pub(crate) dropped: Mutex<HashMap<PathBuf, PluginHealth>>,
    /// Versions that wait beside the installed ones, by plugin; none where there is no file.
    pub(crate) waiting: Mutex<HashMap<String, Option<Arc<Known>>>>,
    /// One refresh at a time.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// Whether a request has come since the process began.
    pub(crate) is_in_use: AtomicBool,
}

impl TenantPlugins {
    /// Makes a plugin active. One that did not change keeps its breaker and counters; the log stays in any case.
    pub(crate) fn activate(
        &self,
        loaded: &Arc<LoadedPlugin>,
        shipped: bool,
        grant: Arc<Grant>,
        settings: PluginSettings,
        old: &Snapshot,
    ) -> Arc<ActivePlugin> {
        let same = |plugin: &&Arc<ActivePlugin>| {
            Arc::ptr_eq(&plugin.loaded, loaded) && plugin.grant == grant && *plugin.settings == settings
        };
        if let Some(plugin) = old.active().iter().find(same) {
            return Arc::clone(plugin);
        }
        let ring = Arc::clone(self.rings.lock().entry(loaded.manifest.name.clone()).or_default());
        Arc::new(ActivePlugin {
            loaded: Arc::clone(loaded),
            shipped,
            grant,
            settings: Arc::new(settings),
            states: loaded.actions.iter().map(|_| Arc::default()).collect(),
            counters: CallCounters::default(),
            bounds: Bounds::new(of_plugin(Quotas::default().concurrent_calls)),
            log: ring,
        })
    }
}

/// Calls of one plugin out of those of its tenant: one plugin does not take all of them.
pub(crate) const fn of_plugin(calls: u32) -> u32 {
    calls.saturating_mul(3).div_ceil(4)
}

impl Shared {
    pub(crate) fn new(quotas: &Quotas, folder: Arc<OnceCell<Folder>>) -> Shared {
        Shared {
            bounds: Bounds::new(quotas.concurrent_calls),
            bodies: Arc::new(Bodies::new(quotas.body_bytes, folder)),
        }
    }
}

pub(crate) fn of_active(plugin: &ActivePlugin, status: PluginStatus) -> PluginHealth {
    PluginHealth {
        name: plugin.loaded.manifest.name.clone(),
        version: plugin.loaded.manifest.version.clone(),
        digest: plugin.loaded.digest_hex(),
        source: if plugin.shipped { PluginSource::Shipped } else { PluginSource::Foreign },
        status,
        breaker: None,
        tripped: Vec::new(),
        calls: None,
    }
}

pub(crate) fn clashed(plugin: &ActivePlugin, reason: String) -> PluginHealth {
    of_active(plugin, PluginStatus::Failed { reason })
}

/// A row whose plugin does not take part, or not in this version.
pub(crate) fn of_row(row: &InstalledPlugin, status: PluginStatus) -> PluginHealth {
    PluginHealth {
        name: row.name.clone(),
        version: row.plugin_version.clone(),
        digest: row.digest.clone(),
        source: row.source,
        status,
        breaker: None,
        tripped: Vec::new(),
        calls: None,
    }
}
