//! Where a walk begins: a data directory with two furnished tenants, made once and copied for each walk.

use super::chance::{HandClock, Seeded};
use super::plugin_files::{self, FILES};
use host_core::caller::{Caller, Identity};
use host_core::journal::{Entry, LogPage, LogQuery};
use host_core::port::{Journal, Pending};
use host_core::time::Unix;
use host_core::user::Role;
use host_core::{ApiKeyId, LineId, NodeId, PackageId, TenantId, UserId};
use host_engine::{Engine, MaxMind, Ports, Work, credit, record, tenant, user};
use host_runtime::Runtime;
use host_store::{LocalLeases, Options};
use serde_json::{Map, Value, json};
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use tempfile::TempDir;

/// The one node that each process of a walk is.
pub const NODE: NodeId = NodeId(1);
/// What a sale costs, in credits.
pub const PRICE: &str = "5.00";
/// Passwords of all lines that a walk sells.
pub const PASSWORD: &str = "secret-1";
/// Who calls, by their place in [`Premises::callers`]: the admin, two resellers, and one below the first.
pub const CALLERS: usize = 4;

/// A tenant of every walk.
#[derive(Clone)]
pub struct Premises {
    pub id: TenantId,
    pub name: String,
    pub callers: Vec<Caller>,
    pub package: PackageId,
    pub streams: Vec<u32>,
}

/// What a walk knows of whether a tenant is suspended.
#[derive(Clone, Copy, Default)]
pub struct Suspension {
    pub is_on: bool,
    /// A switch of it was answered with "unknown": a crash may show that it was done.
    pub is_unsure: bool,
}

impl Premises {
    pub fn user(&self, caller: usize) -> UserId {
        self.callers[caller].user().unwrap()
    }
}

/// The directory that walks are copied from.
pub struct Ground {
    folder: TempDir,
    pub tenants: Vec<Premises>,
}

/// The ground of this process. It goes with the last who holds it: no folder is left behind.
pub fn ground() -> Arc<Ground> {
    static GROUND: Mutex<Weak<Ground>> = Mutex::new(Weak::new());
    let mut kept = GROUND.lock().unwrap();
    kept.upgrade().unwrap_or_else(|| {
        let ground = Arc::new(Ground::make());
        *kept = Arc::downgrade(&ground);
        ground
    })
}

/// A folder in memory where the machine has one: what is tested is order, not the disk.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let mut made = tempfile::Builder::new();
    made.permissions(private);
    made.tempdir_in(memory).or_else(|_| made.tempdir()).unwrap()
}

/// Bounds small enough that a walk meets them.
pub fn options() -> Options {
    Options { writers: 2, queue: 8, lease_slots: 64, ..Options::default() }
}

impl Ground {
    /// A copy for a walk.
    pub fn copy_to(&self, to: &Path) {
        copy(&self.folder.path().join("data"), to);
    }

    /// Compiled plugins, for all walks: their keys are the same.
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn make() -> Ground {
        let folder = folder();
        let data = folder.path().join("data");
        place_keys(&data);
        let mut ground = Ground { folder, tenants: Vec::new() };
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        executor.block_on(async {
            let opened = host_store::open(&data, Options::default()).unwrap();
            let clock = Arc::new(HandClock::default());
            let engine = Engine::new(Ports {
                node: NODE,
                store: opened.store.clone(),
                clock: clock.clone(),
                entropy: Arc::new(Seeded::new(0)),
                keyring: opened.keyring,
                leases: LocalLeases::new(NODE, clock, opened.mirror),
                journal: Arc::new(NoJournal),
                networks: Arc::new(MaxMind::default()),
                pricing: Arc::new(host_core::port::ListPrices),
            });
            let runtime = Runtime::new(engine.clone(), runtime_options(&data, ground.cache())).unwrap();
            for name in ["north", "south"] {
                let premises = furnished(&engine, name).await;
                let system = Caller::system(premises.id, "set up");
                runtime.install(system.clone(), FILES[0].clone().into()).await.unwrap();
                runtime.grant(system, plugin_files::NAME, &[], None).await.unwrap();
                ground.tenants.push(premises);
            }
            opened.store.close();
        });
        ground
    }
}

/// Where the plugin host of a walk has its files.
pub fn runtime_options(data: &Path, cache_dir: PathBuf) -> host_runtime::Options {
    host_runtime::Options {
        cache_dir,
        plugins_dir: data.join("plugins"),
        tenants_dir: data.join("tenants"),
        compiler: Vec::new(),
        compiler_environment: Vec::new(),
        compile: Default::default(),
        function_bytes: Default::default(),
        slow_threads: 0,
        allow_unsigned: true,
        shipped: &[],
    }
}

