//! Tenants that are noted as unfinished: a start finds in them what a crash left, and looks into no other.

use crate::panel::{HandClock, NODE, START, map};
use host_core::caller::{Caller, Scope};
use host_core::event::Effect;
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::{Airing, Leases, OnAir, Query, Store};
use host_core::stream::Stream;
use host_core::{StreamId, TenantId};
use host_engine::outbox::Performer;
use host_engine::{Engine, MaxMind, Ports, Work, record, tenant};
use host_store::{LeaseMirror, LocalLeases, Opened, Options, open, open_stepped};
use parking_lot::Mutex;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

const NAMES: [&str; 3] = ["one", "two", "three"];

/// Performs nothing before it is told to.
#[derive(Default)]
struct Gate {
    is_open: AtomicBool,
    done: Mutex<Vec<(TenantId, Effect)>>,
}

impl Performer for Gate {
    fn perform(&self, tenant: TenantId, effect: &Effect) -> Result<(), String> {
        match self.is_open.load(Ordering::SeqCst) {
            true => self.done.lock().push((tenant, effect.clone())),
            false => return Err("not now".into()),
        }
        Ok(())
    }
}

/// The engine of a process over an open directory.
fn process(opened: &Opened) -> (Arc<Engine>, Arc<HandClock>, Arc<Gate>) {
    let (clock, gate) = (HandClock::at(START), Arc::new(Gate::default()));
    let mirror: Arc<dyn LeaseMirror> = opened.mirror.clone();
    let leases: Arc<dyn Leases> = LocalLeases::new(NODE, clock.clone(), mirror);
    let engine = Engine::new(Ports {
        node: NODE,
        store: opened.store.clone(),
        clock: clock.clone(),
        entropy: Arc::new(host_store::SystemEntropy),
        keyring: opened.keyring.clone(),
        leases,
        journal: opened.journal.clone(),
        networks: Arc::new(MaxMind::default()),
        pricing: Arc::new(host_core::port::ListPrices),
    });
    engine.set_performer(gate.clone());
    (engine, clock, gate)
}

async fn made(engine: &Arc<Engine>) -> Vec<TenantId> {
    let mut ids = Vec::new();
    for name in NAMES {
        tenant::create(engine, "test", name, &[format!("{name}.example.org")]).await.unwrap();
        ids.push(engine.tenant_named(name).await.unwrap().unwrap().id);
    }
    ids
}

/// Gives the tenant's only stream another source, which restarts it.
async fn edits(engine: &Arc<Engine>, tenant: TenantId, source: &str) -> u32 {
    let fields = map(json!({ "name": "news", "sources": [source] }));
    let verb = async |work: &mut Work| {
        let known = record::list(work, "stream", &map(json!({}))).await?["rows"][0]["id"].as_u64();
        let view = match known {
            Some(id) => record::edit(work, "stream", u32::try_from(id).unwrap(), &fields).await?,
            None => record::create(work, "stream", &fields).await?,
        };
        Ok(view["id"].as_u64().unwrap())
    };
    u32::try_from(engine.act(Caller::system(tenant, "test"), "edit", verb).await.unwrap()).unwrap()
}

async fn step(engine: &Arc<Engine>) {
    engine.step(engine.clock().now()).await.unwrap();
}

