//! Two tenants that look alike, and what can be seen of them: answers, logs, health, figures, stored rows.
//! Knows no trick.

use super::guest::Guest;
use super::{Ending, Probe, Role};
use crate::panel::{TestPanel, TestTenant, Visitor, fields, id_of, login};
use host_core::UserId;
use host_core::caller::Scope;
use host_core::guide::{GuideChannel, Programme};
use host_core::import::GuideItem;
use host_core::ledger::Account;
use host_core::object::Kind;
use host_core::plan::Place;
use host_core::port::Query;
use host_engine::Work;
use host_engine::import::GuideOptions;
use host_runtime::PluginStatus;
use reqwest::header::HOST;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// The plugin's name; every probe has it.
const NAME: &str = "probe";

pub struct Pair {
    pub sides: [Side; 2],
}

/// One of the two tenants.
pub struct Side {
    pub tenant: TestTenant,
    /// In every text of the tenant.
    pub canary: String,
    /// Also in every text that belongs to the other reseller of the tenant.
    pub rivals: String,
    pub shop: Visitor,
    pub line: Value,
    pub rival: u32,
    pub rival_line: u32,
}

/// What is stored, row by row.
pub struct Stored(Vec<String>);

impl Stored {
    /// Nothing was written since.
    pub fn assert_same(&self, now: &Stored, after: &str) {
        let new: Vec<_> = now.0.iter().filter(|row| !self.0.contains(row)).collect();
        let gone: Vec<_> = self.0.iter().filter(|row| !now.0.contains(row)).collect();
        assert!(new.is_empty() && gone.is_empty(), "{after}: something was written:\n{new:#?}\ninstead of\n{gone:#?}");
    }
}

/// An answer to a probe's caller.
pub struct Seen {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
    /// Status, headers and body as one text.
    pub whole: String,
}

impl Pair {
    pub async fn new() -> Pair {
        let sides = [Side::new().await, Side::new().await];
        let alike = |side: &Side| (side.line["id"].clone(), side.shop.user, side.rival, side.rival_line);
        assert_eq!(alike(&sides[0]), alike(&sides[1]), "the same ids in both");
        assert_eq!(sides[0].line["username"], sides[1].line["username"]);
        Pair { sides }
    }

    /// Everything that is stored for both tenants.
    pub async fn stored(&self) -> Stored {
        let mut all = Vec::new();
        for side in &self.sides {
            let store = side.tenant.panel.engine().store();
            for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Tenant | Kind::AccessCode | Kind::Plugin))
            {
                let rows = store.list(Place::Tenant(side.tenant.id), Query::all(*kind, Scope::Tenant)).await.unwrap();
                all.extend(rows.rows.iter().map(|row| format!("{row:?}")));
            }
            for account in [Account::System, Account::User(UserId(side.shop.user)), Account::User(UserId(side.rival))] {
                all.push(format!("{:?}", store.transfers(side.tenant.id, account, 0, 100).await.unwrap()));
            }
            all.push(format!("catalogue {}", store.catalogue_generation(side.tenant.id)));
        }
        Stored(all)
    }

    /// Both tenants answer with what is theirs, and neither's log, health or figures show the other.
    pub async fn undisturbed(&self, after: &str) {
        let [a, b] = &self.sides;
        for (own, other) in [(a, b), (b, a)] {
            let answer = own.tenant.get(&format!("/get.php?{}&type=m3u_plus", login(&own.line))).await;
            assert_eq!(answer.status(), 200, "{after}");
            let answer = answer.text().await.unwrap();
            assert!(answer.contains(&own.canary) && !answer.contains(&other.canary), "{after}: {answer}");
            let lines = own.shop.post("get_lines", &[]).await;
            assert_eq!(lines["recordsTotal"], 1, "{after}: {lines}");
            let runtime = &own.tenant.panel.panel.runtime;
            for plugin in [NAME, "player", "reseller"] {
                let log = format!("{:?}", runtime.logs(own.tenant.id, plugin));
                assert!(!log.contains(&other.canary), "{after}: the log of {plugin}: {log}");
            }
            let health = serde_json::to_string(&runtime.health(own.tenant.id)).unwrap();
            assert!(!health.contains(&other.canary), "{after}: {health}");
        }
        let panel = a.tenant.panel;
        let figures = panel.http.get(format!("{}/metrics", panel.management)).send().await.unwrap();
        let figures = figures.text().await.unwrap();
        assert!(figures.contains("linecard_plugins_tripped"), "{figures}");
        assert!(!figures.contains(&a.canary) && !figures.contains(&b.canary), "{after}: {figures}");
    }
}

