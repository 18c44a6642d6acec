//! Many tenants with many plugins each: how long a panel takes to start, what a tenant's plugin has of its memory, and
//! what a sign-in costs among them.
//!
//! Memory is a slope: what a panel with all tenants and plugins has more than one with a single tenant, or with the
//! shipped plugins alone. What a plugin takes once, its code and its description, is in both.

use crate::children::Server;
use crate::guests;
use crate::load::Ask;
use crate::memory;
use crate::panel::{self, Size, credentials, fields};
use crate::report::{Report, median};
use anyhow::{Context, ensure};
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::plugin::PluginSource;
use host_engine::Work;
use host_engine::plugin::Added;
use host_runtime::PluginStatus;
use linecard::panel::Panel;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

const TENANTS: u32 = 1_000;
/// Plugins of each: the shipped ones, the examples and the surfaces of the tests, and probes for the rest.
const PLUGINS: usize = 20;
const PROBES: [&str; 6] = ["probe1", "probe2", "probe3", "probe4", "probe5", "probe6"];
/// Tenants that get their plugins in one plan.
const TENANTS_OF_A_PLAN: usize = 20;
/// How long panels are left alone before their memory is read: what looked at each tenant's database after the start
/// has closed it by then.
const IDLE: Duration = Duration::from_secs(75);
/// Seconds that a start may take.
const START: f64 = 10.0;
/// KiB that a plugin of a tenant may take.
const MEMORY: f64 = 16.0;
/// What a sign-in may cost, against one where there is only one tenant.
const ROUTING: f64 = 1.1;
/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;
const SIGN_INS: usize = 20_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let [one, many] = ["one", "many"].map(|name| folder.path().join(name));
    make(&one, 1)?;
    make(&many, TENANTS)?;
    let before = idle([&one, &many])?;
    let shipped = panel::with(&one, install)?;
    panel::with(&many, install)?;
    panel::with(&many, complete)?;
    let after = idle([&one, &many])?;
    let mut starts = Vec::new();
    for _ in 0..report.rounds {
        starts.push(start(&many)?.1);
    }
    let of = |value: fn(&Start) -> Duration| median(starts.iter().map(|start| value(start).as_secs_f64()).collect());
    report.note(format!(
        "{TENANTS} tenants with {PLUGINS} plugins each, {shipped} of them shipped, start in {:.1} s ({}), {:.1} s of CPU.",
        of(|start| start.took),
        judged("10 s", of(|start| start.took) <= START),
        of(|start| start.cpu),
    ));
    let tenants = f64::from(TENANTS - 1);
    let any = (after[1] - after[0]) / tenants / PLUGINS as f64;
    let foreign = (after[1] - before[1] - after[0] + before[0]) / tenants / (PLUGINS - shipped) as f64;
    report.note(format!(
        "Memory: {any:.1} KiB by tenant and plugin, the tenant included ({}), {foreign:.1} KiB by foreign plugin alone; \
         in all {:.0} MiB, {:.0} with one tenant, {:.0} and {:.0} without the foreign plugins.",
        judged("16 KiB", any.max(foreign) <= MEMORY),
        after[1] / 1024.0,
        after[0] / 1024.0,
        before[1] / 1024.0,
        before[0] / 1024.0,
    ));
    routing(report, &Server::panel(&one, false)?, &Server::panel(&many, false)?)
}

fn judged(goal: &str, met: bool) -> String {
    format!("goal: {goal}, {}", if met { "met" } else { "MISSED" })
}

/// What it costs to find the tenant, and what is kept of each.
fn routing(report: &mut Report, one: &Server, many: &Server) -> anyhow::Result<()> {
    // Threads that ended take their CPU with them: those of the start are gone by then.
    std::thread::sleep(IDLE);
    for ask in [sign_in(one, 1), sign_in(many, 1), sign_in(many, TENANTS)] {
        let answer = ask.once()?;
        let is_in = String::from_utf8_lossy(&answer.body).contains("\"auth\":1");
        ensure!(is_in, "the sign-in was answered {}", answer.status);
    }
    let among = |server: &Server, tenants: usize| {
        let tenant = |number: usize| u32::try_from(number * 7_919 % tenants).unwrap_or(0) + 1;
        let text = |number| sign_in(server, tenant(number)).text();
        sign_in(server, 1).cpu_over(server, SIGN_INS, CONNECTIONS, text)
    };
    let only = || among(one, 1);
    report.compare("a sign-in of one of 1,000 tenants", "of the only one", Some(ROUTING), || among(many, 1), only)?;
    let each = || among(many, TENANTS as usize);
    report.compare("a sign-in of each of 1,000 in turns", "of the only one", Some(ROUTING), each, only)
}

