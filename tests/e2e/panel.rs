//! The panel that tests share, and tenants in it.

use crate::visitor::Visitor;
use host_core::caller::Caller;
use host_core::{PackageId, TenantId, UserId};
use host_engine::{Engine, Work};
use linecard::config::Config;
use linecard::panel::Panel;
use reqwest::header::HOST;
use serde_json::{Map, Value, json};
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The runtime that the shared panel lives in; it outlives every test.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static SHARED: LazyLock<TestPanel> = LazyLock::new(|| RUNTIME.block_on(TestPanel::start()));

/// Runs a test on the shared runtime, with the shared panel started.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    LazyLock::force(&SHARED);
    RUNTIME.block_on(test)
}

/// The program that is tested, for tests that start it as a process.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_panel-under-test");

/// A running panel in a temporary folder.
pub struct TestPanel {
    pub panel: Arc<Panel>,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The same for health and metrics.
    pub management: String,
    pub http: reqwest::Client,
    pub folder: TempDir,
}

impl TestPanel {
    /// The one that tests share.
    pub fn shared() -> &'static TestPanel {
        &SHARED
    }

    async fn start() -> TestPanel {
        let folder = TempDir::new().unwrap();
        let films = folder.path().join("films");
        std::fs::create_dir(&films).unwrap();
        let mut config = Config::default();
        config.media.root = Some(films);
        config.outgoing.allow = vec!["127.0.0.0/8".parse().unwrap()];
        config.outgoing.receive = vec!["127.0.0.0/8".parse().unwrap()];
        config.limits.exempt = vec!["127.0.0.0/8".parse().unwrap()];
        config.plugins.unsigned = true;
        config.raw_sql.enabled = true;
        TestPanel::open(folder, config).await
    }

    /// A panel of its own, on doors that the system chooses.
    pub async fn open(folder: TempDir, config: Config) -> TestPanel {
        let compiler = vec![PROGRAM.into(), "compile-plugin".into()];
        let panel = Panel::open_with(&folder.path().join("data"), config, compiler).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let server = linecard::serve::bind(&panel, any, Some(any), false).await.unwrap();
        let url = format!("http://{}", server.addresses()[0]);
        let management = format!("http://{}", server.management_address().unwrap());
        tokio::spawn(server.serve(std::future::pending()));
        TestPanel { panel, url, management, http: reqwest::Client::new(), folder }
    }

    pub fn engine(&self) -> &Arc<Engine> {
        &self.panel.engine
    }

    /// A new tenant of a name that no other test has, with a bouquet of `channels` test channels
    /// and a package that its group may sell for 5.00.
    pub async fn tenant(&'static self, channels: usize) -> TestTenant {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("tenant-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let host = format!("{name}.test");
        let made =
            host_engine::tenant::create(self.engine(), "test", &name, std::slice::from_ref(&host)).await.unwrap();
        let id = self.engine().tenant_named(&name).await.unwrap().unwrap().id;
        self.panel.runtime.refresh(id).await.unwrap();
        let mut tenant = TestTenant { panel: self, id, name, host, made, streams: Vec::new(), bouquet: 0, package: 0 };
        tenant.furnish(channels).await;
        tenant.wait_for_host().await;
        tenant
    }
}

/// One tenant of the shared panel.
pub struct TestTenant {
    pub panel: &'static TestPanel,
    pub id: TenantId,
    pub name: String,
    pub host: String,
    /// What `tenant create --json` prints.
    pub made: Value,
    pub streams: Vec<u32>,
    pub bouquet: u32,
    pub package: u32,
}

