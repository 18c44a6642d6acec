//! A panel in a temporary folder: real store, real engine, a runtime over them.

use super::guest::Guest;
use host_core::TenantId;
use host_core::action::Columns;
use host_core::caller::Caller;
use host_core::object::Object;
use host_core::plan::Database;
use host_core::port::Networks;
use host_core::unique::Unique;
use host_engine::{Engine, Ports};
use host_runtime::{
    Call, CallError, LoadError, Options, PluginStatus, Reply, RequestFacts, Runtime, Shipped, StartError,
};
use host_store::{LocalLeases, SystemClock, SystemEntropy};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tempfile::TempDir;

pub const TENANT: TenantId = TenantId(1);

/// A panel. Its folder goes with it.
pub struct Panel {
    pub engine: Arc<Engine>,
    pub runtime: Arc<Runtime>,
    pub folder: TempDir,
}

struct NoNetworks;

impl Networks for NoNetworks {
    fn isp(&self, _: IpAddr) -> Option<String> {
        None
    }
    fn country(&self, _: IpAddr) -> Option<String> {
        None
    }
}

impl Panel {
    /// With these plugin files as shipped ones.
    pub fn with(shipped: Vec<Vec<u8>>) -> Panel {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(&folder);
        let runtime = Runtime::new(Arc::clone(&engine), options(&folder, shipped)).unwrap();
        Panel { engine, runtime, folder }
    }

    /// The same panel after a restart of its plugin host.
    pub fn restarted(self, shipped: Vec<Vec<u8>>) -> Panel {
        self.restarted_with(shipped, |_| ())
    }

    /// Likewise, with other options.
    pub fn restarted_with(self, shipped: Vec<Vec<u8>>, change: impl Fn(&mut Options)) -> Panel {
        let Panel { engine, runtime, folder } = self;
        drop(runtime);
        let mut options = options(&folder, shipped);
        change(&mut options);
        let runtime = Runtime::new(Arc::clone(&engine), options).unwrap();
        Panel { engine, runtime, folder }
    }

    /// Makes a tenant.
    pub async fn tenant(&self, name: &str) -> TenantId {
        host_engine::tenant::create(&self.engine, "test", name, &[]).await.unwrap();
        let unique = Unique::TenantName(name.to_owned());
        match self.engine.store().find(Database::Control, unique).await.unwrap() {
            Some(Object::Tenant(tenant)) => tenant.id,
            other => panic!("{other:?}"),
        }
    }

    /// Installs a plugin for a tenant and grants all that it asks for; how it then is.
    pub async fn admit(&self, tenant: TenantId, guest: &Guest) -> PluginStatus {
        let operator = || Caller::system(tenant, "test");
        let installed = self.runtime.install(operator(), guest.file().into()).await.unwrap();
        self.runtime.grant(operator(), &installed.name, &[], None).await.unwrap();
        let health = self.runtime.health(tenant);
        let own = health.into_iter().find(|health| health.name == installed.name && health.digest == installed.digest);
        own.expect("it is known").status
    }

    /// Calls an action as the host itself.
    pub async fn call(&self, surface: &str, action: &str) -> Result<Reply, CallError> {
        self.call_with(surface, action, call(TENANT)).await
    }

    /// Calls an action.
    pub async fn call_with(&self, surface: &str, action: &str, call: Call) -> Result<Reply, CallError> {
        let snapshot = self.runtime.snapshot(call.caller.tenant);
        let route = snapshot.route(surface, action).expect("a route");
        self.runtime.call(&snapshot, route, call).await
    }

    /// Why a call ended as a fault, as the plugin's log has it.
    pub fn last_words(&self, plugin: &str) -> String {
        self.runtime.logs(TENANT, plugin).last().map(|line| line.message.clone()).unwrap_or_default()
    }
}

pub fn engine(folder: &TempDir) -> Arc<Engine> {
    let data = folder.path().join("data");
    engine_over(host_store::open(&data, host_store::Options::default()).unwrap())
}

/// An engine over an open data directory.
pub fn engine_over(opened: host_store::Opened) -> Arc<Engine> {
    let clock = Arc::new(SystemClock::default());
    Engine::new(Ports {
        node: opened.node,
        store: opened.store,
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        keyring: opened.keyring,
        leases: LocalLeases::new(opened.node, clock, opened.mirror),
        journal: opened.journal,
        networks: Arc::new(NoNetworks),
        pricing: Arc::new(host_core::port::ListPrices),
    })
}

pub fn options(folder: &TempDir, shipped: Vec<Vec<u8>>) -> Options {
    let shipped = shipped.into_iter().map(|bytes| Shipped { name: "probe", bytes: bytes.leak() }).collect::<Vec<_>>();
    Options {
        cache_dir: folder.path().join("cache"),
        plugins_dir: folder.path().join("plugins"),
        tenants_dir: folder.path().join("data").join("tenants"),
        compiler: Vec::new(),
        compiler_environment: Vec::new(),
        compile: Default::default(),
        function_bytes: Default::default(),
        slow_threads: 1,
        allow_unsigned: true,
        shipped: shipped.leak(),
    }
}

/// A call by the host itself.
pub fn call(tenant: TenantId) -> Call {
    Call {
        caller: Caller::system(tenant, "request-1"),
        line: None,
        password: None,
        parameters: serde_json::Map::new(),
        request: RequestFacts {
            scheme: "http",
            host: "tv.example.org".into(),
            port: 8080,
            address: Ipv4Addr::LOCALHOST.into(),
            agent: "probe".into(),
            code: Default::default(),
        },
        dry_run: false,
        columns: Columns::default(),
        asked_name: None,
        body: Default::default(),
        idempotency: None,
    }
}

/// Why a plugin file is not loaded.
pub fn refused_at_start(file: Vec<u8>) -> LoadError {
    let folder = tempfile::tempdir().unwrap();
    match Runtime::new(engine(&folder), options(&folder, vec![file])) {
        Err(StartError::Shipped(_, error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was loaded"),
    }
}
