//! Imports whose process was killed or whose caller has gone: how their rows end, and what is
//! left of them.

use crate::panel::engine;
use host_core::TenantId;
use host_core::caller::{Caller, Scope};
use host_core::guide::{Build, Programme};
use host_core::import::{GuideItem, PlaylistEntry};
use host_core::job::{Job, JobState};
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::Query;
use host_core::time::Unix;
use host_core::{GuideSourceId, JobId};
use host_engine::import::{GuideOptions, PlaylistOptions, guide, playlist};
use host_engine::{Engine, tenant};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Notify;

/// An entry in the second plan of an import.
const MIDDLE: i64 = 700;
const ALL: i64 = 1_200;

async fn panel(data: &Path) -> (Arc<Engine>, TenantId) {
    let (engine, ..) = engine(data);
    if engine.tenant_named("demo").await.unwrap().is_none() {
        tenant::create(&engine, "test", "demo", &["tv.example.org".to_owned()]).await.unwrap();
    }
    let tenant = engine.tenant_named("demo").await.unwrap().unwrap().id;
    (engine, tenant)
}

/// Numbers that tell when the middle one is read.
fn numbers(middle: &Arc<Notify>) -> impl Iterator<Item = i64> + Clone + use<> {
    let middle = Arc::clone(middle);
    (0..ALL).inspect(move |number| {
        if *number == MIDDLE {
            middle.notify_one()
        }
    })
}

async fn entries(engine: &Arc<Engine>, tenant: TenantId, middle: &Arc<Notify>) -> Value {
    let options = PlaylistOptions { source: "s".into(), bouquet: "B".into(), prune: false, dry_run: false };
    let entries = numbers(middle).map(|number| {
        let (name, url) = (format!("Channel {number}"), format!("http://tv.example.org/{number}.ts"));
        Ok(Ok(PlaylistEntry { name, url, ..PlaylistEntry::default() }))
    });
    playlist(engine, Caller::system(tenant, "t"), &options, entries, |_| true).await.unwrap()
}

async fn programmes(engine: &Arc<Engine>, tenant: TenantId, title: &str, middle: &Arc<Notify>) -> Value {
    let items = numbers(middle).map(|number| {
        let start = Unix(number * 3_600);
        let (channel, title) = ("c1".into(), title.into());
        let (description, language) = (String::new(), String::new());
        Ok(Ok(GuideItem::Programme(Programme {
            id: 0,
            channel,
            start,
            stop: start.plus(3_600),
            title,
            description,
            language,
        })))
    });
    let options = GuideOptions { source: "epg".into(), dry_run: false };
    guide(engine, Caller::system(tenant, "t"), &options, items, |_| true).await.unwrap()
}

/// Drops the import when it is in the middle.
async fn leave(middle: &Notify, import: impl Future<Output = Value>) {
    tokio::select! {
        biased;
        () = middle.notified() => {}
        report = import => panic!("it came to its end: {report}"),
    }
}

async fn jobs(engine: &Engine, tenant: TenantId) -> Vec<Job> {
    let query = Query::all(Kind::Job, Scope::Tenant);
    let page = engine.store().list(Database::Tenant(tenant), query).await.unwrap();
    let job = |row| if let Object::Job(job) = row { job } else { panic!("no job") };
    page.rows.into_iter().map(job).collect()
}

async fn job(engine: &Engine, tenant: TenantId, id: JobId) -> Job {
    jobs(engine, tenant).await.into_iter().find(|job| job.id == id).unwrap()
}

async fn step(engine: &Arc<Engine>) {
    engine.step(engine.clock().now()).await.unwrap();
}