/// The tenants' databases that are open in this process.
fn open_databases(data: &Path) -> Vec<String> {
    let links = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| entry.ok()?.path().read_link().ok());
    let open = links.filter(|link| link.starts_with(data) && link.ends_with("panel.db"));
    let mut names: Vec<_> =
        open.map(|link| link.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_finds_the_effects_that_a_crash_left_and_opens_no_other_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (two, stream) = {
        let opened = open(&data, Options::default()).unwrap();
        let (engine, ..) = process(&opened);
        let two = made(&engine).await[1];
        edits(&engine, two, "test:old").await;
        (two, edits(&engine, two, "test:new").await)
    };
    {
        // Writers that nobody steps: the start reads, and writes nothing.
        let (opened, _writers) = open_stepped(&data, Options::default()).unwrap();
        let (engine, _, gate) = process(&opened);
        gate.is_open.store(true, Ordering::SeqCst);
        assert_eq!(open_databases(&data), [""; 0]);
        engine.wake_outbox().await.unwrap();
        let now = engine.clock().now();
        let mut step = Box::pin(async { engine.step(now).await });
        assert!(step.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "what is done is settled");
        assert_eq!(open_databases(&data), ["two"]);
        let restart = Effect::RestartStream { stream: StreamId(stream) };
        assert!(gate.done.lock().contains(&(two, restart)));
    }
    // That process died before the settling was written: it is done once more.
    let opened = open(&data, Options::default()).unwrap();
    let (engine, clock, gate) = process(&opened);
    gate.is_open.store(true, Ordering::SeqCst);
    engine.wake_outbox().await.unwrap();
    step(&engine).await;
    assert!(!gate.done.lock().is_empty());
    assert_eq!(opened.store.unfinished().await.unwrap(), [two]);
    clock.pass(700);
    step(&engine).await;
    assert_eq!(opened.store.unfinished().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_unfinished_as_long_as_an_effect_waits_and_for_a_while_after() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    let (engine, clock, gate) = process(&opened);
    let one = made(&engine).await[0];
    step(&engine).await;
    edits(&engine, one, "test:a").await;
    edits(&engine, one, "test:b").await;
    for _ in 0..3 {
        clock.pass(700);
        step(&engine).await;
        assert_eq!(opened.store.unfinished().await.unwrap(), [one], "its effect waits");
    }
    gate.is_open.store(true, Ordering::SeqCst);
    clock.pass(2_000);
    step(&engine).await;
    clock.pass(300);
    edits(&engine, one, "test:c").await;
    clock.pass(400);
    step(&engine).await;
    assert_eq!(opened.store.unfinished().await.unwrap(), [one], "it was busy just now");
    clock.pass(700);
    step(&engine).await;
    assert_eq!(opened.store.unfinished().await.unwrap(), []);
    gate.is_open.store(false, Ordering::SeqCst);
    edits(&engine, one, "test:d").await;
    assert_eq!(opened.store.unfinished().await.unwrap(), [one], "noted anew with the next effect");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_import_runs_is_unfinished() {
    use host_core::import::PlaylistEntry;
    use host_engine::import::{PlaylistOptions, playlist};
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let opened = open(&data, Options::default()).unwrap();
    let (engine, clock, _) = process(&opened);
    let three = made(&engine).await[2];
    step(&engine).await;
    let options = PlaylistOptions { source: "s".into(), bouquet: "B".into(), prune: false, dry_run: false };
    let entry = PlaylistEntry { name: "n".into(), url: "http://tv.example.org/1.ts".into(), ..Default::default() };
    let import =
        || playlist(&engine, Caller::system(three, "t"), &options, [Ok(Ok(entry.clone()))].into_iter(), |_| true);
    import().await.unwrap();
    assert_eq!(opened.store.unfinished().await.unwrap(), [three]);
    clock.pass(700);
    step(&engine).await;
    assert_eq!(opened.store.unfinished().await.unwrap(), [], "it has ended");
    let mut import = Box::pin(import());
    while opened.store.unfinished().await.unwrap().is_empty() {
        assert!(import.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    let list = opened.store.list(Database::Tenant(three), Query::all(Kind::Job, Scope::Tenant)).await.unwrap();
    let jobs = list.rows.iter().filter(|row| matches!(row, Object::Job(_))).count();
    assert_eq!(jobs, 1, "it is noted before the job's row is there");
}

/// Streams that were to be kept running.
#[derive(Default)]
struct Stage(Mutex<Vec<(TenantId, u32)>>);

impl Airing for Stage {
    fn on_air(&self, _: TenantId, _: StreamId) -> Option<OnAir> {
        None
    }

    fn keep(self: Arc<Self>, tenant: TenantId, stream: Stream) {
        self.0.lock().push((tenant, stream.id.0));
    }

    fn lacks(&self, _: &Stream) -> Option<&'static str> {
        None
    }

    fn process(&self, _: TenantId, _: u32) -> Option<u64> {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_runs_the_streams_that_are_started_and_their_tenant_stays_noted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = async |engine: &Arc<Engine>, tenant: TenantId, stream: u32, word: &str| {
        let fields = map(json!({ "run": word }));
        let verb = async |work: &mut Work| record::edit(work, "stream", stream, &fields).await;
        engine.act(Caller::system(tenant, "test"), "edit", verb).await.unwrap();
    };
    let (two, stream) = {
        let opened = open(&data, Options::default()).unwrap();
        let ((engine, clock, gate), stage) = (process(&opened), Arc::new(Stage::default()));
        gate.is_open.store(true, Ordering::SeqCst);
        engine.set_airing(stage.clone());
        let two = made(&engine).await[1];
        let stream = edits(&engine, two, "test:a").await;
        run(&engine, two, stream, "start").await;
        assert_eq!(*stage.0.lock(), [(two, stream)]);
        step(&engine).await;
        clock.pass(700);
        step(&engine).await;
        assert_eq!(opened.store.unfinished().await.unwrap(), [two]);
        (two, stream)
    };
    let opened = open(&data, Options::default()).unwrap();
    let ((engine, clock, gate), stage) = (process(&opened), Arc::new(Stage::default()));
    gate.is_open.store(true, Ordering::SeqCst);
    engine.set_airing(stage.clone());
    tenant::suspend(&engine, "test", "two").await.unwrap();
    engine.wake_outbox().await.unwrap();
    assert_eq!(*stage.0.lock(), [], "nothing runs of a tenant that is suspended");
    tenant::resume(&engine, "test", "two").await.unwrap();
    assert_eq!(*stage.0.lock(), [(two, stream)]);
    engine.wake_outbox().await.unwrap();
    assert_eq!(*stage.0.lock(), [(two, stream); 2]);
    run(&engine, two, stream, "stop").await;
    assert_eq!(stage.0.lock().len(), 2);
    step(&engine).await;
    clock.pass(700);
    step(&engine).await;
    assert_eq!(opened.store.unfinished().await.unwrap(), []);
}
