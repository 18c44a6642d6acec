//! The runtime: shipped plugins, the loaded foreign ones, and each tenant's snapshot of routes.
//! Knows nothing of how a call is dispatched or how a file gets installed.

use crate::body::cache::Bodies;
use crate::breaker::BreakerState;
use crate::cache::Cache;
use crate::compile::Compiler;
use crate::engine::{self, SLOTS};
use crate::health::{Figures, PluginHealth, PluginStatus};
use crate::install::{blocking, read};
use crate::loaded::{LoadError, Loaded};
use crate::log::{LogLine, Ring};
use crate::package::Package;
use crate::snapshot::{Placed, Shared, Snapshot};
use arc_swap::ArcSwap;
use bytes::Bytes;
use host_core::TenantId;
use host_core::caller::Scope;
use host_core::grant::Grant;
use host_core::object::{Key, Kind, Object};
use host_core::plan::Place;
use host_core::plugin::{InstalledPlugin, PluginSource};
use host_core::port::{Filter, Query};
use host_core::tenant::{Quotas, Tenant};
use host_engine::Engine;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use tokio::sync::Semaphore;

/// Where things are, and what is allowed.
#[derive(Debug, Clone)]
pub struct Options {
    /// Compiled plugins; made with mode 0700 when it is missing.
    pub cache_dir: PathBuf,
    /// Files of foreign plugins, named by their digest.
    pub plugins_dir: PathBuf,
    /// The tenants' folders: `NAME/plugins/*.wasm` is picked up.
    pub tenants_dir: PathBuf,
    /// How to start a process that calls [`crate::compile_child`]: program and arguments. Empty
    /// compiles in this process, without its limits: for tests and for shipped plugins at build time.
    pub compiler: Vec<OsString>,
    /// Whether foreign plugins are loaded at all.
    pub allow_unsigned: bool,
    /// The plugins that came with the host.
    pub shipped: &'static [Shipped],
}

/// A plugin that came with the host; trusted with what its manifest asks.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its name, for messages.
    pub name: &'static str,
    /// Its file.
    pub bytes: &'static [u8],
}

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
    pub(crate) permits: Semaphore,
    shipped: Vec<Arc<Loaded>>,
    /// Loaded foreign plugins, by digest; they live as long as a snapshot has them.
    foreign: Mutex<HashMap<[u8; 32], Weak<Loaded>>>,
    tenants: ArcSwap<HashMap<TenantId, Arc<Tenancy>>>,
    /// Held while a tenant is added.
    adding: Mutex<()>,
    generation: AtomicU64,
}