impl Side {
    async fn new() -> Side {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (canary, rivals) = (format!("zq{number:04}qz"), format!("rv{number:04}vr"));
        let tenant = tenant(&canary).await;
        let shop = reseller(&tenant, "shop", &format!("Shop {canary}")).await;
        let rival = reseller(&tenant, "rival", &format!("Rival {canary} {rivals}")).await.user;
        // A user name is a text too.
        reseller(&tenant, &canary, &canary).await;
        let bouquet = furnish(&tenant, &canary).await;
        let line = async |username: &str, owner: u32, text: &str| {
            let line = json!({ "username": username, "password": format!("pass-{canary}"), "owner": owner,
                "bouquets": [bouquet], "reseller_notes": format!("Note {text}"),
                "admin_notes": format!("Admin note {text}"), "allowed_agents": [] });
            tenant.line(line).await
        };
        let guest = line("guest", shop.user, &canary).await;
        let rival_line = id_of(&line("hidden", rival, &format!("{canary} {rivals}")).await);
        line(&canary, rival, &rivals).await;
        Side { tenant, canary, rivals, shop, line: guest, rival, rival_line }
    }

    /// Installs the probe and grants what it asks for.
    pub async fn admit(&self, probe: &Probe, file: &[u8]) {
        let (trick, runtime, system) = (probe.trick, &self.tenant.panel.panel.runtime, self.tenant.system());
        let installed = runtime.install(system.clone(), file.to_vec().into()).await;
        match &probe.ends {
            Ending::NotLoaded(words) => {
                let why = match installed {
                    Err(error) => error.to_string(),
                    Ok(installed) => format!("{:?}", installed.status),
                };
                assert!(why.contains(words), "{trick}: {why}");
            }
            Ending::Waits(function) => {
                let PluginStatus::WaitingForGrant { missing } = installed.unwrap().status else { panic!("{trick}") };
                assert_eq!(missing, [*function], "{trick}");
            }
            _ => {
                installed.unwrap_or_else(|error| panic!("{trick}: {error}"));
                runtime.grant(system, NAME, &[]).await.unwrap_or_else(|error| panic!("{trick}: {error}"));
            }
        }
    }

    /// Takes the probe out again.
    pub async fn expel(&self, probe: &Probe) {
        let removed = self.tenant.panel.panel.runtime.remove(self.tenant.system(), NAME).await;
        assert!(removed.is_ok() || matches!(probe.ends, Ending::NotLoaded(_)), "{}: {removed:?}", probe.trick);
    }

    /// Calls the probe.
    pub async fn ask(&self, caller: Role) -> Seen {
        let credential = match caller {
            Role::Stranger => String::new(),
            Role::Line => login(&self.line),
            Role::Reseller => format!("api_key={}", self.shop.key),
        };
        let url = format!("{}/x/probe/go?{credential}&note={}", self.tenant.panel.url, self.canary);
        let answer = self.tenant.panel.http.post(url).header(HOST, &self.tenant.host).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        let whole = format!("{status} {headers:?}\n{body}");
        Seen { status, headers, body, whole }
    }

    /// The last line of the probe's log.
    pub fn last_words(&self) -> String {
        let lines = self.tenant.panel.panel.runtime.logs(self.tenant.id, NAME);
        lines.last().map(|line| line.message.clone()).unwrap_or_default()
    }

    /// Installs another version of a plugin, which asks for nothing.
    pub async fn install(&self, guest: &Guest) {
        let file = guest.file();
        self.tenant.panel.panel.runtime.install(self.tenant.system(), file.into()).await.unwrap();
    }
}

async fn tenant(name: &str) -> TestTenant {
    let panel = TestPanel::shared();
    let host = format!("{name}.test");
    let made = host_engine::tenant::create(panel.engine(), "test", name, std::slice::from_ref(&host)).await.unwrap();
    let id = panel.engine().tenant_named(name).await.unwrap().unwrap().id;
    panel.panel.runtime.refresh(id).await.unwrap();
    let name = name.to_owned();
    let tenant = TestTenant { panel, id, name, host, made, streams: Vec::new(), bouquet: 0, package: 0 };
    super::until("the doors know a new host", || {
        Box::pin(async { tenant.get("/player_api.php").await.status() != 421 })
    })
    .await;
    tenant
}

