//! The runtime: its start, the loaded plugins, and what an operator may ask of it.

use crate::breaker::BreakerState;
use crate::cache::Cache;
use crate::compile::Compiler;
use crate::engine::{self, SLOTS};
use crate::health::{PluginHealth, PluginStatus, TrippedAction};
use crate::known::Known;
use crate::lay_out::Layouts;
use crate::load_error::LoadError;
use crate::loaded::LoadedPlugin;
use crate::log::LogLine;
use crate::options::{Options, Shipped};
use crate::package::Package;
use crate::permits::Bounds;
use crate::slow_lane::SlowLane;
use crate::snapshot::Snapshot;
use crate::tenant_plugins::{TenantPlugins, of_active};
use arc_swap::ArcSwap;
use bytes::Bytes;
use host_core::TenantId;
use host_core::plugin::InstalledPlugin;
use host_engine::Engine;
use host_engine::log::Happening;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// Why there is no runtime.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// WebAssembly cannot run on this machine.
    #[error("plugins cannot run on this machine: {0}")]
    Engine(String),
    /// The cache folder cannot be used.
    #[error("the cache of compiled plugins: {0}")]
    Cache(std::io::Error),
    /// A shipped plugin is broken.
    #[error("the shipped plugin {0}: {1}")]
    Shipped(&'static str, LoadError),
}

/// The plugin host of one process.
pub struct Runtime {
    pub(crate) engine: Arc<Engine>,
    pub(crate) options: Options,
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) cache: Cache,
    /// Calls of the process: the pool has a slot for each.
    pub(crate) bounds: Bounds,
    pub(crate) slow: SlowLane,
    pub(crate) shipped: Vec<Arc<LoadedPlugin>>,
    /// LoadedPlugin foreign plugins, by digest; they live as long as a snapshot has them.
    foreign: Mutex<HashMap<[u8; 32], Weak<LoadedPlugin>>>,
    pub(crate) tenants: ArcSwap<HashMap<TenantId, Arc<TenantPlugins>>>,
    /// Tenants that were deleted: no late request brings one back. Held while a tenant is added.
    pub(crate) gone: Mutex<HashSet<TenantId>>,
    /// What is known of plugin files, by digest.
    pub(crate) known: Mutex<HashMap<String, Arc<Known>>>,
    /// Held while plugin files come and go.
    pub(crate) files: tokio::sync::Mutex<()>,
    pub(crate) generation: AtomicU64,
    pub(crate) layouts: Layouts,
}

impl Runtime {
    /// Starts the plugin host and loads the shipped plugins, compiling those that the cache does
    /// not have. Blocks for that long; [`Runtime::start`] then loads the foreign ones.
    ///
    /// # Errors
    /// When WebAssembly cannot run here, the cache folder is not this user's alone, or a shipped
    /// plugin does not load.
    pub fn new(engine: Arc<Engine>, options: Options) -> Result<Arc<Runtime>, StartError> {
        let wasm = engine::for_calls().map_err(|error| StartError::Engine(format!("{error:#}")))?;
        let compiler = Compiler::new(options.function_bytes.clone(), options.compile)
            .by(options.compiler.clone(), options.compiler_environment.clone());
        let slow = SlowLane::start(options.slow_threads).map_err(|error| StartError::Engine(error.to_string()))?;
        let cache = Cache::open(options.cache_dir.clone(), &wasm, Arc::clone(&engine), compiler);
        let cache = cache.map_err(StartError::Cache)?;
        let shipped = load_shipped(&engine, &wasm, &cache, options.shipped)?;
        Ok(Arc::new(Runtime {
            engine,
            options,
            wasm,
            cache,
            bounds: Bounds::new(SLOTS),
            slow,
            shipped,
            foreign: Mutex::default(),
            tenants: ArcSwap::default(),
            gone: Mutex::default(),
            known: Mutex::default(),
            files: tokio::sync::Mutex::default(),
            generation: AtomicU64::new(0),
            layouts: Layouts::default(),
        }))
    }

