//! The panels that are measured: their data, made by the verbs that an operator's commands use, and the process that
//! serves them.

use crate::native;
use anyhow::Context;
use host_core::caller::Caller;
use host_core::{BouquetId, TenantId};
use host_engine::{Engine, Work};
use linecard::config::Config;
use linecard::panel::Panel;
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Who watches. The others are `viewer1`, `viewer2`, …: each with a bouquet of its own.
pub(crate) const USERNAME: &str = "viewer0";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "c0rrect-h0rse";
/// The panel's name. Answers show it with the port that was asked for, so all servers are asked by one name.
pub(crate) const HOST: &str = "tv.example.org";
/// Lines that are made in one plan.
const LINES_OF_A_PLAN: usize = 500;
/// Members that one plan adds: as many as it may.
const MEMBERS_OF_A_PLAN: usize = 10_000;
/// From where.
pub(crate) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How large a panel is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// Live channels.
    pub(crate) channels: u32,
    /// Lines with a bouquet that nobody else has.
    pub(crate) bouquets: u32,
}

/// Where an episode would come from; nobody plays it.
const EPISODE: &str = "http://films.example.org/episode.mp4";

/// The query that signs the first line in.
pub(crate) fn credentials() -> String {
    format!("username={USERNAME}&password={PASSWORD}")
}

/// Opens a panel; plugins are compiled by a child of this program.
pub(crate) fn open(data: &Path) -> anyhow::Result<Arc<Panel>> {
    let mut config = Config::default();
    // A load from one address would meet its rate limit.
    config.limits.exempt = vec!["127.0.0.0/8".parse()?];
    config.plugins.unsigned = true;
    config.media.root = Some(films(data));
    let program = std::env::current_exe().context("the running program cannot be found again")?;
    Panel::open_with(data, config, vec![program.into(), "compile-plugin".into()])
}

/// Where a panel's movies lie.
pub(crate) fn films(data: &Path) -> PathBuf {
    data.join("films")
}

/// Serves a panel and prints its addresses, until it is killed.
pub(crate) fn serve(data: &Path, native: bool) -> anyhow::Result<()> {
    // As the binary's own.
    tokio::runtime::Builder::new_multi_thread().event_interval(8).enable_all().build()?.block_on(async {
        let panel = open(data)?;
        if native {
            native::replace(&panel.runtime)?;
        }
        linecard::logging::install(&panel.config.log)?;
        let server = linecard::serve::bind(&panel, (ADDRESS, 0).into(), Some((ADDRESS, 0).into()), true).await?;
        let management = server.management_address().context("no management listener")?;
        println!("{} {management}", server.addresses().first().context("no listener")?);
        server.serve(std::future::pending()).await;
        Ok(())
    })
}

/// How its admin gets in.
pub(crate) struct Admin {
    /// `/CODE/admin/index.php`.
    pub(crate) path: String,
    /// The API key.
    pub(crate) key: String,
    /// A reseller of the panel.
    pub(crate) reseller: u32,
    /// `/CODE/reseller/index.php`.
    pub(crate) reseller_path: String,
}

/// Makes a data directory with a tenant, its channels and its lines.
pub(crate) fn prepare(data: &Path, size: Size) -> anyhow::Result<Admin> {
    with(data, async |panel| {
        let admin = make(panel, "bench", HOST, size).await?;
        // The load is more than a tenant is allowed by default.
        let quotas = fields(json!({ "requests_per_second": 10_000_000 }));
        host_engine::tenant::set(&panel.engine, "bench", "bench", &quotas).await?;
        Ok(admin)
    })
}

/// Works on a data directory that no process serves.
pub(crate) fn with<T>(data: &Path, work: impl AsyncFnOnce(&Panel) -> anyhow::Result<T>) -> anyhow::Result<T> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let panel = open(data)?;
        panel.runtime.start().await?;
        let done = work(&panel).await;
        panel.close().await;
        done
    })
}

