//! Two tenants that look alike, and what can be seen of them: answers, logs, settings, health, metrics, stored rows.

use super::furnish::{furnish, reseller, tenant};
use super::guest::Guest;
use super::marks::{Marks, wrong_in_process_log, wrong_in_ring, wrong_in_view};
use super::process_log::Listener;
use super::role::Role;
use crate::panel::{TestTenant, id_of, login};
use crate::visitor::Visitor;
use host_core::UserId;
use host_core::caller::Scope;
use host_core::ledger::Account;
use host_core::object::Kind;
use host_core::plan::Database;
use host_core::port::Query;
use host_runtime::PluginStatus;
use host_runtime::log::LogLine;
use linecard::request::plugin::{Plugin, Settings};
use linecard::request::{Request, perform};
use reqwest::header::HOST;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The plugin's name; every probe has it.
pub const NAME: &str = "probe";
/// Shipped plugins, which have settings too.
const SHIPPED: [&str; 2] = ["player", "reseller"];

pub struct Pair {
    pub sides: [Side; 2],
    /// Hears the process log from before there was anything to log of the two.
    log: Arc<Listener>,
}

/// One of the two tenants.
pub struct Side {
    pub tenant: TestTenant,
    /// In every text of the tenant.
    pub canary: String,
    /// Also in every text that belongs to the other reseller of the tenant.
    pub rivals: String,
    pub marks: Marks,
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

impl Seen {
    /// The id of the request that it answers.
    pub fn request(&self) -> &str {
        self.headers["x-request-id"].to_str().unwrap()
    }
}

impl Pair {
    pub async fn new() -> Pair {
        let log = Listener::new();
        let sides = [Side::new().await, Side::new().await];
        let alike = |side: &Side| (side.line["id"].clone(), side.shop.user, side.rival, side.rival_line);
        assert_eq!(alike(&sides[0]), alike(&sides[1]), "the same ids in both");
        assert_eq!(sides[0].line["username"], sides[1].line["username"]);
        let pair = Pair { sides, log };
        pair.heard("two new tenants");
        pair
    }

    /// What the process log said since the last time, judged: no line has what is of one tenant without being
    /// about that tenant alone, and none has a secret.
    pub fn heard(&self, after: &str) -> Vec<Value> {
        let (lines, all) = (self.log.take(), self.marks());
        for line in &lines {
            assert_eq!(wrong_in_process_log(line, &all), None, "{after}: the process log");
        }
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn marks(&self) -> [Marks; 2] {
        self.sides.each_ref().map(|side| side.marks.clone())
    }

    /// Everything that is stored for both tenants.
    pub async fn stored(&self) -> Stored {
        let mut all = Vec::new();
        for side in &self.sides {
            let store = side.tenant.panel.engine().store();
            for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Tenant | Kind::AccessCode | Kind::Plugin))
            {
                let rows =
                    store.list(Database::Tenant(side.tenant.id), Query::all(*kind, Scope::Tenant)).await.unwrap();
                all.extend(rows.rows.iter().map(|row| format!("{row:?}")));
            }
            for account in [Account::System, Account::User(UserId(side.shop.user)), Account::User(UserId(side.rival))] {
                all.push(format!("{:?}", store.transfers(side.tenant.id, account, None, 100).await.unwrap()));
            }
            all.push(format!("catalogue {}", store.catalogue_generation(side.tenant.id, None)));
        }
        Stored(all)
    }

    /// Both tenants answer with what is theirs, and nothing that is shown of one or logged shows the other.
    pub async fn undisturbed(&self, after: &str) {
        let all = self.marks();
        for own in &self.sides {
            let fits =
                |what: &str, text: &str| assert_eq!(wrong_in_view(text, &own.marks, &all), None, "{after}: {what}");
            let answer = own.tenant.get(&format!("/get.php?{}&type=m3u_plus", login(&own.line))).await;
            assert_eq!(answer.status(), 200, "{after}");
            let answer = answer.text().await.unwrap();
            assert!(answer.contains(&own.canary), "{after}: {answer}");
            fits("its playlist", &answer);
            let lines = own.shop.post("get_lines", &[]).await;
            assert_eq!(lines["recordsTotal"], 1, "{after}: {lines}");
            fits("its lines", &lines.to_string());
            let health = own.tenant.panel.panel.runtime.health(own.tenant.id);
            fits("its health", &serde_json::to_string(&health).unwrap());
            let plugins = health.iter().map(|plugin| plugin.name.as_str()).chain([NAME]);
            for plugin in plugins.collect::<BTreeSet<_>>() {
                for line in own.log_of(plugin) {
                    let wrong = wrong_in_ring(&format!("{line:?}"), &own.marks, &all);
                    assert_eq!(wrong, None, "{after}: the log of {plugin}");
                }
                // A file that is no plugin has a place in the health alone.
                let settings = own.settings(plugin, Vec::new()).await.unwrap_or_default();
                fits("its settings", &settings.to_string());
                let is_kept = settings == told(&own.canary, "itself") || !SHIPPED.contains(&plugin);
                assert!(is_kept, "{after}: the settings of {plugin} are {settings}");
            }
        }
        self.heard(after);
        let panel = self.sides[0].tenant.panel;
        let metrics = panel.http.get(format!("{}/metrics", panel.management)).send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        assert!(metrics.contains("linecard_plugins_tripped"), "{metrics}");
        assert!(all.iter().all(|marks| !metrics.contains(&marks.canary)), "{after}: {metrics}");
    }
}