    /// Loads the foreign plugins of every tenant. Call it before the first request is served.
    ///
    /// # Errors
    /// When storage fails. A plugin that does not load is left out and reported by
    /// [`Runtime::health`].
    pub async fn start(self: &Arc<Runtime>) -> host_engine::Result<()> {
        for tenant in self.engine.tenants().await? {
            self.refresh(tenant.id).await?;
        }
        if let Err(error) = self.tidy().await {
            tracing::warn!(%error, "files of plugins that nobody has any more could not be removed");
        }
        Ok(())
    }

    /// The tenant's routes of this moment.
    pub fn snapshot(&self, tenant: TenantId) -> Arc<Snapshot> {
        self.tenant_plugins(tenant).snapshot.load_full()
    }

    /// Likewise, for a request: the first one since the process began is noted in the tenant's log. A start that looked
    /// into every tenant would take as long as there are many.
    pub fn asked(&self, tenant: TenantId) -> Arc<Snapshot> {
        let tenant_plugins = self.tenant_plugins(tenant);
        if !tenant_plugins.is_in_use.load(Ordering::Relaxed) && !tenant_plugins.is_in_use.swap(true, Ordering::Relaxed)
        {
            // With the process, so that two starts within an hour are two.
            let message = format!("Version {}, process {}.", env!("CARGO_PKG_VERSION"), std::process::id());
            self.engine.happened(tenant, Happening::Started, "", &message);
        }
        tenant_plugins.snapshot.load_full()
    }

    /// Notes in the logs of the tenants that were in use that the process ends.
    pub fn ended(&self) {
        let tenants = self.tenants.load();
        for (tenant, _) in tenants.iter().filter(|(_, plugins)| plugins.is_in_use.load(Ordering::Relaxed)) {
            let message = format!("In order, process {}.", std::process::id());
            self.engine.happened(*tenant, Happening::Stopped, "", &message);
        }
    }

    /// How the tenant's plugins are doing: those that take part, those that do not, and files of
    /// its drop folder that did not become plugins.
    pub fn health(&self, tenant: TenantId) -> Vec<PluginHealth> {
        let tenant_plugins = self.tenant_plugins(tenant);
        let now = self.engine.clock().monotonic();
        let snapshot = tenant_plugins.snapshot.load_full();
        let active = snapshot.active().iter().map(|plugin| {
            let tripped = plugin.tripped(now);
            PluginHealth {
                breaker: Some(tripped.iter().map(|action| action.breaker).max().unwrap_or(BreakerState::Closed)),
                tripped,
                calls: Some(plugin.counters.read()),
                ..of_active(plugin, PluginStatus::Active)
            }
        });
        let inactive = tenant_plugins.inactive.lock().clone();
        let dropped: Vec<_> = tenant_plugins.dropped.lock().values().cloned().collect();
        active.chain(inactive).chain(dropped).collect()
    }

    /// Plugins of all tenants that have actions whose breaker is not closed: (tenant, plugin, actions).
    pub fn tripped(&self) -> Vec<(TenantId, String, Vec<TrippedAction>)> {
        let now = self.engine.clock().monotonic();
        let mut tripped = Vec::new();
        for (tenant, tenant_plugins) in self.tenants.load().iter() {
            for plugin in tenant_plugins.snapshot.load().active() {
                let actions = plugin.tripped(now);
                if !actions.is_empty() {
                    tripped.push((*tenant, plugin.loaded.manifest.name.clone(), actions));
                }
            }
        }
        tripped
    }

    /// What a plugin logged in a tenant, oldest first; empty for an unknown plugin.
    pub fn logs(&self, tenant: TenantId, plugin: &str) -> Vec<LogLine> {
        let rings = self.tenant_plugins(tenant);
        let ring = rings.rings.lock().get(plugin).cloned();
        ring.map(|ring| ring.lines()).unwrap_or_default()
    }

    /// Lets `action` answer all actions of a shipped plugin from now on. False when there is no
    /// such plugin, or it is native already.
    #[cfg(feature = "native")]
    pub fn answer_natively(&self, plugin: &str, action: crate::native::NativeAction) -> bool {
        let shipped = self.shipped.iter().find(|loaded| loaded.manifest.name == plugin);
        shipped.is_some_and(|loaded| loaded.native.set(action).is_ok())
    }

