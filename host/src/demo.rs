//! `linecard demo`: a whole panel with sample content in a temporary folder. Every row is made
//! by the same verbs that an operator's commands use.

use crate::cli::Demo;
use crate::config::Config;
use crate::content::{CHANNELS, MOVIES, guide};
use crate::panel::Panel;
use crate::{logging, output, serve};
use anyhow::Context;
use host_core::caller::Caller;
use host_core::{PackageId, TenantId, UserId};
use host_engine::import::GuideOptions;
use host_engine::{Engine, Work};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Name of the demo's tenant.
const TENANT: &str = "demo";

/// Makes the panel, prints how to use it, and runs it until it is told to end. The folder goes
/// with it.
pub(crate) async fn run(args: Demo, mut config: Config, json: bool) -> anyhow::Result<()> {
    logging::install(&config.log)?;
    let folder = tempfile::Builder::new().prefix("linecard-demo-").tempdir().context("no temporary folder")?;
    let films = folder.path().join("films");
    std::fs::create_dir(&films)?;
    config.media.root.get_or_insert_with(|| films.clone());
    let panel = Panel::open(&folder.path().join("data"), config)?;
    let made = fill(&panel, &films).await?;
    let server = serve::bind(&panel, args.listen, Some(args.management), false).await?;
    let listening = server.addresses().first().copied().unwrap_or(args.listen);
    let doors = doors(&made, &listening.to_string(), server.management_address().map(|address| address.to_string()));
    if json {
        println!("{doors}");
    } else {
        introduce(&doors, panel.media.has_ffmpeg());
    }
    let outcome = server.serve(serve::asked_to_end()).await;
    panel.close().await;
    Ok(outcome?)
}