async fn reseller(tenant: &TestTenant, username: &str, text: &str) -> Visitor {
    let word = text.rsplit(' ').next().unwrap();
    let options = fields(json!({ "username": username, "email": format!("{word}@example.org"), "notes": text,
        "reseller_dns": format!("{word}.example.org"), "group": 1 }));
    let engine = tenant.panel.engine();
    let verb = async |work: &mut Work| {
        let user = UserId(id_of(&host_engine::user::create(work, &options).await?));
        let key = fields(json!({ "name": format!("Key {text}") }));
        let key = host_engine::user::create_key(work, user, &key).await?;
        Ok((user.0, key["key"].as_str().unwrap_or_default().to_owned()))
    };
    let (user, key) = engine.act(tenant.system(), "test", verb).await.unwrap();
    let paid = async |work: &mut Work| host_engine::credit::adjust(work, UserId(user), "50", text).await;
    engine.act_filled(tenant.system(), "test", paid).await.unwrap();
    let mut visitor = tenant.admin().with_key(&key);
    let code = tenant.made["reseller_access_code"].as_str().unwrap();
    visitor.url = format!("{}/{code}/reseller/index.php", tenant.panel.url);
    visitor.user = user;
    visitor
}

/// Every kind of record, with the canary in every text; answers the bouquet.
async fn furnish(tenant: &TestTenant, c: &str) -> u32 {
    let edit = async |kind: &str, document: Value| {
        let document = fields(document);
        let verb = async |work: &mut Work| host_engine::record::edit(work, kind, 1, &document).await;
        tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
    };
    edit("settings", json!({ "server_name": format!("Server {c}"), "welcome_message": format!("Welcome {c}") })).await;
    edit("group", json!({ "name": format!("Group {c}"), "notice": format!("Notice {c}") })).await;
    let details = json!({ "year": c, "plot": c, "cast": c, "director": c, "genre": c, "release_date": c,
        "backdrop": format!("http://192.0.2.1/{c}"), "trailer": c });
    let mut members = Vec::new();
    for kind in ["movie", "live"] {
        let category = tenant.record("category", json!({ "kind": kind, "name": format!("Category {c}") })).await;
        let mut stream = json!({ "kind": kind, "name": format!("Stream {c}"), "categories": [category],
            "sources": [format!("http://192.0.2.1/{c}.ts")], "icon": format!("http://192.0.2.1/{c}.png"),
            "guide_channel": "one", "notes": format!("Notes {c}"), "custom_sid": c, "details": details });
        if kind == "movie" {
            stream["container"] = "ts".into();
        }
        members.push(json!({ "stream": tenant.record("stream", stream).await }));
    }
    let category = tenant.record("category", json!({ "kind": "series", "name": format!("Shows {c}") })).await;
    let series = json!({ "name": format!("Series {c}"), "categories": [category],
        "cover": format!("http://192.0.2.1/{c}.png"), "details": details });
    members.push(json!({ "series": tenant.record("series", series).await }));
    tenant.record("block", json!({ "kind": "agent", "value": format!("bot-{c}"), "note": format!("Why {c}") })).await;
    let bouquet = tenant.record("bouquet", json!({ "name": format!("Bouquet {c}"), "members": members })).await;
    let package = json!({ "name": format!("Package {c}"), "groups": [1], "bouquets": [bouquet],
        "official": { "price": "1.00", "term": { "count": 1, "unit": "months" } } });
    tenant.record("package", package).await;
    guide(tenant, c).await;
    bouquet
}

async fn guide(tenant: &TestTenant, c: &str) {
    let start = tenant.panel.engine().clock().now();
    let programme = Programme {
        id: 0,
        channel: "one".into(),
        start,
        stop: host_core::time::Unix(start.0 + 3_600),
        title: format!("Programme {c}"),
        description: format!("About {c}"),
        language: String::new(),
    };
    let channel = GuideChannel { id: "one".into(), name: format!("Guide {c}"), icon: format!("http://192.0.2.1/{c}") };
    let items = [GuideItem::Channel(channel), GuideItem::Programme(programme)].map(|item| Ok(Ok(item)));
    let options = GuideOptions { source: format!("guide {c}"), dry_run: false };
    let engine = tenant.panel.engine();
    host_engine::import::guide(engine, tenant.system(), &options, items.into_iter(), |_| true).await.unwrap();
}