    /// Drops the cached bodies of a tenant, those in files too; how many bytes of memory and files that were. Bodies that
    /// are being sent live until they are.
    pub fn drop_bodies(&self, tenant: TenantId) -> u64 {
        self.snapshot(tenant).shared.bodies.clear()
    }

    /// Bytes of cached bodies of a tenant.
    pub fn body_bytes(&self, tenant: TenantId) -> u64 {
        self.snapshot(tenant).shared.bodies.bytes()
    }

    /// Whether a shipped plugin has this name.
    pub(crate) fn is_shipped(&self, name: &str) -> bool {
        self.shipped.iter().any(|loaded| loaded.manifest.name == name)
    }

    /// Remembers what became of a file of the drop folder; none forgets it.
    pub(crate) fn note_dropped(&self, tenant: TenantId, path: PathBuf, health: Option<PluginHealth>) {
        let tenant_plugins = self.tenant_plugins(tenant);
        let mut dropped = tenant_plugins.dropped.lock();
        match health {
            Some(health) => dropped.insert(path, health),
            None => dropped.remove(&path),
        };
    }

    /// The row of a plugin that the tenant has.
    pub(crate) async fn row(&self, tenant: TenantId, name: &str) -> host_engine::Result<Option<InstalledPlugin>> {
        Ok(self.engine.plugins_of(tenant).await?.into_iter().find(|row| row.name == name))
    }

    /// The plugin of a file, where some tenant has it loaded.
    pub(crate) fn loaded(&self, digest: &str) -> Option<Arc<LoadedPlugin>> {
        let digest: [u8; 32] = hex::decode(digest).ok()?.try_into().ok()?;
        self.foreign.lock().get(&digest).and_then(Weak::upgrade)
    }

    /// The plugin of a file that was read: compiled, linked and tried, unless some tenant has it loaded.
    pub(crate) async fn load(self: &Arc<Runtime>, package: Package) -> Result<Arc<LoadedPlugin>, LoadError> {
        let digest = package.digest;
        if let Some(loaded) = self.loaded(&package.digest_hex()) {
            return Ok(loaded);
        }
        // Its trial run takes a place like any call.
        let _room = self.bounds.take(false).ok_or(LoadError::Busy)?;
        let runtime = Arc::clone(self);
        let handle = tokio::runtime::Handle::current();
        let load = move || {
            handle
                .block_on(LoadedPlugin::load(&runtime.engine, &runtime.wasm, &runtime.cache, package, false))
                .map(Arc::new)
        };
        let loaded = tokio::task::spawn_blocking(load).await;
        let loaded = loaded.map_err(|error| LoadError::Trial(error.to_string()))??;
        let mut foreign = self.foreign.lock();
        foreign.retain(|_, loaded| loaded.strong_count() > 0);
        foreign.insert(digest, Arc::downgrade(&loaded));
        Ok(loaded)
    }

    /// Where the file with a digest is kept.
    pub(crate) fn file(&self, digest: &str) -> PathBuf {
        self.options.plugins_dir.join(format!("{digest}.wasm"))
    }
}

/// Loads the shipped plugins on a thread of their own, so that this works inside and outside of an async runtime.
fn load_shipped(
    engine: &Arc<Engine>,
    wasm: &wasmtime::Engine,
    cache: &Cache,
    shipped: &'static [Shipped],
) -> Result<Vec<Arc<LoadedPlugin>>, StartError> {
    let load = || {
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let executor = executor.map_err(|error| StartError::Engine(error.to_string()))?;
        let mut loaded = Vec::with_capacity(shipped.len());
        for Shipped { name, bytes } in shipped {
            let one = async {
                let package = Package::read(Bytes::from_static(bytes))?;
                LoadedPlugin::load(engine, wasm, cache, package, true).await
            };
            let one = executor.block_on(one).map_err(|error| StartError::Shipped(name, error))?;
            loaded.push(Arc::new(one));
        }
        Ok(loaded)
    };
    let joined = std::thread::scope(|scope| scope.spawn(load).join());
    joined.unwrap_or_else(|_| Err(StartError::Engine("loading the shipped plugins panicked".into())))
}