/// The plugins of one tenant.
struct Tenancy {
    snapshot: ArcSwap<Snapshot>,
    rings: Mutex<HashMap<String, Arc<Ring>>>,
    /// Plugins that do not take part, and why; files of the drop folder by their path.
    apart: Mutex<Vec<PluginHealth>>,
    dropped: Mutex<HashMap<PathBuf, PluginHealth>>,
    /// One refresh at a time.
    turn: tokio::sync::Mutex<()>,
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
        let compiler = Compiler::new(options.compiler.clone());
        let cache = Cache::open(options.cache_dir.clone(), &wasm, Arc::clone(&engine), compiler);
        let cache = cache.map_err(StartError::Cache)?;
        let shipped = load_shipped(&engine, &wasm, &cache, options.shipped)?;
        Ok(Arc::new(Runtime {
            engine,
            options,
            wasm,
            cache,
            permits: Semaphore::new(SLOTS as usize),
            shipped,
            foreign: Mutex::default(),
            tenants: ArcSwap::default(),
            adding: Mutex::new(()),
            generation: AtomicU64::new(0),
        }))
    }

    /// Loads the foreign plugins of every tenant. Call it before the first request is served.
    ///
    /// # Errors
    /// When storage fails. A plugin that does not load is left out and reported by
    /// [`Runtime::health`].
    pub async fn start(self: &Arc<Runtime>) -> host_engine::Result<()> {
        for tenant in self.all_tenants().await? {
            self.refresh(tenant.id).await?;
        }
        Ok(())
    }

    /// The tenant's routes of this moment.
    pub fn snapshot(&self, tenant: TenantId) -> Arc<Snapshot> {
        self.tenancy(tenant).snapshot.load_full()
    }

    /// Lays the tenant's routes out anew from its installed plugins and swaps them in at once.
    /// Running calls end on the routes they began with. Call it after any change of the tenant's
    /// plugins, grants or quotas.
    ///
    /// # Errors
    /// When storage fails; the old routes stay.
    pub async fn refresh(self: &Arc<Runtime>, tenant: TenantId) -> host_engine::Result<Arc<Snapshot>> {
        let tenancy = self.tenancy(tenant);
        let _turn = tenancy.turn.lock().await;
        let old = tenancy.snapshot.load_full();
        let rows = self.installed(tenant).await?;
        let shared = self.shared(tenant, &old).await?;
        let (mut placed, mut apart) = (Vec::new(), Vec::new());
        for loaded in &self.shipped {
            match rows.iter().find(|row| row.source == PluginSource::Shipped && row.name == loaded.manifest.name) {
                Some(row) if !row.enabled => apart.push(beside(row, PluginStatus::Disabled)),
                _ => placed.push(tenancy.place(loaded, true, loaded.asked.clone(), &old)),
            }
        }
        for row in rows.iter().filter(|row| row.source == PluginSource::Foreign) {
            let (taken, status) = self.take_in(row, &old).await;
            placed.extend(taken.map(|loaded| {
                let grant = loaded.asked.intersection(&row.granted);
                tenancy.place(&loaded, false, grant, &old)
            }));
            apart.extend(status.map(|status| beside(row, status)));
            apart.extend(self.waiting(row));
        }
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        let (snapshot, clashes) = Snapshot::lay_out(generation, tenant, shared, placed);
        apart.extend(clashes.into_iter().map(|(placed, reason)| clashed(&placed, reason)));
        let snapshot = Arc::new(snapshot);
        *tenancy.apart.lock() = apart;
        tenancy.snapshot.store(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// How the tenant's plugins are doing: those that take part, those that do not, and files of
    /// its drop folder that did not become plugins.
    pub fn health(&self, tenant: TenantId) -> Vec<PluginHealth> {
        let tenancy = self.tenancy(tenant);
        let now = self.engine.clock().monotonic();
        let snapshot = tenancy.snapshot.load_full();
        let active = snapshot.placed().iter().map(|placed| PluginHealth {
            breaker: Some(placed.breaker.state(now)),
            calls: Some(placed.figures.read()),
            ..of_placed(placed, PluginStatus::Active)
        });
        let apart = tenancy.apart.lock().clone();
        let dropped: Vec<_> = tenancy.dropped.lock().values().cloned().collect();
        active.chain(apart).chain(dropped).collect()
    }

    /// Plugins of all tenants whose breaker is not closed: (tenant, plugin, state).
    pub fn tripped(&self) -> Vec<(TenantId, String, BreakerState)> {
        let now = self.engine.clock().monotonic();
        let mut tripped = Vec::new();
        for (tenant, tenancy) in self.tenants.load().iter() {
            for placed in tenancy.snapshot.load().placed() {
                let state = placed.breaker.state(now);
                if state != BreakerState::Closed {
                    tripped.push((*tenant, placed.loaded.manifest.name.clone(), state));
                }
            }
        }
        tripped
    }

    /// What a plugin logged in a tenant, oldest first; empty for an unknown plugin.
    pub fn logs(&self, tenant: TenantId, plugin: &str) -> Vec<LogLine> {
        let rings = self.tenancy(tenant);
        let ring = rings.rings.lock().get(plugin).cloned();
        ring.map(|ring| ring.lines()).unwrap_or_default()
    }

    /// Bytes of kept bodies of a tenant.
    pub fn body_bytes(&self, tenant: TenantId) -> u64 {
        self.snapshot(tenant).shared.bodies.bytes()
    }

    /// Whether a shipped plugin has this name.
    pub(crate) fn is_shipped(&self, name: &str) -> bool {
        self.shipped.iter().any(|loaded| loaded.manifest.name == name)
    }

    /// Remembers what became of a file of the drop folder; none forgets it.
    pub(crate) fn note_dropped(&self, tenant: TenantId, path: PathBuf, health: Option<PluginHealth>) {
        let tenancy = self.tenancy(tenant);
        let mut dropped = tenancy.dropped.lock();
        match health {
            Some(health) => dropped.insert(path, health),
            None => dropped.remove(&path),
        };
    }

    /// Every tenant of the process.
    pub(crate) async fn all_tenants(&self) -> host_engine::Result<Vec<Tenant>> {
        let mut tenants: Vec<Tenant> = Vec::new();
        loop {
            let mut query = Query::all(Kind::Tenant, Scope::Tenant);
            query.filters.extend(tenants.last().map(|tenant| Filter::After(tenant.id.0)));
            let page = self.engine.store().list(Place::Control, query).await?;
            if page.rows.is_empty() {
                return Ok(tenants);
            }
            tenants.extend(page.rows.into_iter().filter_map(|row| match row {
                Object::Tenant(tenant) => Some(tenant),
                _ => None,
            }));
        }
    }

    /// The tenant's plugins as the control database has them, in its order.
    pub(crate) async fn installed(&self, tenant: TenantId) -> host_engine::Result<Vec<InstalledPlugin>> {
        let mut query = Query::all(Kind::Plugin, Scope::Tenant);
        query.filters.push(Filter::Tenant(tenant));
        let page = self.engine.store().list(Place::Control, query).await?;
        let own = |row| match row {
            Object::Plugin(plugin) if plugin.tenant == tenant => Some(plugin),
            _ => None,
        };
        let mut rows: Vec<InstalledPlugin> = page.rows.into_iter().filter_map(own).collect();
        rows.sort_by_key(|row| (row.position, row.id));
        Ok(rows)
    }

    /// The row of a plugin that the tenant has.
    pub(crate) async fn row(&self, tenant: TenantId, name: &str) -> host_engine::Result<Option<InstalledPlugin>> {
        Ok(self.installed(tenant).await?.into_iter().find(|row| row.name == name))
    }

    /// The loaded plugin of a file in the content-addressed folder.
    pub(crate) async fn load(self: &Arc<Runtime>, package: Package) -> Result<Arc<Loaded>, LoadError> {
        let digest = package.digest;
        if let Some(loaded) = self.foreign.lock().get(&digest).and_then(Weak::upgrade) {
            return Ok(loaded);
        }
        let runtime = Arc::clone(self);
        let handle = tokio::runtime::Handle::current();
        let load = move || {
            handle.block_on(Loaded::load(&runtime.engine, &runtime.wasm, &runtime.cache, package)).map(Arc::new)
        };
        let loaded = tokio::task::spawn_blocking(load).await;
        let loaded = loaded.map_err(|error| LoadError::Trial(error.to_string()))??;
        let mut foreign = self.foreign.lock();
        foreign.retain(|_, loaded| loaded.strong_count() > 0);
        foreign.insert(digest, Arc::downgrade(&loaded));
        Ok(loaded)
    }

    /// A row's plugin, if it takes part, and what there is to say about it. A new version that
    /// does not load leaves the running one in its place.
    async fn take_in(
        self: &Arc<Runtime>,
        row: &InstalledPlugin,
        old: &Snapshot,
    ) -> (Option<Arc<Loaded>>, Option<PluginStatus>) {
        if !row.enabled {
            return (None, Some(PluginStatus::Disabled));
        }
        match self.load_row(row).await {
            Ok(loaded) => (Some(loaded), None),
            Err(LoadError::NotGranted(missing)) => (None, Some(PluginStatus::WaitingForGrant { missing })),
            Err(error) => {
                tracing::warn!(tenant = row.tenant.0, plugin = row.name, %error, "a plugin is not loaded");
                let same = |placed: &&Arc<Placed>| !placed.shipped && placed.loaded.manifest.name == row.name;
                let running = old.placed().iter().find(same).map(|placed| Arc::clone(&placed.loaded));
                let running = running.filter(|loaded| row.granted.missing(&loaded.asked).is_empty());
                (running, Some(PluginStatus::Failed { reason: error.to_string() }))
            }
        }
    }

    /// The version that waits beside a row's for its grant.
    fn waiting(&self, row: &InstalledPlugin) -> Option<PluginHealth> {
        let bytes = read(&self.waiting_file(row.tenant, &row.name)).ok()?;
        let package = Package::read(bytes).ok()?;
        let missing = row.granted.missing(&package.asked);
        let (version, digest) = (package.manifest.version.clone(), package.digest_hex());
        Some(PluginHealth { version, digest, ..beside(row, PluginStatus::WaitingForGrant { missing }) })
    }

    async fn load_row(self: &Arc<Runtime>, row: &InstalledPlugin) -> Result<Arc<Loaded>, LoadError> {
        if !self.options.allow_unsigned {
            return Err(LoadError::Unsigned);
        }
        let path = self.file(&row.digest);
        let package = blocking(move || Ok(Package::read(read(&path)?)?)).await?;
        if package.digest_hex() != row.digest {
            return Err(LoadError::Package(crate::PackageError::Incomplete("it is not the file that was installed")));
        }
        let missing = row.granted.missing(&package.asked);
        if !missing.is_empty() {
            return Err(LoadError::NotGranted(missing));
        }
        self.load(package).await
    }

    /// Where the file with a digest is kept.
    pub(crate) fn file(&self, digest: &str) -> PathBuf {
        self.options.plugins_dir.join(format!("{digest}.wasm"))
    }

    /// What the tenant's calls share, kept over refreshes unless its quotas changed.
    async fn shared(&self, tenant: TenantId, old: &Snapshot) -> host_engine::Result<Arc<Shared>> {
        let found = self.engine.store().get(Place::Control, Scope::Tenant, Key::Tenant(tenant)).await?;
        let quotas = match found {
            Some(Object::Tenant(tenant)) => tenant.quotas,
            _ => Quotas::default(),
        };
        if old.shared.calls == quotas.concurrent_calls {
            old.shared.bodies.resize(quotas.body_bytes);
            return Ok(Arc::clone(&old.shared));
        }
        Ok(Arc::new(Shared::new(&quotas)))
    }

    fn tenancy(&self, tenant: TenantId) -> Arc<Tenancy> {
        if let Some(tenancy) = self.tenants.load().get(&tenant) {
            return Arc::clone(tenancy);
        }
        let _adding = self.adding.lock();
        let known = self.tenants.load_full();
        if let Some(tenancy) = known.get(&tenant) {
            return Arc::clone(tenancy);
        }
        let tenancy = Arc::new(self.open(tenant));
        let mut tenants = HashMap::clone(&known);
        tenants.insert(tenant, Arc::clone(&tenancy));
        self.tenants.store(Arc::new(tenants));
        tenancy
    }

    /// A tenant with the shipped plugins alone: what a new one has.
    fn open(&self, tenant: TenantId) -> Tenancy {
        let shared = Arc::new(Shared::new(&Quotas::default()));
        let (empty, _) = Snapshot::lay_out(0, tenant, Arc::clone(&shared), Vec::new());
        let rings = Mutex::default();
        let tenancy = Tenancy {
            snapshot: ArcSwap::from_pointee(empty),
            rings,
            apart: Mutex::default(),
            dropped: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        };
        let old = tenancy.snapshot.load_full();
        let placed = self.shipped.iter().map(|loaded| tenancy.place(loaded, true, loaded.asked.clone(), &old));
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        let (snapshot, clashes) = Snapshot::lay_out(generation, tenant, shared, placed.collect());
        *tenancy.apart.lock() = clashes.into_iter().map(|(placed, reason)| clashed(&placed, reason)).collect();
        tenancy.snapshot.store(Arc::new(snapshot));
        tenancy
    }
}

impl Tenancy {
    /// A plugin's place. One that did not change keeps its breaker and figures; the log stays in any case.
    fn place(&self, loaded: &Arc<Loaded>, shipped: bool, grant: Grant, old: &Snapshot) -> Arc<Placed> {
        let same = |placed: &&Arc<Placed>| Arc::ptr_eq(&placed.loaded, loaded) && *placed.grant == grant;
        if let Some(placed) = old.placed().iter().find(same) {
            return Arc::clone(placed);
        }
        let ring = Arc::clone(self.rings.lock().entry(loaded.manifest.name.clone()).or_default());
        Arc::new(Placed {
            loaded: Arc::clone(loaded),
            shipped,
            grant: Arc::new(grant),
            breaker: Default::default(),
            figures: Figures::default(),
            log: ring,
        })
    }
}

impl Shared {
    fn new(quotas: &Quotas) -> Shared {
        Shared {
            calls: quotas.concurrent_calls,
            permits: Semaphore::new(quotas.concurrent_calls as usize),
            bodies: Bodies::new(quotas.body_bytes),
        }
    }
}

/// Loads the shipped plugins on a thread of their own, so that this works inside and outside of an async runtime.
fn load_shipped(
    engine: &Arc<Engine>,
    wasm: &wasmtime::Engine,
    cache: &Cache,
    shipped: &'static [Shipped],
) -> Result<Vec<Arc<Loaded>>, StartError> {
    let load = || {
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let executor = executor.map_err(|error| StartError::Engine(error.to_string()))?;
        let mut loaded = Vec::with_capacity(shipped.len());
        for Shipped { name, bytes } in shipped {
            let one = async {
                let package = Package::read(Bytes::from_static(bytes))?;
                Loaded::load(engine, wasm, cache, package).await
            };
            let one = executor.block_on(one).map_err(|error| StartError::Shipped(name, error))?;
            loaded.push(Arc::new(one));
        }
        Ok(loaded)
    };
    let joined = std::thread::scope(|scope| scope.spawn(load).join());
    joined.unwrap_or_else(|_| Err(StartError::Engine("loading the shipped plugins panicked".into())))
}

fn of_placed(placed: &Placed, status: PluginStatus) -> PluginHealth {
    PluginHealth {
        name: placed.loaded.manifest.name.clone(),
        version: placed.loaded.manifest.version.clone(),
        digest: placed.loaded.digest_hex(),
        source: if placed.shipped { PluginSource::Shipped } else { PluginSource::Foreign },
        status,
        breaker: None,
        calls: None,
    }
}

fn clashed(placed: &Placed, reason: String) -> PluginHealth {
    of_placed(placed, PluginStatus::Failed { reason })
}

/// A row whose plugin does not take part, or not in this version.
fn beside(row: &InstalledPlugin, status: PluginStatus) -> PluginHealth {
    PluginHealth {
        name: row.name.clone(),
        version: row.plugin_version.clone(),
        digest: row.digest.clone(),
        source: row.source,
        status,
        breaker: None,
        calls: None,
    }
}
