//! Guides that are fetched: when, how often again after failures and restarts, and what stays when one cannot be read.
//! The clock is moved by hand, and the feed is in memory.

use crate::panel::{Panel, map};
use futures_util::StreamExt;
use host_core::caller::Scope;
use host_core::guide::{GuideSource, Programme};
use host_core::import::{GuideItem, ImportError};
use host_core::job::{Job, JobState};
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::{Clock, GuideFeed, GuideItems, Query};
use host_core::source::Source;
use host_core::time::Unix;
use host_core::{GuideSourceId, JobId};
use host_engine::{Engine, Work, record};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// What the next fetch finds.
#[derive(Clone)]
enum Found {
    /// A guide of programmes with these ends, called so.
    Guide(&'static str, Vec<i64>),
    /// One that breaks off after the first programme.
    Torn(Vec<i64>),
    /// One that never goes on after the first programme.
    Stalled(Vec<i64>),
    Nothing,
}

struct Feed {
    found: Mutex<Found>,
    asked: Mutex<Vec<Source>>,
}

fn feed() -> Arc<Feed> {
    Arc::new(Feed { found: Mutex::new(Found::Nothing), asked: Mutex::default() })
}

fn programme(title: &str, stop: i64) -> Result<Result<GuideItem, host_core::import::LeftOut>, ImportError> {
    let (start, stop) = (Unix(stop - HOUR), Unix(stop));
    let (description, language) = (String::new(), String::new());
    let (channel, title) = ("c1".into(), title.into());
    Ok(Ok(GuideItem::Programme(Programme { id: 0, channel, start, stop, title, description, language })))
}

impl GuideFeed for Feed {
    fn items(&self, source: &Source) -> GuideItems {
        self.asked.lock().push(source.clone());
        let all = |title: &'static str, ends: Vec<i64>| ends.into_iter().map(move |end| programme(title, end));
        let error = || Err(ImportError::Io("no luck".into()));
        match self.found.lock().clone() {
            Found::Guide(title, ends) => Box::pin(futures_util::stream::iter(all(title, ends))),
            Found::Torn(ends) => Box::pin(futures_util::stream::iter(all("torn", ends).chain([error()]))),
            Found::Stalled(ends) => {
                Box::pin(futures_util::stream::iter(all("stalled", ends)).chain(futures_util::stream::pending()))
            }
            Found::Nothing => Box::pin(futures_util::stream::iter([error()])),
        }
    }
}

impl Feed {
    fn find(&self, found: Found) {
        *self.found.lock() = found;
    }

