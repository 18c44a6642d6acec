//! A panel that listens: one tenant, two lines, a live stream and a movie, and a probe plugin that
//! answers with what it knows of its call.

use crate::client::{Answer, Request};
use crate::elsewhere::{Elsewhere, FAST, Maps};
use crate::probe::probe;
use futures_util::FutureExt;
use host_core::bouquet::Member;
use host_core::caller::Caller;
use host_core::object::Object;
use host_core::plan::Database;
use host_core::unique::Unique;
use host_core::{LineId, StreamId, TenantId, UserId};
use host_engine::{Engine, Ports, Work};
use host_http::{Certificates, Config, Listener, Patience, Server};
use host_media::{Detect, Media, MediaOptions, Timing};
use host_runtime::{Options, Runtime, Shipped};
use host_store::{LocalLeases, SystemClock, SystemEntropy};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Any free port of this machine.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Size of the movie, in bytes.
pub(crate) const MOVIE: usize = 10_000;
/// Size of the large movie, in bytes: more than sockets hold.
const LARGE: u64 = 64 << 20;

/// A panel. It stops and its folder goes when it is dropped.
pub(crate) struct Panel {
    pub(crate) engine: Arc<Engine>,
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    pub(crate) certificates: Certificates,
    pub(crate) tenant: TenantId,
    pub(crate) admin_key: String,
    pub(crate) admin_code: String,
    admin: UserId,
    pub(crate) live: StreamId,
    pub(crate) movie: StreamId,
    /// A channel that sends more than anybody could watch.
    pub(crate) fast: StreamId,
    /// A movie that no socket holds.
    pub(crate) large: StreamId,
    /// A channel whose viewers are sent to its source.
    pub(crate) redirected: StreamId,
    /// Enabled, but in nobody's bouquet.
    pub(crate) hidden: StreamId,
    /// One seat.
    pub(crate) line: LineId,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    folder: TempDir,
}

impl Panel {
    /// With everything as it comes, and requests from this machine exempt from no limit.
    pub(crate) async fn new() -> Panel {
        Panel::with(Config::default()).await
    }

    /// On a listener for these surfaces only.
    pub(crate) async fn for_surfaces(surfaces: &[&str]) -> Panel {
        let surfaces = surfaces.iter().map(|name| (*name).to_owned()).collect();
        let listener = Listener { surfaces, ..Listener::plain(ANY) };
        Panel::with(Config { listeners: vec![listener], ..Config::default() }).await
    }

    /// With this configuration, on any port when it names no listener.
    pub(crate) async fn with(config: Config) -> Panel {
        Panel::patient(config, Patience::default()).await
    }

    /// Likewise, with this patience for clients.
    pub(crate) async fn patient(mut config: Config, patience: Patience) -> Panel {
        let folder = tempfile::tempdir().unwrap();
        let opened = host_store::open(&folder.path().join("data"), host_store::Options::default()).unwrap();
        let (clock, keyring) = (Arc::new(SystemClock::default()), opened.keyring);
        let engine = Engine::new(Ports {
            node: opened.node,
            store: opened.store,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            keyring: keyring.clone(),
            leases: LocalLeases::new(opened.node, clock.clone(), opened.mirror),
            journal: opened.journal,
            networks: Arc::new(Maps),
            pricing: Arc::new(host_core::port::ListPrices),
        });
        let hosts = ["tv.test".to_owned()];
        let made = host_engine::tenant::create(&engine, "test", "one", &hosts).await.unwrap();
        let tenant = tenant(&engine).await;
        std::fs::write(folder.path().join("film.mp4"), movie()).unwrap();
        std::fs::File::create(folder.path().join("large.mp4")).unwrap().set_len(LARGE).unwrap();
        let stock = stock(&engine, tenant, made["admin_username"].as_str().unwrap()).await;
        let shipped: &'static [Shipped] = vec![Shipped { name: "probe", bytes: probe().leak() }].leak();
        let runtime = Runtime::new(Arc::clone(&engine), options(folder.path(), shipped)).unwrap();
        runtime.start().await.unwrap();
        let media = Media::new(MediaOptions {
            fetch: Arc::new(Elsewhere),
            receive: Arc::new(Elsewhere),
            clock,
            keyring,
            media_root: Some(folder.path().to_path_buf()),
            ffmpeg: Detect::Off,
            mark: None,
            library: Arc::new(host_core::port::NoLibrary),
            timing: Timing::default(),
        });
        if config.listeners.is_empty() {
            config.listeners.push(Listener::plain(ANY));
        }
        config.management = Some(ANY);
        let server = Server::bind(config, Arc::clone(&engine), runtime, media).await.unwrap().with_patience(patience);
        let (address, management) = (server.addresses()[0], server.management_address().unwrap());
        let certificates = server.certificates();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        Panel {
            engine,
            address,
            management,
            certificates,
            tenant,
            admin_key: made["admin_api_key"].as_str().unwrap().to_owned(),
            admin_code: made["admin_access_code"].as_str().unwrap().to_owned(),
            admin: stock.admin,
            live: stock.live,
            movie: stock.movie,
            fast: stock.fast,
            large: stock.large,
            redirected: stock.redirected,
            hidden: stock.hidden,
            line: stock.line,
            stop: Some(stop),
            serving,
            folder,
        }
    }