/// What was made, for the doors.
struct Made {
    tenant: Value,
    reseller: Value,
    line: Value,
    channels: Vec<(u32, &'static str)>,
    movie: u32,
}

async fn fill(panel: &Arc<Panel>, films: &std::path::Path) -> anyhow::Result<Made> {
    let engine = &panel.engine;
    let tenant = host_engine::tenant::create(engine, "demo", TENANT, &[]).await?;
    let id = panel.tenants().await?.first().map(|tenant| tenant.id).context("the tenant was not made")?;
    settings(engine, id).await?;
    let (bouquets, channels, movie) = catalogue(engine, id, films).await?;
    let text = guide(engine.clock().now());
    let items = host_import::xmltv::items(std::io::Cursor::new(text.into_bytes()));
    let options = GuideOptions { source: "demo".into(), dry_run: false };
    host_engine::import::guide(engine, caller(id), &options, items, |_| true).await?;
    let package = package(engine, id, &bouquets).await?;
    let reseller = reseller(engine, id).await?;
    let line = lines(engine, id, &reseller, package).await?;
    Ok(Made { tenant, reseller, line, channels, movie })
}

fn caller(tenant: TenantId) -> Caller {
    Caller::system(tenant, "demo")
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn id_of(view: &Value) -> anyhow::Result<u32> {
    view.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).context("a view without id")
}

async fn record(engine: &Arc<Engine>, tenant: TenantId, kind: &str, document: Value) -> anyhow::Result<u32> {
    let document = fields(document);
    let view = engine
        .act(caller(tenant), "demo", async |work: &mut Work| host_engine::record::create(work, kind, &document).await)
        .await?;
    id_of(&view)
}

async fn settings(engine: &Arc<Engine>, tenant: TenantId) -> anyhow::Result<()> {
    let document = fields(json!({ "server_name": "Campus TV", "welcome_message": "Welcome to Campus TV" }));
    engine
        .act(caller(tenant), "demo", async |work: &mut Work| {
            host_engine::record::edit(work, "settings", 1, &document).await
        })
        .await?;
    Ok(())
}

type Catalogue = (Vec<u32>, Vec<(u32, &'static str)>, u32);

async fn catalogue(engine: &Arc<Engine>, tenant: TenantId, films: &std::path::Path) -> anyhow::Result<Catalogue> {
    let mut categories: Vec<(&str, u32)> = Vec::new();
    let mut channels = Vec::new();
    for channel in CHANNELS {
        let category = match categories.iter().find(|(name, _)| *name == channel.category) {
            Some((_, id)) => *id,
            None => {
                let id =
                    record(engine, tenant, "category", json!({ "kind": "live", "name": channel.category })).await?;
                categories.push((channel.category, id));
                id
            }
        };
        let document = json!({ "kind": "live", "name": channel.name, "sources": [channel.source],
            "categories": [category], "guide_channel": channel.guide });
        channels.push((record(engine, tenant, "stream", document).await?, channel.name));
    }
    let category = record(engine, tenant, "category", json!({ "kind": "movie", "name": "Films" })).await?;
    let mut movies = Vec::new();
    for movie in MOVIES {
        let file = format!("{}.ts", movie.name.to_lowercase().replace(' ', "-"));
        std::fs::write(films.join(&file), host_media::sample_clip())?;
        let document = json!({ "kind": "movie", "name": format!("{} ({})", movie.name, movie.year), "container": "ts",
            "sources": [format!("file:{file}")], "categories": [category],
            "details": { "year": movie.year, "plot": movie.plot, "duration": 5, "rating": 7.0 } });
        movies.push(record(engine, tenant, "stream", document).await?);
    }
    let members = |ids: &mut dyn Iterator<Item = u32>| ids.map(|id| json!({ "stream": id })).collect::<Vec<_>>();
    let live = members(&mut channels.iter().map(|(id, _)| *id));
    let live = record(engine, tenant, "bouquet", json!({ "name": "Campus", "members": live })).await?;
    let vod =
        record(engine, tenant, "bouquet", json!({ "name": "Films", "members": members(&mut movies.iter().copied()) }))
            .await?;
    Ok((vec![live, vod], channels, movies.first().copied().unwrap_or_default()))
}

async fn package(engine: &Arc<Engine>, tenant: TenantId, bouquets: &[u32]) -> anyhow::Result<u32> {
    let mut groups = Vec::new();
    let listed = engine
        .act(caller(tenant), "demo", async |work: &mut Work| {
            host_engine::record::list(work, "group", &Map::new()).await
        })
        .await?;
    for group in listed.get("rows").and_then(Value::as_array).into_iter().flatten() {
        groups.push(id_of(group)?);
    }
    let document = json!({ "name": "1 Month", "groups": groups, "bouquets": bouquets, "max_connections": 2,
        "official": { "price": "5.00", "term": { "count": 1, "unit": "months" } },
        "trial": { "price": "0.00", "term": { "count": 24, "unit": "hours" } } });
    let month = record(engine, tenant, "package", document).await?;
    let document = json!({ "name": "1 Year", "groups": groups, "bouquets": bouquets, "max_connections": 3,
        "official": { "price": "48.00", "term": { "count": 1, "unit": "years" } } });
    record(engine, tenant, "package", document).await?;
    Ok(month)
}

async fn reseller(engine: &Arc<Engine>, tenant: TenantId) -> anyhow::Result<Value> {
    let options = fields(json!({ "username": "reseller", "email": "reseller@example.org" }));
    let view = engine
        .act(caller(tenant), "demo", async |work: &mut Work| {
            let mut view = host_engine::user::create(work, &options).await?;
            let user = UserId(view.get("id").and_then(Value::as_u64).unwrap_or_default() as u32);
            let key = host_engine::user::create_key(work, user, &Map::new()).await?;
            view["api_key"] = key.get("key").cloned().unwrap_or_default();
            Ok(view)
        })
        .await?;
    let user = UserId(id_of(&view)?);
    engine
        .act_filled(caller(tenant), "demo", async |work: &mut Work| {
            host_engine::credit::adjust(work, user, "500", "a start").await
        })
        .await?;
    Ok(view)
}

/// Three lines: two sold by the reseller's own hand, one of them a trial, and one that ended.
async fn lines(engine: &Arc<Engine>, tenant: TenantId, reseller: &Value, package: u32) -> anyhow::Result<Value> {
    let caller = Caller {
        identity: host_core::caller::Identity::User {
            id: UserId(id_of(reseller)?),
            role: host_core::user::Role::Reseller,
            key: None,
        },
        ..caller(tenant)
    };
    let package = PackageId(package);
    let sell = async |trial: bool, options: Value| {
        let options = fields(options);
        engine
            .act(caller.clone(), "demo", async |work: &mut Work| {
                host_engine::line::sell(work, package, trial, &options).await
            })
            .await
    };
    let line = sell(false, json!({ "username": "guest", "reseller_notes": "the demo's guest" })).await?;
    sell(true, json!({ "username": "visitor" })).await?;
    let owner = id_of(reseller)?;
    let ended = fields(
        json!({ "username": "former", "owner": owner, "expiry": engine.clock().now().0 - 86_400, "max_connections": 1 }),
    );
    engine
        .act(self::caller(tenant), "demo", async |work: &mut Work| host_engine::line::create(work, &ended).await)
        .await?;
    Ok(line)
}

/// Every address and login, as `--json` prints them.
fn doors(made: &Made, listening: &str, management: Option<String>) -> Value {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let url = format!("http://{listening}");
    let (username, password) = (text(&made.line, "username"), text(&made.line, "password"));
    let login = format!("username={username}&password={password}");
    let channel = |id: u32, ending: &str| format!("{url}/live/{username}/{password}/{id}.{ending}");
    let first = made.channels.first().map(|(id, _)| *id).unwrap_or_default();
    let key = |value: &Value, name: &str, code: &str, surface: &str| {
        json!({ "username": value.get(if surface == "admin" { "admin_username" } else { "username" }),
            "password": value.get(if surface == "admin" { "admin_password" } else { "password" }),
            "api_key": value.get(name),
            "api": format!("{url}/{}/{surface}/index.php", text(&made.tenant, code)) })
    };
    json!({
        "url": url,
        "username": username,
        "password": password,
        "play": channel(first, "ts"),
        "play_hls": channel(first, "m3u8"),
        "movie": format!("{url}/movie/{username}/{password}/{}.ts", made.movie),
        "player_api": format!("{url}/player_api.php?{login}"),
        "playlist": format!("{url}/get.php?{login}&type=m3u_plus&output=ts"),
        "guide": format!("{url}/xmltv.php?{login}"),
        "channels": made.channels.iter().map(|(id, name)| json!({ "name": name, "url": channel(*id, "ts") })).collect::<Vec<_>>(),
        "admin": key(&made.tenant, "admin_api_key", "admin_access_code", "admin"),
        "reseller": key(&made.reseller, "api_key", "reseller_access_code", "reseller"),
        "health": management.map(|address| format!("http://{address}/health/ready")),
    })
}

fn introduce(doors: &Value, has_ffmpeg: bool) {
    let text = |path: &str| doors.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    println!("Linecard runs. Its data is in a temporary folder and goes when it ends (Ctrl-C).\n");
    println!("Watch a channel      ffplay '{}'", text("/play"));
    println!("or as HLS            ffplay '{}'", text("/play_hls"));
    println!("Watch a movie        ffplay '{}'\n", text("/movie"));
    println!("Any player app       server   {}", text("/url"));
    println!("                     username {}", text("/username"));
    println!("                     password {}", text("/password"));
    println!("Account              {}", text("/player_api"));
    println!("Playlist             {}", text("/playlist"));
    println!("Guide                {}\n", text("/guide"));
    for surface in ["reseller", "admin"] {
        println!(
            "{:<20} login    {} / {}",
            surface,
            text(&format!("/{surface}/username")),
            text(&format!("/{surface}/password"))
        );
        println!("{:<20} api_key  {}", "", text(&format!("/{surface}/api_key")));
        println!(
            "{:<20} try      curl '{}?api_key={}&action=user_info'\n",
            "",
            text(&format!("/{surface}/api")),
            text(&format!("/{surface}/api_key"))
        );
    }
    println!("Health               {}", text("/health"));
    if !has_ffmpeg {
        println!("\nffmpeg is not installed: all channels show the bundled clip instead of test pictures.");
    }
    let channels = doors.get("channels").cloned().unwrap_or_default();
    output::print(&channels, false);
}