/// Makes a tenant with a reseller, who owns its lines.
pub(crate) async fn make(panel: &Panel, name: &str, host: &str, size: Size) -> anyhow::Result<Admin> {
    let engine = &panel.engine;
    let made = host_engine::tenant::create(engine, "bench", name, &[host.to_owned()]).await?;
    let tenant = engine.tenant_named(name).await?.context("the tenant was not made")?.id;
    let reseller = fields(json!({ "username": "reseller", "email": "reseller@example.org" }));
    let create = async |work: &mut Work| host_engine::user::create(work, &reseller).await;
    let reseller = engine.act(Caller::system(tenant, "bench"), "bench", create).await?;
    let reseller = u32::try_from(reseller.get("id").and_then(Value::as_u64).context("no reseller")?)?;
    fill(engine, tenant, reseller, size).await?;
    let text = |field: &str| made.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Admin {
        path: format!("/{}/admin/index.php", text("admin_access_code")),
        key: text("admin_api_key"),
        reseller,
        reseller_path: format!("/{}/reseller/index.php", text("reseller_access_code")),
    })
}

/// The tenant of a panel.
pub(crate) async fn tenant(panel: &Panel) -> anyhow::Result<TenantId> {
    panel.engine.tenants().await?.first().map(|tenant| tenant.id).context("the tenant was not made")
}

async fn fill(engine: &Arc<Engine>, tenant: TenantId, owner: u32, size: Size) -> anyhow::Result<()> {
    let categories = records(engine, tenant, "category", (1..=60).map(category).collect()).await?;
    let streams = (1..=size.channels).map(|number| channel(number, &categories)).collect();
    let streams = records(engine, tenant, "stream", streams).await?;
    let mut bouquets = vec![json!({ "name": "All" })];
    bouquets.extend((1..=size.bouquets).map(|number| json!({ "name": format!("Extra {number}") })));
    let bouquets = records(engine, tenant, "bouquet", bouquets).await?;
    let caller = Caller::system(tenant, "bench");
    let all = BouquetId(bouquets.first().copied().unwrap_or_default());
    for piece in streams.chunks(MEMBERS_OF_A_PLAN) {
        let members: Vec<Value> = piece.iter().map(|id| json!({ "stream": id })).collect();
        let added = fields(json!({ "add": members }));
        let add = async |work: &mut Work| host_engine::record::edit_members(work, all, &added).await;
        engine.act(caller.clone(), "bench", add).await?;
    }
    for (number, bouquet) in bouquets.iter().enumerate() {
        let mut own = vec![bouquets.first().copied().unwrap_or_default(), *bouquet];
        own.dedup();
        let line = fields(json!({ "username": format!("viewer{number}"), "password": PASSWORD, "max_connections": 2,
            "owner": owner, "bouquets": own }));
        engine
            .act(caller.clone(), "bench", async |work: &mut Work| host_engine::line::create(work, &line).await)
            .await?;
    }
    Ok(())
}

/// Makes lines `customer1`, `customer2`, … without bouquets.
pub(crate) async fn lines(panel: &Panel, tenant: TenantId, owner: u32, count: u32) -> anyhow::Result<()> {
    customers(panel, tenant, count, &json!({ "password": PASSWORD, "owner": owner })).await
}

/// Likewise, each with all bouquets that there are.
pub(crate) async fn viewers(panel: &Panel, tenant: TenantId, owner: u32, count: u32) -> anyhow::Result<()> {
    let list = async |work: &mut Work| host_engine::record::list(work, "bouquet", &Map::new()).await;
    let bouquets = panel.engine.act(Caller::system(tenant, "bench"), "bench", list).await?;
    let bouquets = bouquets["rows"].as_array().context("no bouquets")?.iter().map(|row| row["id"].clone());
    let bouquets = Value::from_iter(bouquets);
    customers(panel, tenant, count, &json!({ "password": PASSWORD, "owner": owner, "bouquets": bouquets })).await
}