    pub(crate) async fn send(&self, request: Request) -> Answer {
        request.send(self.address).await
    }

    /// The admin surface's address with a query.
    pub(crate) fn admin(&self, query: &str) -> String {
        format!("/{}/admin/index.php?{query}", self.admin_code)
    }

    /// Seats that the line holds now.
    pub(crate) fn seats(&self) -> u32 {
        let taken = self.engine.seats().count(self.tenant, self.line);
        taken.now_or_never().unwrap().unwrap()
    }

    /// The file of the tenant's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("data/tenants/one/panel.db")
    }

    /// A further key of the admin.
    pub(crate) async fn key(&self, options: Value) -> String {
        let (options, admin) = (map(options), self.admin);
        let verb = async |work: &mut Work| host_engine::user::create_key(work, admin, &options).await;
        let made = self.engine.act(Caller::system(self.tenant, "test"), "test", verb).await.unwrap();
        made["key"].as_str().unwrap().to_owned()
    }

    /// Changes the tenant's settings.
    pub(crate) async fn edit_settings(&self, document: Value) {
        let document = map(document);
        let caller = Caller::system(self.tenant, "test");
        let verb = async |work: &mut Work| host_engine::record::edit(work, "settings", 1, &document).await;
        self.engine.act(caller, "test", verb).await.unwrap();
    }

    /// Changes the line.
    pub(crate) async fn edit_line(&self, options: Value) {
        let (options, id) = (map(options), self.line);
        let caller = Caller::system(self.tenant, "test");
        let verb = async |work: &mut Work| host_engine::line::edit(work, id, &options).await;
        self.engine.act(caller, "test", verb).await.unwrap();
    }
}

impl Panel {
    /// Asks the server to end, and waits until it has.
    pub(crate) async fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        (&mut self.serving).await.unwrap();
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// The movie's bytes.
pub(crate) fn movie() -> Vec<u8> {
    (0..MOVIE).map(|at| (at % 251) as u8).collect()
}

struct Stock {
    admin: UserId,
    live: StreamId,
    movie: StreamId,
    fast: StreamId,
    large: StreamId,
    redirected: StreamId,
    hidden: StreamId,
    line: LineId,
}

async fn tenant(engine: &Engine) -> TenantId {
    match engine.store().find(Database::Control, Unique::TenantName("one".into())).await.unwrap() {
        Some(Object::Tenant(tenant)) => tenant.id,
        _ => panic!("no tenant"),
    }
}

async fn stock(engine: &Arc<Engine>, tenant: TenantId, admin: &str) -> Stock {
    let owner =
        match engine.store().find(Database::Tenant(tenant), Unique::Username(admin.to_lowercase())).await.unwrap() {
            Some(Object::User(user)) => user.id,
            _ => panic!("no admin"),
        };
    let stream = |name: &str, kind: &str, source: &str| json!({"name": name, "kind": kind, "sources": [source], "container": "mp4"});
    let mut ids = Vec::new();
    for document in [
        stream("Live", "live", "test:bars"),
        stream("Movie", "movie", "file:film.mp4"),
        stream("Fast", "live", FAST),
        stream("Large", "movie", "file:large.mp4"),
        json!({"name": "Redirected", "kind": "live", "sources": ["http://origin.test/one.ts"], "delivery": "redirect"}),
        stream("Hidden", "live", "test:bars"),
    ] {
        ids.push(StreamId(created(engine, tenant, "stream", document).await));
    }
    let [live, movie, fast, large, redirected, hidden] = ids[..] else { panic!("{ids:?}") };
    let members = json!([live, movie, fast, large, redirected].map(Member::Stream));
    let bouquet = created(engine, tenant, "bouquet", json!({"name": "All", "members": members})).await;
    let mut lines = Vec::new();
    for (username, expiry) in [("ann", Value::Null), ("old", json!(1_000))] {
        let options = map(json!({"owner": owner.0, "username": username, "password": "s3cret+pw", "expiry": expiry,
            "bouquets": [bouquet], "max_connections": 1}));
        let caller = Caller::system(tenant, "test");
        let verb = async |work: &mut Work| host_engine::line::create(work, &options).await;
        let view = engine.act(caller, "test", verb).await.unwrap();
        lines.push(LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap()));
    }
    Stock { admin: owner, live, movie, fast, large, redirected, hidden, line: lines[0] }
}

async fn created(engine: &Arc<Engine>, tenant: TenantId, kind: &str, document: Value) -> u32 {
    let document = map(document);
    let caller = Caller::system(tenant, "test");
    let verb = async |work: &mut Work| host_engine::record::create(work, kind, &document).await;
    let view = engine.act(caller, "test", verb).await.unwrap();
    u32::try_from(view["id"].as_u64().unwrap()).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => panic!("no object"),
    }
}

/// A runtime that lies in this folder and takes plugins that nobody signed.
fn options(folder: &Path, shipped: &'static [Shipped]) -> Options {
    Options {
        cache_dir: folder.join("cache"),
        plugins_dir: folder.join("plugins"),
        tenants_dir: folder.join("tenants"),
        compiler: Vec::new(),
        compiler_environment: Vec::new(),
        compile: Default::default(),
        function_bytes: Default::default(),
        slow_threads: 1,
        allow_unsigned: true,
        shipped,
    }
}
