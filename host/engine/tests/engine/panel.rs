//! A panel for tests: a tenant as `tenant create` makes it, with a reseller who has credits, a
//! package and two bouquets. Everything is made by verbs.

use host_core::caller::{Caller, Identity};
use host_core::journal::{Entry, LogPage, LogQuery};
use host_core::port::{Clock, Journal, Leases, Pending, Pricing, Store};
use host_core::record::RecordKinds;
use host_core::secret::Secret;
use host_core::time::Unix;
use host_core::user::Role;
use host_core::{ApiKeyId, LineId, NodeId, TenantId, UserId};
use host_engine::{Engine, MaxMind, Ports, SignInFrom, Work, credit, line, record, tenant, user};
use host_store::{FileJournal, LeaseMirror, LocalLeases};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that stands still until a test moves it.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn at(seconds: i64) -> Arc<HandClock> {
        Arc::new(HandClock(AtomicI64::new(seconds)))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Unix {
        Unix(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst).unsigned_abs())
    }
}

/// The directory's journal, and what was noted in it.
pub(crate) struct OpenJournal(pub(crate) Mutex<Vec<Entry>>, Arc<FileJournal>);

impl Journal for OpenJournal {
    fn note(&self, tenant: TenantId, entry: Entry) {
        self.0.lock().push(entry.clone());
        self.1.note(tenant, entry);
    }

    fn read(&self, tenant: TenantId, query: LogQuery) -> Pending<'_, LogPage> {
        self.1.read(tenant, query)
    }

    fn is_trusted(&self, tenant: TenantId, line: LineId, address: IpAddr, now: Unix) -> Pending<'_, bool> {
        self.1.is_trusted(tenant, line, address, now)
    }
}

pub(crate) struct Panel {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) journal: Arc<OpenJournal>,
    pub(crate) mirror: Arc<dyn LeaseMirror>,
    pub(crate) tenant: TenantId,
    pub(crate) login: Value,
    pub(crate) group: u32,
    pub(crate) admin: Caller,
    pub(crate) reseller: Caller,
    pub(crate) package: u32,
    pub(crate) bouquets: [u32; 2],
    pub(crate) streams: [u32; 2],
    ports: Ports,
    _dir: tempfile::TempDir,
}

pub(crate) const NODE: NodeId = NodeId(1);
pub(crate) const START: i64 = 1_800_000_000;
pub(crate) const PRICE: &str = "10.00";

pub(crate) fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// An engine with what the tests drive and look into.
type Parts = (Arc<Engine>, Arc<HandClock>, Arc<OpenJournal>, Arc<dyn LeaseMirror>);

/// An engine over a fresh directory.
pub(crate) fn engine(dir: &std::path::Path) -> Parts {
    let (ports, clock, journal, mirror) = ports(dir, |store| store);
    (Engine::new(ports), clock, journal, mirror)
}

/// What an engine over a fresh directory is built from.
fn ports(
    dir: &std::path::Path,
    over: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
) -> (Ports, Arc<HandClock>, Arc<OpenJournal>, Arc<dyn LeaseMirror>) {
    let opened = host_store::open(dir, host_store::Options { lease_slots: 4_096, ..Default::default() }).unwrap();
    let (clock, journal) = (HandClock::at(START), Arc::new(OpenJournal(Mutex::default(), opened.journal)));
    let mirror: Arc<dyn LeaseMirror> = opened.mirror;
    let ports = Ports {
        node: NODE,
        store: over(opened.store),
        clock: clock.clone(),
        entropy: Arc::new(host_store::SystemEntropy),
        keyring: opened.keyring,
        leases: LocalLeases::new(NODE, clock.clone(), mirror.clone()),
        journal: journal.clone(),
        networks: Arc::new(MaxMind::default()),
        pricing: Arc::new(host_core::port::ListPrices),
    };
    (ports, clock, journal, mirror)
}

pub(crate) fn caller(tenant: TenantId, user: u64, role: Role) -> Caller {
    let id = UserId(u32::try_from(user).unwrap());
    Caller { identity: Identity::User { id, role, key: Some(ApiKeyId(1)) }, ..Caller::system(tenant, "test") }
}

impl Panel {
    pub(crate) async fn new() -> Panel {
        Panel::over(|store| store).await
    }