/// A series with that many episodes, in the bouquet that all viewers have: its number.
pub(crate) async fn series(panel: &Panel, tenant: TenantId, episodes: u32) -> anyhow::Result<u32> {
    let engine = &panel.engine;
    let made = records(engine, tenant, "series", vec![json!({ "name": "A long one" })]).await?;
    let series = *made.first().context("no series")?;
    let episode = |number: u32| {
        json!({ "kind": "episode", "name": format!("Episode {number} of many"), "sources": [EPISODE],
            "episode_of": { "series": series, "season": 1 + number / 25, "number": 1 + number % 25 } })
    };
    records(engine, tenant, "stream", (0..episodes).map(episode).collect()).await?;
    let list = async |work: &mut Work| host_engine::record::list(work, "bouquet", &Map::new()).await;
    let bouquets = engine.act(Caller::system(tenant, "bench"), "bench", list).await?;
    let all = bouquets["rows"][0]["id"].as_u64().context("no bouquet")?;
    let all = BouquetId(u32::try_from(all)?);
    let added = fields(json!({ "add": [{ "series": series }] }));
    let add = async |work: &mut Work| host_engine::record::edit_members(work, all, &added).await;
    engine.act(Caller::system(tenant, "bench"), "bench", add).await?;
    Ok(series)
}

async fn customers(panel: &Panel, tenant: TenantId, count: u32, line: &Value) -> anyhow::Result<()> {
    let numbers: Vec<u32> = (1..=count).collect();
    for numbers in numbers.chunks(LINES_OF_A_PLAN) {
        let create = async |work: &mut Work| {
            for number in numbers {
                let mut line = fields(line.clone());
                line.insert("username".to_owned(), customer(*number).into());
                host_engine::line::create(work, &line).await?;
            }
            Ok(())
        };
        panel.engine.act(Caller::system(tenant, "bench"), "bench", create).await?;
    }
    Ok(())
}

/// The user name of one of them.
pub(crate) fn customer(number: u32) -> String {
    format!("customer{number}")
}

fn category(number: u32) -> Value {
    json!({ "kind": "live", "name": format!("UK | Entertainment {number}") })
}

/// A channel with fields as long as real ones are.
fn channel(number: u32, categories: &[u32]) -> Value {
    let category = categories.get(number as usize % categories.len().max(1));
    json!({ "kind": "live", "name": format!("UK: Regional News {number} FHD"), "categories": [category],
        "icon": format!("https://logos.example.org/channels/uk/regional-news-{number}.png"),
        "guide_channel": format!("regional.news.{number}.uk"), "sources": [format!("test:{number}")] })
}

/// Creates records in plans of some hundred.
async fn records(
    engine: &Arc<Engine>,
    tenant: TenantId,
    kind: &str,
    documents: Vec<Value>,
) -> anyhow::Result<Vec<u32>> {
    let mut ids = Vec::new();
    for documents in documents.chunks(500) {
        let documents: Vec<_> = documents.iter().cloned().map(fields).collect();
        let made = engine
            .act(Caller::system(tenant, "bench"), "bench", async |work: &mut Work| {
                let mut made = Vec::new();
                for document in &documents {
                    made.push(host_engine::record::create(work, kind, document).await?);
                }
                Ok(Value::from(made))
            })
            .await?;
        let made = made.as_array().context("no records")?;
        ids.extend(made.iter().filter_map(|record| u32::try_from(record.get("id")?.as_u64()?).ok()));
    }
    Ok(ids)
}

/// The object of a document.
pub(crate) fn fields(document: Value) -> Map<String, Value> {
    if let Value::Object(fields) = document { fields } else { Map::new() }
}

/// A copy of a data directory, for a second process.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to)?;
        }
    }
    // Folders of secrets are refused when others may enter them.
    std::fs::set_permissions(to, std::fs::metadata(from)?.permissions())?;
    Ok(())
}
