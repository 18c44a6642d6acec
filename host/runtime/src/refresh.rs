//! Swaps the snapshot of a tenant's routes for the next one, made from those of its installed plugins that take part.

use crate::Runtime;
use crate::health::PluginStatus;
use crate::load_error::LoadError;
use crate::loaded::LoadedPlugin;
use crate::plugin_settings::PluginSettings;
use crate::route::ActivePlugin;
use crate::snapshot::{Shared, Snapshot};
use crate::tenant_plugins::{TenantPlugins, clashed, of_plugin, of_row};
use arc_swap::ArcSwap;
use host_core::TenantId;
use host_core::plugin::{InstalledPlugin, PluginSource};
use host_core::tenant::Quotas;
use host_engine::log::Happening;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

impl Runtime {
    /// Lays the tenant's routes out anew from its installed plugins and swaps them in at once.
    /// Running calls end on the routes they began with. Call it after any change of the tenant's
    /// plugins, grants or quotas.
    ///
    /// # Errors
    /// When storage fails; the old routes stay.
    pub async fn refresh(self: &Arc<Runtime>, tenant: TenantId) -> host_engine::Result<Arc<Snapshot>> {
        let tenant_plugins = self.tenant_plugins(tenant);
        let _turn = tenant_plugins.turn.lock().await;
        let old = tenant_plugins.snapshot.load_full();
        let rows = self.engine.plugins_of(tenant).await?;
        let shared = Arc::clone(&old.shared);
        let quotas = self.resize(tenant, &shared).await?;
        let (mut active, mut inactive) = (Vec::new(), Vec::new());
        for loaded in &self.shipped {
            match rows.iter().find(|row| row.source == PluginSource::Shipped && row.name == loaded.manifest.name) {
                Some(row) if !row.enabled => inactive.push(of_row(row, PluginStatus::Disabled)),
                row => {
                    let settings = row.map(|row| PluginSettings::of(&row.settings)).unwrap_or_default();
                    active.push(tenant_plugins.activate(loaded, true, Arc::clone(&loaded.asked), settings, &old));
                }
            }
        }
        for row in rows.iter().filter(|row| row.source == PluginSource::Foreign) {
            let (taken, status) = self.take_in(row, &old).await;
            active.extend(taken.map(|loaded| {
                let grant = loaded.granted(&row.granted);
                tenant_plugins.activate(&loaded, false, grant, PluginSettings::of(&row.settings), &old)
            }));
            inactive.extend(status.map(|status| of_row(row, status)));
            inactive.extend(self.waiting(&tenant_plugins, row).await);
        }
        active.iter().for_each(|plugin: &Arc<ActivePlugin>| plugin.bounds.resize(of_plugin(quotas.concurrent_calls)));
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        let (snapshot, clashes) = Snapshot::lay_out(generation, tenant, shared, &active, &self.layouts);
        inactive.extend(clashes.into_iter().map(|(plugin, reason)| clashed(&plugin, reason)));
        let snapshot = Arc::new(snapshot);
        *tenant_plugins.inactive.lock() = inactive;
        tenant_plugins.snapshot.store(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// A row's plugin, if it takes part, and what there is to say about it. A new version that
    /// does not load leaves the running one in its place.
    async fn take_in(
        self: &Arc<Runtime>,
        row: &InstalledPlugin,
        old: &Snapshot,
    ) -> (Option<Arc<LoadedPlugin>>, Option<PluginStatus>) {
        if !row.enabled {
            return (None, Some(PluginStatus::Disabled));
        }
        match self.load_row(row).await {
            Ok(loaded) => (Some(loaded), None),
            Err(LoadError::NotGranted(missing)) => (None, Some(PluginStatus::WaitingForGrant { missing })),
            Err(error) => {
                tracing::warn!(tenant = row.tenant.0, plugin = row.name, %error, "a plugin is not loaded");
                let told = match &error {
                    // Where files of the process lie is not the tenant's to know.
                    LoadError::File(_) | LoadError::Engine(_) => "its file cannot be read or kept".to_owned(),
                    other => other.to_string(),
                };
                self.engine.happened(row.tenant, Happening::PluginNotLoaded, &row.name, &told);
                let same = |plugin: &&Arc<ActivePlugin>| !plugin.shipped && plugin.loaded.manifest.name == row.name;
                let running = old.active().iter().find(same).map(|plugin| Arc::clone(&plugin.loaded));
                let running =
                    running.filter(|loaded| row.granted.missing(&loaded.asked, &loaded.digest_hex()).is_empty());
                (running, Some(PluginStatus::Failed { reason: error.to_string() }))
            }
        }
    }

    /// Fits what the tenant's calls share to its present quotas. Cached bodies and running calls stay.
    async fn resize(&self, tenant: TenantId, shared: &Shared) -> host_engine::Result<Quotas> {
        let quotas = self.engine.quotas(tenant).await?;
        shared.bodies.resize(quotas.body_bytes);
        shared.bounds.resize(quotas.concurrent_calls);
        Ok(quotas)
    }

    pub(crate) fn tenant_plugins(&self, tenant: TenantId) -> Arc<TenantPlugins> {
        if let Some(tenant_plugins) = self.tenants.load().get(&tenant) {
            return Arc::clone(tenant_plugins);
        }
        let gone = self.gone.lock();
        let known = self.tenants.load_full();
        if let Some(tenant_plugins) = known.get(&tenant) {
            return Arc::clone(tenant_plugins);
        }
        let tenant_plugins = Arc::new(self.open(tenant));
        if gone.contains(&tenant) {
            // A request that was under way when it was deleted: it ends on what every tenant has.
            return tenant_plugins;
        }
        let mut tenants = HashMap::clone(&known);
        tenants.insert(tenant, Arc::clone(&tenant_plugins));
        self.tenants.store(Arc::new(tenants));
        tenant_plugins
    }

    /// Forgets a tenant that was deleted: its routes, logs and cached bodies, and the plugin files
    /// that waited for its grant. Running calls end on what they began with.
    ///
    /// # Errors
    /// When the waiting files cannot be removed; the rest is forgotten all the same.
    pub fn forget(&self, tenant: TenantId) -> std::io::Result<()> {
        {
            let mut gone = self.gone.lock();
            gone.insert(tenant);
            let mut tenants = HashMap::clone(&self.tenants.load_full());
            tenants.remove(&tenant);
            self.tenants.store(Arc::new(tenants));
        }
        match std::fs::remove_dir_all(self.waiting_folder(tenant)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// A tenant with the shipped plugins alone: what a new one has.
    fn open(&self, tenant: TenantId) -> TenantPlugins {
        let shared = Arc::new(Shared::new(&Quotas::default(), Arc::default()));
        let (empty, _) = Snapshot::lay_out(0, tenant, Arc::clone(&shared), &[], &self.layouts);
        let rings = Mutex::default();
        let tenant_plugins = TenantPlugins {
            snapshot: ArcSwap::from_pointee(empty),
            rings,
            inactive: Mutex::default(),
            dropped: Mutex::default(),
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            is_in_use: AtomicBool::default(),
        };
        let old = tenant_plugins.snapshot.load_full();
        let activate = |loaded: &Arc<LoadedPlugin>| {
            tenant_plugins.activate(loaded, true, Arc::clone(&loaded.asked), PluginSettings::default(), &old)
        };
        let active: Vec<_> = self.shipped.iter().map(activate).collect();
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        let (snapshot, clashes) = Snapshot::lay_out(generation, tenant, shared, &active, &self.layouts);
        *tenant_plugins.inactive.lock() =
            clashes.into_iter().map(|(plugin, reason)| clashed(&plugin, reason)).collect();
        tenant_plugins.snapshot.store(Arc::new(snapshot));
        tenant_plugins
    }
}
