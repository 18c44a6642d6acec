//! The wiring: which port is answered by what, in one place.

use crate::config::Config;
use crate::feed::Feed;
use crate::machine::ThisMachine;
use crate::shipped::SHIPPED;
use anyhow::Context;
use futures_util::FutureExt;
use host_core::event::Effect;
use host_core::journal::Part;
use host_core::port::{Clock, Content, Keyring, Library, Pending};
use host_core::transcode::Profile;
use host_core::{DocumentId, StreamId, TenantId};
use host_engine::outbox::Performer;
use host_engine::{Engine, MaxMind, Ports};
use host_media::{Detect, Media, MediaOptions, Timing};
use host_outgoing::{Datagrams, Outgoing, OutgoingOptions};
use host_runtime::Runtime;
use host_store::{DataDirectory, LocalLeases, SystemClock, SystemEntropy};
use parking_lot::Mutex;
use std::ffi::OsString;
use std::fmt::Display;
use std::os::unix::fs::MetadataExt;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// What the allocator of the binary needs to hear in the compile process, whose address space is
/// limited: by default it sets a GiB of it aside.
const SMALL_HEAP: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "0");

/// An open data directory with all that works on it. There is one per directory and process.
pub struct Panel {
    /// The use cases.
    pub engine: Arc<Engine>,
    /// The plugin host.
    pub runtime: Arc<Runtime>,
    /// The media engine.
    pub media: Arc<Media>,
    /// What it runs on.
    pub machine: Arc<ThisMachine>,
    /// How it is configured.
    pub config: Config,
    /// Where its data is.
    pub directory: Arc<DataDirectory>,
    driver: JoinHandle<()>,
}

/// What the children of a panel have in their environment: no other data directory has it, not even a copy of this.
fn mark(data: &Path) -> Option<String> {
    let facts = data.metadata().ok()?;
    Some(format!("{:x}-{:x}", facts.dev(), facts.ino()))
}

/// Where the control socket of a data directory is.
pub fn socket(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// Whether a process holds the data directory.
pub fn is_running(data: &Path) -> anyhow::Result<bool> {
    let lock = match std::fs::File::open(data.join("lock")) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be used", data.display())),
    };
    match lock.try_lock() {
        Ok(()) => Ok(false),
        Err(std::fs::TryLockError::WouldBlock) => Ok(true),
        Err(std::fs::TryLockError::Error(error)) => Err(error).context("the data directory's lock cannot be tried"),
    }
}

impl Panel {
    /// Opens a data directory, making one where there is none. Plugins are compiled by a child
    /// of the running program.
    pub fn open(data: &Path, config: Config) -> anyhow::Result<Arc<Panel>> {
        let program = std::env::current_exe().context("the running program cannot be found again")?;
        Panel::open_with(data, config, vec![program.into(), "compile-plugin".into()])
    }

    /// Likewise, with another command that compiles plugins: a program that ends in
    /// [`host_runtime::compile_child`].
    pub fn open_with(data: &Path, config: Config, compiler: Vec<OsString>) -> anyhow::Result<Arc<Panel>> {
        let opened = host_store::open(data, host_store::Options::default())?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let keyring: Arc<dyn Keyring> = opened.keyring;
        let networks = MaxMind::open(config.media.isp_database.as_deref(), config.media.country_database.as_deref())
            .context("a MaxMind database of [media] cannot be read")?;
        let engine = Engine::new(Ports {
            node: opened.node,
            store: opened.store,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            keyring: keyring.clone(),
            leases: LocalLeases::new(opened.node, clock.clone(), opened.mirror),
            journal: opened.journal,
            networks: Arc::new(networks),
            pricing: Arc::new(host_core::port::ListPrices),
        });
        let allow = config.outgoing.allow.clone();
        let outgoing = Arc::new(Outgoing::new(OutgoingOptions { allow, ..OutgoingOptions::default() })?);
        let feed = Arc::new(Feed { outgoing: outgoing.clone(), folder: config.media.root.clone() });
        let media = Media::new(MediaOptions {
            fetch: outgoing,
            receive: Arc::new(Datagrams::new(config.outgoing.receive.clone())),
            clock: clock.clone(),
            keyring,
            media_root: config.media.root.clone(),
            ffmpeg: Detect::OnPath,
            mark: mark(data),
            library: Arc::new(OfEngine(Arc::downgrade(&engine))),
            timing: Timing::default(),
        });
        engine.set_airing(media.clone());
        let (enabled, allow) = (config.raw_sql.enabled, config.raw_sql.allow.clone());
        engine.allow_sql(host_engine::sql::Terms { enabled, allow });
        engine.set_performer(Arc::new(Effects { media: media.clone() }));
        let runtime = Runtime::new(
            engine.clone(),
            host_runtime::Options {
                cache_dir: data.join("cache"),
                plugins_dir: data.join("plugins"),
                tenants_dir: data.join("tenants"),
                compiler,
                compiler_environment: vec![SMALL_HEAP],
                compile: config.plugins.compile(),
                function_bytes: config.plugins.function_bytes(),
                slow_threads: std::thread::available_parallelism().map_or(1, usize::from),
                allow_unsigned: config.plugins.unsigned,
                shipped: SHIPPED,
            },
        )?;
        let mut folders = vec![("data", data.to_owned())];
        folders.extend(config.media.root.clone().map(|root| ("media", root)));
        folders.push(("temporary", std::env::temp_dir()));
        let machine = ThisMachine::new(clock, folders, config.http.reload_command.clone(), &media, &runtime);
        engine.set_machine(machine.clone());
        let driver = tokio::spawn(drive(engine.clone(), feed));
        Ok(Arc::new(Panel { engine, runtime, media, machine, config, directory: opened.directory, driver }))
    }