    /// A panel whose engine sees its store through something.
    pub(crate) async fn over(over: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) -> Panel {
        let dir = tempfile::Builder::new().permissions(private()).tempdir().unwrap();
        let (ports, clock, journal, mirror) = ports(&dir.path().join("data"), over);
        let engine = Engine::new(ports.clone());
        let login = tenant::create(&engine, "test", "demo", &["tv.example.org".to_owned()]).await.unwrap();
        let tenant = engine.tenant_named("demo").await.unwrap().unwrap().id;
        let system = Caller::system(tenant, "test");
        let made = engine
            .act(system.clone(), "set up", async |work: &mut Work| {
                let groups = record::list(work, "group", &Map::new()).await?;
                let group = groups["rows"][0]["id"].clone();
                let stream = |name: &str| map(json!({ "name": name, "sources": [format!("test:{name}")] }));
                let one = record::create(work, "stream", &stream("one")).await?["id"].clone();
                let two = record::create(work, "stream", &stream("two")).await?["id"].clone();
                let news = json!({ "name": "news", "members": [{ "stream": one }] });
                let news = record::create(work, "bouquet", &map(news)).await?["id"].clone();
                let rest = json!({ "name": "rest", "members": [{ "stream": two }] });
                let rest = record::create(work, "bouquet", &map(rest)).await?["id"].clone();
                let package = json!({ "name": "month", "groups": [group], "bouquets": [news], "max_connections": 2,
                    "official": { "price": PRICE, "term": { "count": 1, "unit": "months" } },
                    "trial": { "price": "0", "term": { "count": 1, "unit": "hours" } } });
                let package = record::create(work, "package", &map(package)).await?["id"].clone();
                let users = user::list(work, &Map::new()).await?;
                let admin = users["rows"][0]["id"].clone();
                let reseller = json!({ "username": "seller", "password": "long enough", "group": group });
                let reseller = user::create(work, &map(reseller)).await?["id"].clone();
                Ok(json!([group, one, two, news, rest, package, admin, reseller]))
            })
            .await
            .unwrap();
        let number = |at: usize| u32::try_from(made[at].as_u64().unwrap()).unwrap();
        let panel = Panel {
            tenant,
            ports,
            login,
            group: number(0),
            streams: [number(1), number(2)],
            bouquets: [number(3), number(4)],
            package: number(5),
            admin: caller(tenant, u64::from(number(6)), Role::Admin),
            reseller: caller(tenant, u64::from(number(7)), Role::Reseller),
            engine,
            clock,
            journal,
            mirror,
            _dir: dir,
        };
        panel.give(panel.reseller_id(), "100").await;
        panel
    }

    /// The engine of a process that begins where this one was killed.
    pub(crate) fn restarted(&self) -> Arc<Engine> {
        self.restarted_with(RecordKinds::default())
    }

    /// The engine of such a process, with other plain kinds of record.
    pub(crate) fn restarted_with(&self, kinds: RecordKinds) -> Arc<Engine> {
        let leases = LocalLeases::new(NODE, self.clock.clone(), self.mirror.clone());
        Engine::with_kinds(Ports { leases, ..self.ports.clone() }, kinds)
    }

    /// The engine of such a process, where sales cost something else.
    pub(crate) fn restarted_at(&self, pricing: Arc<dyn Pricing>) -> Arc<Engine> {
        let leases = LocalLeases::new(NODE, self.clock.clone(), self.mirror.clone());
        Engine::new(Ports { leases, pricing, ..self.ports.clone() })
    }

    /// The engine of another node, over the same storage.
    pub(crate) fn on_node(&self, node: NodeId, leases: Arc<dyn Leases>) -> Arc<Engine> {
        Engine::new(Ports { node, leases, ..self.ports.clone() })
    }

    pub(crate) fn reseller_id(&self) -> UserId {
        self.reseller.user().unwrap()
    }

    /// Credits from the panel itself.
    pub(crate) async fn give(&self, user: UserId, amount: &str) {
        let verb = async |work: &mut Work| credit::adjust(work, user, amount, "").await;
        self.engine.act_filled(Caller::system(self.tenant, "test"), "give", verb).await.unwrap();
    }

    pub(crate) async fn balance(&self, user: UserId) -> String {
        self.engine.store().balance(self.tenant, host_core::ledger::Account::User(user)).await.unwrap().to_string()
    }

    /// A line that the admin makes, with the password `secret-1`.
    pub(crate) async fn line(&self, username: &str, seats: u32) -> LineId {
        let options = map(json!({ "username": username, "password": "secret-1", "max_connections": seats,
            "bouquets": [self.bouquets[0]] }));
        let verb = async |work: &mut Work| line::create(work, &options).await;
        let view = self.engine.act(self.admin.clone(), "create", verb).await.unwrap();
        LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap())
    }

    pub(crate) async fn sign_in(&self, username: &str, password: &str) -> host_engine::Result<host_engine::SignedLine> {
        self.engine.sign_in_line(self.tenant, username, &Secret::new(password), &from("10.0.0.1")).await
    }

    /// What is wrong with the databases; nothing, or the test fails.
    pub(crate) async fn verify(&self) {
        let found = self.engine.store().verify(host_core::plan::Database::Tenant(self.tenant)).await.unwrap().findings;
        assert!(found.is_empty(), "{found:?}");
    }
}

pub(crate) fn from(address: &str) -> SignInFrom {
    let query = Secret::new("username=guest&password=s3cret");
    let code = Secret::default();
    SignInFrom {
        address: ip(address),
        agent: "test".into(),
        surface: "player".into(),
        request: "r".into(),
        query,
        code,
    }
}

pub(crate) fn ip(address: &str) -> IpAddr {
    address.parse().unwrap()
}

fn private() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o700)
}

/// The code of a refusal, as text.
pub(crate) fn code<T: std::fmt::Debug>(outcome: host_engine::Result<T>) -> String {
    outcome.expect_err("a refusal").refusal().expect("a refusal").code.as_str().to_owned()
}