    fn asked(&self) -> usize {
        self.asked.lock().len()
    }
}

async fn make(panel: &Panel, document: Value) -> Value {
    let verb = async |work: &mut Work| record::create(work, "guide_source", &map(document.clone())).await;
    panel.engine.act(panel.admin.clone(), "create_epg", verb).await.unwrap()
}

async fn edit(panel: &Panel, document: Value) -> host_engine::Result<Value> {
    let verb = async |work: &mut Work| record::edit(work, "guide_source", 1, &map(document.clone())).await;
    panel.engine.act(panel.admin.clone(), "edit_epg", verb).await
}

async fn delete(panel: &Panel) {
    let verb = async |work: &mut Work| record::delete(work, "guide_source", 1).await;
    panel.engine.act(panel.admin.clone(), "delete_epg", verb).await.unwrap();
}

async fn row(panel: &Panel) -> GuideSource {
    let page = panel.engine.store().list(Database::Tenant(panel.tenant), Query::all(Kind::GuideSource, Scope::Tenant));
    match page.await.unwrap().rows.remove(0) {
        Object::GuideSource(source) => source,
        other => panic!("{other:?}"),
    }
}

async fn job(panel: &Panel, id: Option<JobId>) -> Job {
    let key = id.unwrap().into();
    match panel.engine.store().get(Database::Tenant(panel.tenant), Scope::Tenant, key).await.unwrap() {
        Some(Object::Job(job)) => job,
        other => panic!("{other:?}"),
    }
}

/// Programmes that readers see, by title and end.
async fn guide(panel: &Panel) -> Vec<(String, i64)> {
    let (from, to) = (Unix(0), Unix(i64::MAX));
    let found = panel.engine.store().programmes(panel.tenant, None, vec!["c1".into()], from, to, 100).await.unwrap();
    found.into_iter().map(|programme| (programme.title, programme.stop.0)).collect()
}

/// A second of the process: a step, and all fetches that are due. How many there were.
async fn second(engine: &Arc<Engine>, clock: &dyn Clock, feed: &Feed) -> usize {
    engine.step(clock.now()).await.unwrap();
    let mut count = 0;
    while let Some(turn) = engine.take_guide_turn(clock.now()) {
        turn.fetch(feed).await.unwrap();
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_fetched_when_it_is_made_and_then_by_its_schedule() {
    let (panel, feed) = (Panel::new().await, feed());
    let now = panel.clock.now().0;
    feed.find(Found::Guide("first", vec![now + HOUR]));
    let headers = json!({ "Cookie": "a=b" });
    let made =
        make(&panel, json!({ "name": "epg", "url": "http://h/guide.xml", "headers": headers, "every": 12 })).await;
    let waiting = job(&panel, Some(JobId(u32::try_from(made["job"].as_u64().unwrap()).unwrap()))).await;
    assert_eq!(waiting.state, JobState::Waiting, "it is there before anything is fetched");
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
    let source = feed.asked.lock()[0].clone();
    assert_eq!((source.url.as_str(), source.headers["Cookie"].as_str()), ("http://h/guide.xml", "a=b"));
    assert_eq!(guide(&panel).await, [("first".to_owned(), now + HOUR)]);
    let first = row(&panel).await;
    assert_eq!((first.intact, first.programmes, first.error.clone(), first.job), (true, 1, None, Some(waiting.id)));
    assert_eq!(job(&panel, first.job).await.state, JobState::Done);

    feed.find(Found::Guide("second", vec![now + DAY]));
    panel.clock.pass(12 * HOUR - 1);
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 0, "it is not due yet");
    panel.clock.pass(2 * HOUR);
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 0);
    assert_eq!(guide(&panel).await, [("second".to_owned(), now + DAY)]);
    let second = row(&panel).await;
    assert_ne!(second.job, first.job, "each fetch has a job of its own");
    assert_eq!(job(&panel, second.job).await.state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_cannot_be_read_keeps_the_last_good_one_and_is_tried_ever_later() {
    let (panel, feed) = (Panel::new().await, feed());
    let end = panel.clock.now().0 + 30 * DAY;
    feed.find(Found::Guide("good", vec![end]));
    make(&panel, json!({ "name": "epg", "url": "http://h/guide.xml" })).await;
    second(&panel.engine, &*panel.clock, &feed).await;
    panel.clock.pass(27 * HOUR);
    feed.find(Found::Torn(vec![end]));
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
    let failed = row(&panel).await;
    assert_eq!((failed.intact, failed.failures, failed.current == failed.latest), (false, 1, false));
    assert!(failed.error.as_deref().unwrap().contains("no luck"), "{failed:?}");
    let tried = job(&panel, failed.job).await;
    assert!(tried.state == JobState::Failed && tried.error.unwrap().contains("no luck"));
    assert_eq!(guide(&panel).await, [("good".to_owned(), end)]);

    feed.find(Found::Nothing);
    for (pause, failures) in [(330, 2), (660, 3), (1_320, 4)] {
        assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 0, "not before its time");
        panel.clock.pass(pause);
        assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
        assert_eq!(row(&panel).await.failures, failures);
    }
    assert_eq!(guide(&panel).await, [("good".to_owned(), end)]);

    feed.find(Found::Guide("better", vec![end]));
    panel.clock.pass(2_640);
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
    let well = row(&panel).await;
    assert_eq!((well.intact, well.failures, well.error), (true, 0, None));
    assert_eq!(guide(&panel).await, [("better".to_owned(), end)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_down_for_long_fetches_once_and_one_that_comes_back_soon_not_at_all() {
    let (panel, feed) = (Panel::new().await, feed());
    feed.find(Found::Guide("good", vec![panel.clock.now().0 + 30 * DAY]));
    make(&panel, json!({ "name": "epg", "url": "http://h/guide.xml", "every": 1 })).await;
    second(&panel.engine, &*panel.clock, &feed).await;
    let soon = panel.restarted();
    assert_eq!(second(&soon, &*panel.clock, &feed).await, 0);
    panel.clock.pass(HOUR + 400);
    assert_eq!(second(&soon, &*panel.clock, &feed).await, 1, "due times are kept");
    panel.clock.pass(10 * DAY);
    let late = panel.restarted();
    assert_eq!(second(&late, &*panel.clock, &feed).await, 1);
    assert_eq!(second(&late, &*panel.clock, &feed).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_before_a_restart_is_done_after_it_under_the_same_job() {
    let (panel, feed) = (Panel::new().await, feed());
    feed.find(Found::Guide("good", vec![panel.clock.now().0 + DAY]));
    make(&panel, json!({ "name": "epg", "url": "http://h/guide.xml" })).await;
    let asked = row(&panel).await.job;
    let engine = panel.restarted();
    assert_eq!(second(&engine, &*panel.clock, &feed).await, 1);
    assert_eq!((row(&panel).await.job, job(&panel, asked).await.state), (asked, JobState::Done));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_programmes_are_left_out_and_times_are_moved_as_the_source_says() {
    let (panel, feed) = (Panel::new().await, feed());
    let now = panel.clock.now().0;
    feed.find(Found::Guide("show", vec![now - 3 * DAY, now - DAY, now + DAY]));
    make(&panel, json!({ "name": "epg", "url": "file:a.xml", "days": 2, "offset": 60 })).await;
    second(&panel.engine, &*panel.clock, &feed).await;
    let ends = [now - DAY + HOUR, now + DAY + HOUR];
    assert_eq!(guide(&panel).await, ends.map(|end| ("show".to_owned(), end)));
    // What is fetched is another guide by that.
    edit(&panel, json!({ "offset": 0 })).await.unwrap();
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
    assert_eq!(guide(&panel).await, [now - DAY, now + DAY].map(|end| ("show".to_owned(), end)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_fetches_at_once_and_several_are_one() {
    let (panel, feed) = (Panel::new().await, feed());
    feed.find(Found::Guide("good", vec![panel.clock.now().0 + DAY]));
    make(&panel, json!({ "name": "epg", "url": "http://h/guide.xml" })).await;
    second(&panel.engine, &*panel.clock, &feed).await;
    let done = row(&panel).await.job;
    let asked = [edit(&panel, json!({ "reload": true })).await, edit(&panel, json!({ "reload": true })).await];
    let [one, two] = asked.map(|answer| answer.unwrap()["job"].clone());
    assert_eq!(one, two);
    assert_ne!(one, json!(done));
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 1);
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 0);
    edit(&panel, json!({ "enabled": false })).await.unwrap();
    let refused = edit(&panel, json!({ "reload": true })).await.unwrap_err();
    assert!(refused.to_string().contains("off"), "{refused}");
    panel.clock.pass(10 * DAY);
    assert_eq!(second(&panel.engine, &*panel.clock, &feed).await, 0, "one that is off is not fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_ends_the_fetch_and_leaves_nothing() {
    let (panel, feed) = (Panel::new().await, feed());
    let end = panel.clock.now().0 + DAY;
    feed.find(Found::Guide("good", vec![end]));
    make(&panel, json!({ "name": "epg", "url": "http://h/guide.xml" })).await;
    second(&panel.engine, &*panel.clock, &feed).await;
    // More than one plan of it is written before it stalls.
    feed.find(Found::Stalled((0..600).map(|n| end + n).collect()));
    edit(&panel, json!({ "reload": true })).await.unwrap();
    let turn = panel.engine.take_guide_turn(panel.clock.now()).unwrap();
    let fetch = tokio::task::spawn_blocking({
        let (feed, runtime) = (feed.clone(), tokio::runtime::Handle::current());
        move || runtime.block_on(turn.fetch(&*feed))
    });
    while row(&panel).await.latest.0 < 2 || job(&panel, row(&panel).await.job).await.cursor == 0 {
        tokio::task::yield_now().await;
    }
    assert!(panel.engine.take_guide_turn(panel.clock.now().plus(10 * DAY)).is_none(), "one fetch of it at a time");
    let under_way = row(&panel).await.job;
    delete(&panel).await;
    fetch.await.unwrap().unwrap();
    second(&panel.engine, &*panel.clock, &feed).await;
    assert_eq!(job(&panel, under_way).await.state, JobState::Cancelled);
    for build in 1..=2 {
        let build = host_core::guide::Build(build);
        let left = panel.engine.store().build_size(panel.tenant, GuideSourceId(1), build).await.unwrap();
        assert_eq!(left, 0, "{build:?}");
    }
    assert_eq!(feed.asked(), 2);
}