/// Known keys, so that a seed takes the same way in every process.
fn place_keys(data: &Path) {
    let keys = data.join("keys");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&keys).unwrap();
    for (name, byte) in [("data.key", 1), ("lookup.key", 2)] {
        let mut file = fs::OpenOptions::new();
        let mut file = file.write(true).create_new(true).mode(0o600).open(keys.join(name)).unwrap();
        std::io::Write::write_all(&mut file, &[byte; 32]).unwrap();
    }
}

async fn furnished(engine: &Arc<Engine>, name: &str) -> Premises {
    tenant::create(engine, "set up", name, &[format!("{name}.test")]).await.unwrap();
    let id = engine.tenant_named(name).await.unwrap().unwrap().id;
    let system = Caller::system(id, "set up");
    let made = engine.act(system, "set up", async |work: &mut Work| furnish(work, name).await).await.unwrap();
    let number = |place: &Value| u32::try_from(place.as_u64().unwrap()).unwrap();
    let caller = |at: usize, role: Role| {
        let user = UserId(number(&made["users"][at]));
        Caller { identity: Identity::User { id: user, role, key: Some(ApiKeyId(1)) }, ..Caller::system(id, "walk") }
    };
    let role = |at| if at == 0 { Role::Admin } else { Role::Reseller };
    let premises = Premises {
        id,
        name: name.to_owned(),
        callers: (0..CALLERS).map(|at| caller(at, role(at))).collect(),
        package: PackageId(number(&made["package"])),
        streams: made["streams"].as_array().unwrap().iter().map(number).collect(),
    };
    for (seller, credits) in [(1, "150"), (2, "60"), (3, "20")] {
        let user = premises.user(seller);
        let give = async |work: &mut Work| credit::adjust(work, user, credits, "a walk's start").await;
        engine.act_filled(Caller::system(id, "set up"), "set up", give).await.unwrap();
    }
    premises
}

async fn furnish(work: &mut Work, name: &str) -> host_engine::Result<Value> {
    let group = record::list(work, "group", &Map::new()).await?["rows"][0]["id"].clone();
    let mut streams = Vec::new();
    for number in 0..3 {
        let stream = json!({ "name": format!("stream {number}"), "sources": sources(name, number, "start") });
        streams.push(record::create(work, "stream", &fields(stream)).await?["id"].clone());
    }
    let members: Vec<_> = streams.iter().map(|stream| json!({ "stream": stream })).collect();
    let bouquet = json!({ "name": "all", "members": members });
    let bouquet = record::create(work, "bouquet", &fields(bouquet)).await?["id"].clone();
    let package = json!({ "name": "month", "groups": [group], "bouquets": [bouquet], "max_connections": 2,
        "official": { "price": PRICE, "term": { "count": 1, "unit": "months" } },
        "trial": { "price": "0.50", "term": { "count": 1, "unit": "hours" } } });
    let package = record::create(work, "package", &fields(package)).await?["id"].clone();
    let mut users = vec![user::list(work, &Map::new()).await?["rows"][0]["id"].clone()];
    for name in ["seller", "other", "below"] {
        let parent = if name == "below" { users[1].clone() } else { Value::Null };
        let reseller = json!({ "username": name, "password": "long enough", "group": group, "parent": parent });
        users.push(user::create(work, &fields(reseller)).await?["id"].clone());
    }
    Ok(json!({ "streams": streams, "package": package, "users": users }))
}

/// The sources of a stream after an edit: a preferred one and one behind it.
pub fn sources(tenant: &str, stream: usize, edit: &str) -> Vec<String> {
    (0..2).map(|place| format!("http://origin.test/{tenant}/{stream}/{place}/{edit}")).collect()
}

pub fn fields(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// Copies a directory as it is at this moment, as a process that is killed leaves it.
pub fn copy(from: &Path, to: &Path) {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// Journal rows are no part of a plan, and may be lost; a walk does without.
pub struct NoJournal;

impl Journal for NoJournal {
    fn note(&self, _: TenantId, _: Entry) {}

    fn read(&self, _: TenantId, _: LogQuery) -> Pending<'_, LogPage> {
        Pending::ready(Ok(LogPage::uncounted(Vec::new())))
    }

    fn is_trusted(&self, _: TenantId, _: LineId, _: IpAddr, _: Unix) -> Pending<'_, bool> {
        Pending::ready(Ok(false))
    }
}