/// Makes a panel with tenants `tenant1`, `tenant2`, …, each with a line.
fn make(data: &Path, tenants: u32) -> anyhow::Result<()> {
    panel::with(data, async |panel| {
        for number in 1..=tenants {
            let name = name(number);
            panel::make(panel, &name, &host(number), Size { channels: 0, bouquets: 0 }).await?;
            // The load is more than a tenant is allowed by default.
            let quotas = fields(json!({ "requests_per_second": 10_000_000 }));
            host_engine::tenant::set(&panel.engine, "bench", &name, &quotas).await?;
        }
        Ok(())
    })
}

/// What a start took until the panel listened.
struct Start {
    took: Duration,
    cpu: Duration,
}

fn start(data: &Path) -> anyhow::Result<(Server, Start)> {
    let begin = Instant::now();
    let server = Server::panel(data, false)?;
    let (took, cpu) = (begin.elapsed(), server.cpu()?);
    Ok((server, Start { took, cpu }))
}

/// KiB that panels have when nobody asks them anything.
fn idle(panels: [&Path; 2]) -> anyhow::Result<[f64; 2]> {
    let [one, other] = panels.map(|data| Server::panel(data, false));
    let (one, other) = (one?, other?);
    std::thread::sleep(IDLE);
    Ok([memory::of_process(one.pid())? as f64, memory::of_process(other.pid())? as f64])
}

/// Gives all tenants the foreign plugins: the first as an operator would, the others the rows that this made. How many
/// shipped ones they have.
async fn install(panel: &Panel) -> anyhow::Result<usize> {
    let mut tenants = panel.engine.tenants().await?.into_iter().map(|tenant| tenant.id);
    let first = tenants.next().context("no tenant")?;
    let shipped = panel.runtime.health(first).len();
    let mut added = Vec::new();
    for file in foreign(PLUGINS.saturating_sub(shipped))? {
        let caller = || Caller::system(first, "bench");
        let installed = panel.runtime.install(caller(), file.into()).await?;
        let granted = panel.runtime.grant(caller(), &installed.name, &[], None).await?;
        added.push(Added {
            tenant: first,
            name: installed.name,
            plugin_version: installed.version,
            digest: installed.digest,
            source: PluginSource::Foreign,
            granted,
            dropped: false,
        });
    }
    let others: Vec<TenantId> = tenants.collect();
    for tenants in others.chunks(TENANTS_OF_A_PLAN) {
        let add = async |work: &mut Work| {
            for tenant in tenants {
                for plugin in &added {
                    let own = Added { tenant: *tenant, ..plugin.clone() };
                    host_engine::plugin::add(work, own).await?;
                }
            }
            Ok(())
        };
        panel.engine.act_control(Caller::system(first, "bench"), "bench", add).await?;
    }
    Ok(shipped)
}

/// So many plugin files of others than the host's authors.
fn foreign(count: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("no workspace")?;
    let mut files = Vec::new();
    for folder in ["examples", "tests/surfaces"] {
        for packed in linecard_pack::build_all(root, folder, &root.join("target/guests"))? {
            files.push(std::fs::read(packed.path)?);
        }
    }
    files.extend(PROBES.map(guests::idle));
    ensure!(files.len() >= count, "there are {} foreign plugins, and {count} are needed", files.len());
    files.truncate(count);
    Ok(files)
}

/// Whether every plugin of every tenant takes part.
async fn complete(panel: &Panel) -> anyhow::Result<()> {
    for tenant in panel.engine.tenants().await? {
        let health = panel.runtime.health(tenant.id);
        let inactive = health.iter().find(|plugin| plugin.status != PluginStatus::Active);
        ensure!(inactive.is_none() && health.len() == PLUGINS, "{} plugins, {inactive:?}", health.len());
    }
    Ok(())
}

fn name(tenant: u32) -> String {
    format!("tenant{tenant}")
}

fn host(tenant: u32) -> String {
    format!("{}.example.org", name(tenant))
}

/// A sign-in of a tenant's line.
fn sign_in(server: &Server, tenant: u32) -> Ask {
    Ask::get(server.address, &format!("/player_api.php?{}", credentials()), &[]).of(&host(tenant))
}