pub fn fields(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

pub fn id_of(view: &Value) -> u32 {
    view["id"].as_u64().unwrap_or_else(|| panic!("no id in {view}")) as u32
}

impl TestTenant {
    pub fn system(&self) -> Caller {
        Caller::system(self.id, "test")
    }

    /// The doors know a new host within a second.
    async fn wait_for_host(&self) {
        for _ in 0..100 {
            if self.get("/player_api.php").await.status() != 421 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the panel does not know the host {}", self.host);
    }

    /// Creates a record by the engine's own verb.
    pub async fn record(&self, kind: &str, document: Value) -> u32 {
        let document = fields(document);
        let run = self.panel.engine().begin_on(self.system(), "test", kind);
        let made: host_engine::Result<Value> =
            async { Ok(host_engine::act!(run, |work| host_engine::record::create(work, kind, &document).await?)) }
                .await;
        id_of(&made.unwrap())
    }

    async fn furnish(&mut self, channels: usize) {
        let category = self.record("category", json!({ "kind": "live", "name": "News" })).await;
        for number in 1..=channels {
            let document = json!({ "kind": "live", "name": format!("Channel {number} of {}", self.name),
                "sources": [format!("test:{number}")], "categories": [category], "guide_channel": format!("c{number}") });
            self.streams.push(self.record("stream", document).await);
        }
        let members: Vec<_> = self.streams.iter().map(|id| json!({ "stream": id })).collect();
        self.bouquet = self.record("bouquet", json!({ "name": "All", "members": members })).await;
        let groups = self
            .panel
            .engine()
            .act(self.system(), "test", async |work: &mut Work| {
                host_engine::record::list(work, "group", &Map::new()).await
            })
            .await
            .unwrap();
        let group = id_of(&groups["rows"][0]);
        let document = json!({ "name": "1 Month", "groups": [group], "bouquets": [self.bouquet], "max_connections": 2,
            "official": { "price": "5.00", "term": { "count": 1, "unit": "months" } },
            "trial": { "price": "0.00", "term": { "count": 24, "unit": "hours" } } });
        self.package = self.record("package", document).await;
    }

    /// A reseller below the panel with credits and an API key.
    pub async fn reseller(&self, username: &str, credits: &str) -> Visitor {
        let options = fields(json!({ "username": username }));
        let (user, key) = self
            .panel
            .engine()
            .act(self.system(), "test", async |work: &mut Work| {
                let user = UserId(id_of(&host_engine::user::create(work, &options).await?));
                let key = host_engine::user::create_key(work, user, &Map::new()).await?;
                Ok((user, key["key"].as_str().unwrap_or_default().to_owned()))
            })
            .await
            .unwrap();
        if credits != "0" {
            let verb = async |work: &mut Work| host_engine::credit::adjust(work, user, credits, "").await;
            self.panel.engine().act_filled(self.system(), "test", verb).await.unwrap();
        }
        self.visitor("reseller", "reseller_access_code", key, user.0)
    }

    /// A new API key of a user.
    pub async fn key_of(&self, user: u32) -> String {
        let verb = async |work: &mut Work| host_engine::user::create_key(work, UserId(user), &Map::new()).await;
        let key = self.panel.engine().act(self.system(), "test", verb).await.unwrap();
        key["key"].as_str().unwrap().to_owned()
    }

    /// The tenant's first admin.
    pub fn admin(&self) -> Visitor {
        let key = self.made["admin_api_key"].as_str().unwrap().to_owned();
        self.visitor("admin", "admin_access_code", key, 0)
    }

    fn visitor(&self, surface: &str, code: &str, key: String, user: u32) -> Visitor {
        let url = format!("{}/{}/{surface}/index.php", self.panel.url, self.made[code].as_str().unwrap());
        Visitor { http: self.panel.http.clone(), url, host: self.host.clone(), key, user }
    }

    /// A line made by the host itself; answers its view with the password.
    pub async fn line(&self, options: Value) -> Value {
        let owner = self.owner().await;
        let mut options = fields(options);
        options.entry("owner").or_insert(json!(owner));
        options.entry("bouquets").or_insert(json!([self.bouquet]));
        let verb = async |work: &mut Work| host_engine::line::create(work, &options).await;
        self.panel.engine().act(self.system(), "test", verb).await.unwrap()
    }

    /// A line sold by a reseller through the engine.
    pub async fn sold_line(&self, seller: &Visitor, options: Value) -> Value {
        let caller = Caller {
            identity: host_core::caller::Identity::User {
                id: UserId(seller.user),
                role: host_core::user::Role::Reseller,
                key: None,
            },
            ..self.system()
        };
        let options = fields(options);
        let package = PackageId(self.package);
        let verb = async |work: &mut Work| host_engine::line::sell(work, package, false, &options).await;
        self.panel.engine().act(caller, "test", verb).await.unwrap()
    }

    async fn owner(&self) -> u32 {
        let users = self
            .panel
            .engine()
            .act(self.system(), "test", async |work: &mut Work| host_engine::user::list(work, &Map::new()).await)
            .await
            .unwrap();
        id_of(&users["rows"][0])
    }

    /// GET of a path and query at this tenant's host.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.panel.http.get(format!("{}{path}", self.panel.url)).header(HOST, &self.host);
        request.send().await.unwrap()
    }

    /// What the player API says of these credentials: the `user_info` of the account document.
    pub async fn account(&self, username: &str, password: &str) -> Value {
        let path = format!("/player_api.php?username={username}&password={password}");
        self.json(&path).await["user_info"].clone()
    }

    /// The names of the live channels that a line sees, in order.
    pub async fn channels(&self, line: &Value) -> Vec<String> {
        let list = self.json(&format!("/player_api.php?{}&action=get_live_streams", login(line))).await;
        let rows = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    }

    /// GET of a document that is JSON.
    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }
}

/// The `username=…&password=…` of a line's view.
pub fn login(line: &Value) -> String {
    format!("username={}&password={}", line["username"].as_str().unwrap(), line["password"].as_str().unwrap())
}
