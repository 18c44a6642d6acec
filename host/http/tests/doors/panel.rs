//! A panel that listens: one tenant, two lines, a live stream and a movie, and a probe plugin that
//! answers with the call it was given. Knows no test.

use crate::client::{Answer, Request};
use crate::guest::{Guest, data};
use host_core::bouquet::Member;
use host_core::caller::Caller;
use host_core::object::{Object, Unique};
use host_core::plan::Place;
use host_core::port::{Answer as PortAnswer, ByteRange, Fetch, FetchError, Fetched, Networks};
use host_core::{LineId, StreamId, TenantId};
use host_engine::{Engine, Ports, Work};
use host_http::{Certificates, Config, Listener, Server};
use host_media::{Detect, Media, MediaOptions, Timing};
use host_runtime::{Options, Runtime, Shipped};
use host_store::{SystemClock, SystemEntropy};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Any free port of this machine.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Size of the movie, in bytes.
pub(crate) const MOVIE: usize = 10_000;

/// A panel. It stops and its folder goes when it is dropped.
pub(crate) struct Panel {
    pub(crate) engine: Arc<Engine>,
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    pub(crate) certificates: Certificates,
    pub(crate) tenant: TenantId,
    pub(crate) admin_key: String,
    pub(crate) admin_code: String,
    pub(crate) live: StreamId,
    pub(crate) movie: StreamId,
    /// Enabled, but in nobody's bouquet.
    pub(crate) hidden: StreamId,
    /// One seat.
    pub(crate) line: LineId,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    _folder: TempDir,
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

/// The panel of these tests has no sources elsewhere.
struct Nowhere;

impl Fetch for Nowhere {
    fn open<'a>(&'a self, _: &'a str, _: Option<ByteRange>) -> PortAnswer<'a, Fetched, FetchError> {
        Box::pin(async { Err(FetchError::Forbidden("there is nothing elsewhere")) })
    }
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
    pub(crate) async fn with(mut config: Config) -> Panel {
        let folder = tempfile::tempdir().unwrap();
        let opened = host_store::open(&folder.path().join("data"), host_store::Options::default()).unwrap();
        let (clock, keyring) = (Arc::new(SystemClock::default()), opened.keyring);
        let engine = Engine::new(Ports {
            store: opened.store,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            keyring: keyring.clone(),
            mirror: opened.mirror,
            journal: opened.journal,
            networks: Arc::new(NoNetworks),
        });
        let hosts = ["tv.test".to_owned()];
        let made = host_engine::tenant::create(&engine, "test", "one", &hosts).await.unwrap();
        let tenant = tenant(&engine).await;
        std::fs::write(folder.path().join("film.mp4"), movie()).unwrap();
        let stock = stock(&engine, tenant, made["admin_username"].as_str().unwrap()).await;
        let shipped: &'static [Shipped] = vec![Shipped { name: "probe", bytes: probe().leak() }].leak();
        let options = Options {
            cache_dir: folder.path().join("cache"),
            plugins_dir: folder.path().join("plugins"),
            tenants_dir: folder.path().join("tenants"),
            compiler: Vec::new(),
            allow_unsigned: true,
            shipped,
        };
        let runtime = Runtime::new(Arc::clone(&engine), options).unwrap();
        runtime.start().await.unwrap();
        let media = Media::new(MediaOptions {
            fetch: Arc::new(Nowhere),
            clock,
            keyring,
            media_root: Some(folder.path().to_path_buf()),
            ffmpeg: Detect::Off,
            timing: Timing::default(),
        });
        if config.listeners.is_empty() {
            config.listeners.push(Listener::plain(ANY));
        }
        config.management = Some(ANY);
        let server = Server::bind(config, Arc::clone(&engine), runtime, media).await.unwrap();
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
            live: stock.live,
            movie: stock.movie,
            hidden: stock.hidden,
            line: stock.line,
            stop: Some(stop),
            serving,
            _folder: folder,
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
        self.engine.seats().count(self.tenant, self.line)
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
        (&mut self.serving).await.unwrap().unwrap();
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
    live: StreamId,
    movie: StreamId,
    hidden: StreamId,
    line: LineId,
}

async fn tenant(engine: &Engine) -> TenantId {
    match engine.store().find(Place::Control, Unique::TenantName("one".into())).await.unwrap() {
        Some(Object::Tenant(tenant)) => tenant.id,
        _ => panic!("no tenant"),
    }
}

async fn stock(engine: &Arc<Engine>, tenant: TenantId, admin: &str) -> Stock {
    let owner = match engine.store().find(Place::Tenant(tenant), Unique::Username(admin.to_lowercase())).await.unwrap()
    {
        Some(Object::User(user)) => user.id.0,
        _ => panic!("no admin"),
    };
    let stream = |name: &str, kind: &str, source: &str| json!({"name": name, "kind": kind, "sources": [source], "container": "mp4"});
    let mut ids = Vec::new();
    for document in [
        stream("Live", "live", "test:bars"),
        stream("Movie", "movie", "file:film.mp4"),
        stream("Hidden", "live", "test:bars"),
    ] {
        ids.push(StreamId(created(engine, tenant, "stream", document).await));
    }
    let members = json!([Member::Stream(ids[0]), Member::Stream(ids[1])]);
    let bouquet = created(engine, tenant, "bouquet", json!({"name": "All", "members": members})).await;
    let mut lines = Vec::new();
    for (username, expiry) in [("ann", Value::Null), ("old", json!(1_000))] {
        let options = map(json!({"owner": owner, "username": username, "password": "s3cret+pw", "expiry": expiry,
            "bouquets": [bouquet], "max_connections": 1}));
        let caller = Caller::system(tenant, "test");
        let verb = async |work: &mut Work| host_engine::line::create(work, &options).await;
        let view = engine.act(caller, "test", verb).await.unwrap();
        lines.push(LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap()));
    }
    Stock { live: ids[0], movie: ids[1], hidden: ids[2], line: lines[0] }
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

/// A plugin that owns a player and an admin surface, and answers each call with the call itself.
fn probe() -> Vec<u8> {
    let player = json!({
        "name": "player", "mounts": [{"path": "/player_api.php"}],
        "credential": {"kind": "line", "username": "username", "password": "password"},
        "selector": {"kind": "parameter", "name": "action"}, "envelope": {"kind": "bare"}, "fallback": "account",
        "rate": "player",
        "refusals": {
            "default": {"http": 400, "body": ""},
            "auth_failed": {"http": 200, "body": "{\"user_info\":{\"auth\":0}}", "http_setting": "auth_failed_status"},
            "expired": {"http": 200, "answer_with": "account"},
        },
    });
    let admin = json!({
        "name": "admin", "mounts": [{"path": "/{code}/admin/index.php"}],
        "credential": {"kind": "api_key", "parameter": "api_key"},
        "selector": {"kind": "parameter", "name": "action"}, "rate": "panel",
        "envelope": {"kind": "status", "status": "status", "success": "STATUS_SUCCESS", "data": "data", "error": "error",
            "request": "request_id", "total": "recordsTotal", "matching": "recordsFiltered"},
        "refusals": {
            "default": {"http": 200, "word": "STATUS_FAILURE"},
            "auth_failed": {"http": 200, "word": "STATUS_FAILURE", "message": "Invalid API key."},
            "unknown_action": {"http": 200, "word": "STATUS_FAILURE", "message": "Invalid action."},
            "invalid_package": {"http": 200, "word": "STATUS_INVALID_PACKAGE"},
        },
    });
    let any = json!({"shape": "any"});
    let actions = json!([
        {"surface": "player", "name": "account", "summary": "A.", "roles": ["line"], "also_for": ["expired"], "reply": any},
        {"surface": "player", "name": "list", "aliases": ["202"], "summary": "L.", "roles": ["line"], "reply": any,
            "rate": "guide", "parameters": {"category_id": {"type": "id", "lenient": true}}},
        {"surface": "player", "name": "everything", "summary": "E.", "roles": ["line"],
            "reply": {"shape": "raw", "content_type": "text/plain"}, "cache": {"depends": ["bouquets"]}},
        {"surface": "player", "name": "personal", "summary": "P.", "roles": ["line"], "reply":
            {"shape": "raw", "content_type": "application/json"}, "cache": {"depends": ["bouquets"], "splice": ["username", "password"]}},
        {"surface": "admin", "name": "read", "summary": "R.", "roles": ["admin"], "reply":
            {"shape": "object", "fields": {"surface": {"type": "text"}, "action": {"type": "text"}, "caller": {"type": "document"}}}},
        {"surface": "admin", "name": "write", "kind": "write", "summary": "W.", "roles": ["admin"], "reply": any,
            "parameters": {"package": {"type": "id", "required": true, "code": "invalid_package"},
                "ids": {"type": "list", "of": "id"}}},
        {"surface": "admin", "name": "breaks", "summary": "B.", "roles": ["admin"], "reply": any},
        {"surface": "admin", "name": "for_resellers", "summary": "N.", "roles": ["reseller"], "reply": any},
    ]);
    let names = actions.as_array().unwrap().iter();
    let names =
        names.map(|action| format!("{}/{}", action["surface"].as_str().unwrap(), action["name"].as_str().unwrap()));
    let guest = Guest {
        names: names.collect(),
        imports: r#"
            (import "linecard:lines/lines@0.1.0" "mine" (func $mine (param i32)))
            (import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n[capabilities.body]\nreason = \"To try.\"\n",
        description: json!({"surface": [player, admin], "action": actions}),
        fields: data(8192, "{\"data\":")
            + &data(9000, "}")
            + &data(9100, &"0123456789".repeat(10))
            + &data(9300, "{\"body\":true}"),
        // Told apart by the length of the action's name: `admin/breaks`, `player/everything`,
        // `player/personal`, all others.
        ..Guest::new(
            "(if (i32.eq (local.get $action_len) (i32.const 12)) (then (unreachable)))
             (if (result i32) (i32.eq (local.get $action_len) (i32.const 17))
               (then
                 (local.set $n (i32.const 1000))
                 (loop $more
                   (call $write (i32.const 9100) (i32.const 100) (i32.const 64))
                   (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                 (call $ok (i32.const 9300) (i32.const 13)))
               (else (if (result i32) (i32.eq (local.get $action_len) (i32.const 15))
                 (then
                   (call $mine (i32.const 64))
                   (call $write (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.const 128))
                   (call $ok (i32.const 9300) (i32.const 13)))
                 (else
                   (memory.copy (i32.const 16384) (i32.const 8192) (i32.const 8))
                   (memory.copy (i32.const 16392) (local.get $call) (local.get $call_len))
                   (memory.copy (i32.add (i32.const 16392) (local.get $call_len)) (i32.const 9000) (i32.const 1))
                   (call $ok (i32.const 16384) (i32.add (local.get $call_len) (i32.const 9)))))))",
        )
    };
    guest.file()
}