    /// Ends what runs in the background. Data is safe without it; children and timers are not.
    pub async fn close(&self) {
        self.driver.abort();
        self.runtime.ended();
        self.media.stop().await;
        if let Err(error) = self.engine.write_sightings().await {
            tracing::warn!(%error, "when lines and users were last seen is not stored");
        }
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Steps the engine every second: leases, effects, left-over guide builds. Guides and lists that are due are fetched beside it, and mass
/// edits done.
async fn drive(engine: Arc<Engine>, feed: Arc<Feed>) {
    // Dropping it ends the work.
    let (_alive, ended) = watch::channel(());
    let turns = Mutex::new(JoinSet::new());
    every_second(async || {
        let now = engine.clock().now();
        let stepped = engine.step(now).await;
        let mut turns = turns.lock();
        while let Some(ended) = turns.try_join_next() {
            told(ended);
        }
        while let Some(turn) = engine.take_turn(now) {
            let (feed, ended, runtime) = (feed.clone(), ended.clone(), Handle::current());
            turns.spawn_blocking(move || runtime.block_on(until(ended, turn.run(&*feed))));
        }
        stepped
    })
    .await;
}

/// Does long work until it or the process ends. It reads and decides for seconds, so it has a thread of its own and holds
/// up no request.
async fn until(
    mut ended: watch::Receiver<()>,
    work: impl Future<Output = host_engine::Result<()>>,
) -> host_engine::Result<()> {
    tokio::select! {
        biased;
        _ = ended.changed() => Ok(()),
        outcome = work => outcome,
    }
}

/// Says how work broke off that left no word itself; it is due again soon.
fn told(ended: Result<host_engine::Result<()>, JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "a guide, a list or a mass edit could not be stored and goes on later")
        }
        Err(_) => tracing::error!(
            "the fetch of a guide or a list, or a mass edit, panicked and goes on later; please report it"
        ),
    }
}

/// Takes steps for ever. After one that fails, or that panics, the next one comes all the same.
async fn every_second<S, E>(step: impl Fn() -> S)
where
    S: Future<Output = Result<(), E>>,
    E: Display,
{
    let mut beat = tokio::time::interval(Duration::from_secs(1));
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        match AssertUnwindSafe(step()).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a step of the engine failed and will be repeated"),
            Err(_) => tracing::error!("a step of the engine panicked and will be repeated; please report it"),
        }
    }
}

/// What media asks of the engine, which itself holds media: it holds nothing back.
struct OfEngine(Weak<Engine>);

impl Library for OfEngine {
    fn profile(&self, tenant: TenantId, id: DocumentId) -> Pending<'_, Option<Profile>> {
        let Some(engine) = self.0.upgrade() else { return Pending::ready(Ok(None)) };
        Pending::later(async move { engine.profile(tenant, id).await })
    }

    fn failed(&self, tenant: TenantId, stream: StreamId, part: Part, reason: &str) {
        if let Some(engine) = self.0.upgrade() {
            engine.failed(tenant, stream, part, reason);
        }
    }

    fn found(self: Arc<Self>, tenant: TenantId, stream: StreamId, content: Content) -> Pending<'static, ()> {
        self.0.upgrade().map_or_else(|| Pending::ready(Ok(())), |engine| engine.found(tenant, stream, content))
    }
}

/// Performs the effects that are not the engine's own.
struct Effects {
    media: Arc<Media>,
}

impl Performer for Effects {
    fn perform(&self, tenant: TenantId, effect: &Effect) -> Result<(), String> {
        match effect {
            Effect::RestartStream { stream } => self.media.restart(tenant, *stream),
            Effect::EndTenant { tenant } => self.media.end_tenant(*tenant),
            Effect::EndProcess { pid, began } => self.media.end_process(tenant, *pid, *began),
            Effect::EndConnections { .. }
            | Effect::EndConnection { .. }
            | Effect::CheckConnections
            | Effect::ScheduleGuide { .. }
            | Effect::ScheduleProvider { .. }
            | Effect::ScheduleMassEdit { .. } => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_step_that_panics_or_fails_is_not_the_last_one() {
        let steps = AtomicU32::new(0);
        let step = async || match steps.fetch_add(1, Ordering::Relaxed) {
            0 => panic!("as a defect would"),
            1 => Err("no luck"),
            _ => Ok(()),
        };
        let driver = every_second(step);
        tokio::select! {
            () = driver => {}
            () = tokio::time::sleep(Duration::from_secs(10)) => {}
        }
        assert!(steps.load(Ordering::Relaxed) > 2);
    }
}