impl Side {
    async fn new() -> Side {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (canary, rivals) = (format!("zq{number:04}qz"), format!("rv{number:04}vr"));
        let tenant = tenant(&canary).await;
        let shop = reseller(&tenant, "shop", &format!("Shop {canary}")).await;
        let rival = reseller(&tenant, "rival", &format!("Rival {canary} {rivals}")).await;
        // A user name is a text too.
        let namesake = reseller(&tenant, &canary, &canary).await;
        let bouquet = furnish(&tenant, &canary).await;
        let line = async |username: &str, owner: u32, text: &str| {
            let line = json!({ "username": username, "password": password(&canary), "owner": owner,
                "bouquets": [bouquet], "reseller_notes": format!("Note {text}"),
                "admin_notes": format!("Admin note {text}"), "allowed_agents": [] });
            tenant.line(line).await
        };
        let guest = line("guest", shop.user, &canary).await;
        let rival_line = id_of(&line("hidden", rival.user, &format!("{canary} {rivals}")).await);
        line(&canary, rival.user, &rivals).await;
        let made = ["admin_password", "admin_api_key", "admin_access_code", "reseller_access_code"];
        let made = made.map(|name| tenant.made[name].as_str().unwrap().to_owned());
        let keys = [&shop, &rival, &namesake].map(|visitor| visitor.key.clone());
        let secrets = [&made[..], &keys, &[password(&canary)]].concat();
        assert!(secrets.iter().all(|secret| secret.len() > 6), "{secrets:?}");
        let marks = Marks { id: tenant.id.0, canary: canary.clone(), secrets, setting: token(&canary) };
        let side = Side { tenant, canary, rivals, marks, shop, line: guest, rival: rival.user, rival_line };
        for plugin in SHIPPED {
            side.tell(plugin, "itself").await;
        }
        side
    }

    /// Gives a plugin settings with the canary in them, as `linecard plugin settings` does.
    pub async fn tell(&self, plugin: &str, what: &str) {
        let settings = told(&self.canary, what);
        let values = settings.as_object().unwrap().iter();
        let values = values.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        assert_eq!(self.settings(plugin, values.collect()).await.unwrap(), settings, "{what}");
    }

    /// What `linecard plugin settings` prints.
    async fn settings(&self, plugin: &str, values: Vec<(String, String)>) -> anyhow::Result<Value> {
        let settings = Settings { name: plugin.to_owned(), tenant: self.tenant.name.clone(), values };
        perform(&self.tenant.panel.panel, &Request::Plugin(Plugin::Settings(settings)), |_, _| {}).await
    }

    /// A plugin's log.
    fn log_of(&self, plugin: &str) -> Vec<LogLine> {
        self.tenant.panel.panel.runtime.logs(self.tenant.id, plugin)
    }

    /// Whether the probe has told its log the settings that it was given for this trick.
    pub fn was_told(&self, trick: &str) -> bool {
        let settings = format!("\"settings\":{}", told(&self.canary, trick));
        self.log_of(NAME).iter().any(|line| line.message.contains(&settings))
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
        self.log_of(NAME).last().map(|line| line.message.clone()).unwrap_or_default()
    }

    /// Installs a version of a plugin, and grants what it asks for where that is not granted yet.
    pub async fn install(&self, guest: &Guest) {
        let (runtime, system) = (&self.tenant.panel.panel.runtime, self.tenant.system());
        let installed = runtime.install(system.clone(), guest.file().into()).await.unwrap();
        if installed.status != PluginStatus::Active {
            runtime.grant(system, NAME, &[], None).await.unwrap();
        }
    }
}

/// The settings of a plugin in the tenant of this canary.
fn told(canary: &str, what: &str) -> Value {
    json!({ "told": format!("{what}, by {canary}"), "token": token(canary) })
}

fn token(canary: &str) -> String {
    format!("token-{canary}")
}

fn password(canary: &str) -> String {
    format!("pass-{canary}")
}
