//! The demo's content: a tenant, what can be watched, a reseller, and lines. Every row is made by
//! the same verbs that an operator's commands use.

use crate::content::{CHANNELS, MOVIES, SERIES, guide};
use crate::panel::Panel;
use anyhow::Context;
use host_core::caller::Caller;
use host_core::{PackageId, TenantId, UserId};
use host_engine::import::GuideOptions;
use host_engine::{Engine, Work};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;

/// Name of the demo's tenant.
const TENANT: &str = "demo";

/// What was made, for the doors.
pub(super) struct Made {
    pub(super) tenant: Value,
    pub(super) reseller: Value,
    /// Each with what is special about it; the first is the one to try.
    pub(super) lines: Vec<(Value, &'static str)>,
    pub(super) catalogue: Catalogue,
}

/// What can be watched.
pub(super) struct Catalogue {
    bouquets: Vec<u32>,
    pub(super) channels: Vec<(u32, &'static str)>,
    pub(super) movie: u32,
    pub(super) episode: u32,
}

/// Fills a new panel; the films go into this folder.
pub(super) async fn fill(panel: &Arc<Panel>, films: &Path) -> anyhow::Result<Made> {
    let engine = &panel.engine;
    let tenant = host_engine::tenant::create(engine, "demo", TENANT, &[]).await?;
    let id = engine.tenant_named(TENANT).await?.map(|tenant| tenant.id).context("the tenant was not made")?;
    settings(engine, id).await?;
    let catalogue = catalogue(engine, id, films).await?;
    let text = guide(engine.clock().now());
    let items = host_import::xmltv::items(std::io::Cursor::new(text.into_bytes()));
    let options = GuideOptions { source: "demo".into(), dry_run: false };
    host_engine::import::guide(engine, caller(id), &options, items, |_| true).await?;
    let package = package(engine, id, &catalogue.bouquets).await?;
    let reseller = reseller(engine, id).await?;
    let lines = lines(engine, id, &reseller, package).await?;
    Ok(Made { tenant, reseller, lines, catalogue })
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

async fn catalogue(engine: &Arc<Engine>, tenant: TenantId, films: &Path) -> anyhow::Result<Catalogue> {
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
        let source = clip(films, movie.name)?;
        let document = json!({ "kind": "movie", "name": format!("{} ({})", movie.name, movie.year), "container": "ts",
            "sources": [source], "categories": [category],
            "details": { "year": movie.year, "plot": movie.plot, "duration": 5, "rating": 7.0 } });
        movies.push(record(engine, tenant, "stream", document).await?);
    }
    let (series, episode) = series(engine, tenant, films).await?;
    let stream = |id: u32| json!({ "stream": id });
    let live: Vec<_> = channels.iter().map(|(id, _)| stream(*id)).collect();
    let live = record(engine, tenant, "bouquet", json!({ "name": "Campus", "members": live })).await?;
    let films: Vec<_> = movies.iter().copied().map(stream).chain([json!({ "series": series })]).collect();
    let films = record(engine, tenant, "bouquet", json!({ "name": "Films", "members": films })).await?;
    let movie = movies.first().copied().unwrap_or_default();
    Ok(Catalogue { bouquets: vec![live, films], channels, movie, episode })
}

/// Creates the series with its episodes. Returns it and the first of them.
async fn series(engine: &Arc<Engine>, tenant: TenantId, films: &Path) -> anyhow::Result<(u32, u32)> {
    let category = record(engine, tenant, "category", json!({ "kind": "series", "name": "Series" })).await?;
    let document = json!({ "name": SERIES.name, "categories": [category],
        "details": { "year": SERIES.year, "plot": SERIES.plot } });
    let series = record(engine, tenant, "series", document).await?;
    let mut episodes = Vec::new();
    for (number, (name, plot)) in (1..).zip(SERIES.episodes) {
        let source = clip(films, name)?;
        let document = json!({ "kind": "episode", "name": name, "container": "ts", "sources": [source],
            "episode_of": { "series": series, "season": 1, "number": number },
            "details": { "plot": plot, "duration": 5 } });
        episodes.push(record(engine, tenant, "stream", document).await?);
    }
    Ok((series, episodes.first().copied().unwrap_or_default()))
}

/// A copy of the bundled clip for this title, as a source.
fn clip(films: &Path, title: &str) -> anyhow::Result<String> {
    let file = format!("{}.ts", title.to_lowercase().replace(' ', "-"));
    std::fs::write(films.join(&file), host_media::sample_clip())?;
    Ok(format!("file:{file}"))
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
async fn lines(
    engine: &Arc<Engine>,
    tenant: TenantId,
    reseller: &Value,
    package: u32,
) -> anyhow::Result<Vec<(Value, &'static str)>> {
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
    let guest = sell(false, json!({ "username": "guest", "reseller_notes": "the demo's guest" })).await?;
    let visitor = sell(true, json!({ "username": "visitor" })).await?;
    let owner = id_of(reseller)?;
    let ended = fields(
        json!({ "username": "former", "owner": owner, "expiry": engine.clock().now().0 - 86_400, "max_connections": 1 }),
    );
    let former = engine
        .act(self::caller(tenant), "demo", async |work: &mut Work| host_engine::line::create(work, &ended).await)
        .await?;
    Ok(vec![(guest, "two seats for a month"), (visitor, "a trial of a day"), (former, "its term is over: refused")])
}