fn is_interrupted(job: &Job) -> bool {
    job.state == JobState::Failed
        && job.ended_at.is_some()
        && job.error.as_deref().is_some_and(|error| error.starts_with("interrupted") && error.contains("again"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_process_left_running_has_failed_and_its_guide_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let never = Arc::new(Notify::new());
    let earlier = {
        let (engine, tenant) = panel(&data).await;
        programmes(&engine, tenant, "good", &Arc::default()).await;
        for import in 0..2 {
            let middle = Arc::new(Notify::new());
            match import {
                0 => leave(&middle, programmes(&engine, tenant, "torn", &middle)).await,
                _ => leave(&middle, entries(&engine, tenant, &middle)).await,
            }
        }
        jobs(&engine, tenant).await
    };
    let left: Vec<JobId> = earlier.iter().filter(|job| job.state == JobState::Running).map(|job| job.id).collect();
    assert_eq!((earlier.len(), left.len()), (3, 2), "a process that ends without a word leaves two rows: {earlier:?}");

    let (engine, tenant) = panel(&data).await;
    let source = GuideSourceId(1);
    let size = async |build| engine.store().build_size(tenant, source, Build(build)).await.unwrap();
    assert!(size(2).await > 0, "the torn build is there");
    step(&engine).await;
    for id in left {
        let job = job(&engine, tenant, id).await;
        assert!(is_interrupted(&job), "{job:?}");
    }
    assert_eq!((size(1).await, size(2).await), (1_200, 0));
    let done = jobs(&engine, tenant).await.into_iter().filter(|job| job.state == JobState::Done).count();
    assert_eq!(done, 1, "the one that was done stays done");

    let again = entries(&engine, tenant, &never).await;
    let (added, unchanged) = (again["counts"]["added"].as_i64(), again["counts"]["unchanged"].as_i64());
    assert_eq!(added.unwrap() + unchanged.unwrap(), ALL, "{again}");
    let whole = programmes(&engine, tenant, "whole", &never).await;
    assert_eq!(whole["counts"], json!({ "programmes": ALL }));
    let broken = engine.store().verify(Database::Tenant(tenant)).await.unwrap().findings;
    assert!(broken.is_empty(), "{broken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_dropped_ends_with_the_next_step_and_one_under_way_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, tenant) = panel(&dir.path().join("data")).await;
    let middle = Arc::new(Notify::new());
    // The first step of the process looks through every tenant, while an import is under way.
    let stepped = async {
        middle.notified().await;
        step(&engine).await;
        jobs(&engine, tenant).await.remove(0)
    };
    let (report, seen) = tokio::join!(entries(&engine, tenant, &middle), stepped);
    assert_eq!((seen.state, &report["state"]), (JobState::Running, &json!("done")));

    leave(&middle, programmes(&engine, tenant, "torn", &middle)).await;
    step(&engine).await;
    let ended = jobs(&engine, tenant).await;
    assert_eq!(ended[0].state, JobState::Done, "{ended:?}");
    assert!(is_interrupted(&ended[1]), "{ended:?}");
    let left = engine.store().build_size(tenant, GuideSourceId(1), Build(1)).await.unwrap();
    assert_eq!(left, 0, "what nobody will read is dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_guide_is_given_up_and_the_last_good_one_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, tenant) = panel(&dir.path().join("data")).await;
    programmes(&engine, tenant, "good", &Arc::default()).await;
    let items = (0..ALL).map(|number| {
        let start = Unix(number * 3_600);
        let (title, description, language) = ("new".into(), String::new(), String::new());
        let programme =
            Programme { id: 0, channel: "c1".into(), start, stop: start.plus(9), title, description, language };
        Ok(Ok(GuideItem::Programme(programme)))
    });
    let options = GuideOptions { source: "epg".into(), dry_run: false };
    let report = guide(&engine, Caller::system(tenant, "t"), &options, items, |at| at.read < 1_000).await.unwrap();
    assert_eq!((&report["state"], &report["read"]), (&json!("cancelled"), &json!(1_000)));
    assert_eq!(jobs(&engine, tenant).await[1].state, JobState::Cancelled);
    step(&engine).await;
    let source = GuideSourceId(1);
    let size = async |build| engine.store().build_size(tenant, source, Build(build)).await.unwrap();
    assert_eq!((size(1).await, size(2).await), (1_200, 0));
}
