//! A playlist import through the engine, against the bare inserts of the rows that it leaves.

use crate::cpu;
use crate::report::Report;
use anyhow::{Context, ensure};
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::import::PlaylistEntry;
use host_core::port::ListPrices;
use host_engine::import::{PlaylistOptions, playlist};
use host_engine::{Engine, MaxMind, Ports};
use host_store::{LocalLeases, Options, SystemClock, SystemEntropy, open};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Entries of the file.
const ENTRIES: u32 = 50_000;
/// Rows of one transaction of the baseline, as an import has them in one plan.
const CHUNK: usize = 500;
/// What an import of new entries writes into.
const TABLES: [&str; 5] = ["categories", "streams", "stream_categories", "bouquets", "bouquet_members"];

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let imported = folder.path().join("imported");
    import(&imported)?;
    let rows = TABLES.iter().map(|table| rows(&imported, table)).collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(rows.iter().map(Vec::len).sum::<usize>() > 3 * ENTRIES as usize, "entries were left out");
    report.compare(
        "an import, by entry",
        "its rows inserted bare",
        Some(2.0),
        || {
            let folder = tempfile::tempdir()?;
            Ok(import(&folder.path().join("data"))? / ENTRIES)
        },
        || Ok(insert(&rows)? / ENTRIES),
    )
}

fn entry(number: u32) -> PlaylistEntry {
    PlaylistEntry {
        name: format!("Channel {number} HD"),
        url: format!("http://origin{}.example.org:8080/live/{number}/index.m3u8", number % 40),
        tvg_id: format!("channel{number}.example"),
        logo: format!("http://logos.example.org/{number}.png"),
        group: format!("Group {}", number % 60),
        ..PlaylistEntry::default()
    }
}

/// Makes a tenant.
async fn tenant(data: &Path) -> anyhow::Result<(Arc<Engine>, TenantId)> {
    let opened = open(data, Options::default())?;
    let clock = Arc::new(SystemClock::default());
    let engine = Engine::new(Ports {
        node: opened.node,
        store: opened.store,
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        keyring: opened.keyring,
        leases: LocalLeases::new(opened.node, clock, opened.mirror),
        journal: opened.journal,
        networks: Arc::new(MaxMind::default()),
        pricing: Arc::new(ListPrices),
    });
    host_engine::tenant::create(&engine, "bench", "bench", &[]).await?;
    let tenant = engine.tenant_named("bench").await?.context("the tenant was not made")?.id;
    Ok((engine, tenant))
}

/// CPU of all threads while the entries are imported into a fresh tenant.
fn import(data: &Path) -> anyhow::Result<Duration> {
    tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
        let (engine, tenant) = tenant(data).await?;
        let (source, bouquet) = ("bench".to_owned(), "bench".to_owned());
        let options = PlaylistOptions { source, bouquet, prune: false, dry_run: false };
        let entries = (1..=ENTRIES).map(|number| Ok(Ok(entry(number))));
        let before = cpu::of_this_process();
        let caller = Caller::system(tenant, "bench");
        let report = playlist(&engine, caller, &options, entries, |_| true).await?;
        let spent = cpu::of_this_process() - before;
        ensure!(report["counts"]["added"] == ENTRIES, "entries were left out: {report}");
        Ok(spent)
    })
}

fn rows(data: &Path, table: &str) -> anyhow::Result<Vec<Vec<Value>>> {
    let connection = Connection::open(data.join("tenants/bench/panel.db"))?;
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}"))?;
    let columns = statement.column_count();
    let read = statement.query_map((), |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(read.collect::<Result<_, _>>()?)
}

/// CPU of inserting the same rows into a fresh tenant's tables.
fn insert(tables: &[Vec<Vec<Value>>]) -> anyhow::Result<Duration> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    tokio::runtime::Builder::new_current_thread().build()?.block_on(tenant(&data))?;
    let connection = Connection::open(data.join("tenants/bench/panel.db"))?;
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4096")?;
    let before = cpu::of_this_process();
    for (table, rows) in TABLES.iter().zip(tables) {
        let marks = vec!["?"; rows.first().map_or(1, Vec::len)].join(", ");
        let mut statement = connection.prepare(&format!("INSERT INTO {table} VALUES ({marks})"))?;
        for rows in rows.chunks(CHUNK) {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            for row in rows {
                statement.execute(params_from_iter(row))?;
            }
            connection.execute_batch("COMMIT")?;
        }
    }
    Ok(cpu::of_this_process() - before)
}
