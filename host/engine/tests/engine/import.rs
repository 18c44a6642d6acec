//! Imports: what a second run changes, and what a broken file leaves.

use crate::panel::{Panel, code, map};
use host_core::caller::{Caller, Scope};
use host_core::guide::{GuideChannel, Programme};
use host_core::import::{GuideItem, ImportError, LeftOut, PlaylistEntry, Skipped};
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::{Filter, Query};
use host_core::stream::{Stream, StreamKind};
use host_core::time::Unix;
use host_engine::import::{GuideOptions, PlaylistOptions, guide, playlist};
use host_engine::{Work, record};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn options() -> PlaylistOptions {
    PlaylistOptions { source: "free-tv".into(), bouquet: "Free".into(), prune: false, dry_run: false }
}

fn entry(number: u32) -> PlaylistEntry {
    PlaylistEntry {
        name: format!("Channel {number}"),
        url: format!("http://tv.example.org/{number}.m3u8"),
        tvg_id: format!("c{number}"),
        group: format!("Group {}", number % 7),
        ..PlaylistEntry::default()
    }
}

async fn import(panel: &Panel, options: &PlaylistOptions, entries: Vec<PlaylistEntry>) -> Value {
    let entries = entries.into_iter().map(|entry| Ok(Ok(entry)));
    playlist(&panel.engine, Caller::system(panel.tenant, "t"), options, entries, |_| true).await.unwrap()
}

async fn imported(panel: &Panel) -> Vec<Stream> {
    let filters = vec![Filter::ImportedFrom("free-tv".into())];
    let query = Query { filters, ..Query::all(Kind::Stream, Scope::Tenant) };
    let page = panel.engine.store().list(Database::Tenant(panel.tenant), query).await.unwrap();
    page.rows
        .into_iter()
        .filter_map(|row| match row {
            Object::Stream(stream) => Some(stream),
            _ => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_an_entry_asks_for_are_those_of_its_source_unless_viewers_are_redirected() {
    let panel = Panel::new().await;
    let headers = BTreeMap::from([("User-Agent".to_owned(), "Box/1.0".to_owned())]);
    import(&panel, &options(), vec![entry(1), entry(2)]).await;
    let redirected = imported(&panel).await.remove(0);
    let redirect = map(json!({ "delivery": "redirect" }));
    let verb = async |work: &mut Work| record::edit(work, "stream", redirected.id.0, &redirect).await;
    panel.engine.act(Caller::system(panel.tenant, "t"), "t", verb).await.unwrap();
    let asking = |number| PlaylistEntry { headers: headers.clone(), ..entry(number) };
    let again = import(&panel, &options(), vec![asking(1), asking(2)]).await;
    assert_eq!(again["counts"], json!({ "unchanged": 1, "changed": 1 }));
    let streams = imported(&panel).await;
    assert!(streams[0].sources[0].headers.is_empty());
    assert_eq!(streams[1].sources[0].headers, headers);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_import_of_the_same_file_changes_nothing() {
    let panel = Panel::new().await;
    let entries: Vec<_> = (0..1_200).map(entry).collect();
    let first = import(&panel, &options(), entries.clone()).await;
    assert_eq!(first["counts"], json!({ "added": 1_200 }));
    let generation = panel.engine.store().catalogue_generation(panel.tenant, None);
    let second = import(&panel, &options(), entries).await;
    assert_eq!(second["counts"], json!({ "unchanged": 1_200 }));
    assert_eq!(panel.engine.store().catalogue_generation(panel.tenant, None), generation, "lists stay as they were");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_edited_by_hand_is_kept_and_the_others_follow_the_file() {
    let panel = Panel::new().await;
    import(&panel, &options(), vec![entry(1)]).await;
    let stream = imported(&panel).await.remove(0);
    let name = map(json!({ "name": "By hand" }));
    let verb = async |work: &mut Work| record::edit(work, "stream", stream.id.0, &name).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    let newer = PlaylistEntry { name: "Channel 1 HD".into(), logo: "http://tv.example.org/l.png".into(), ..entry(1) };
    let report = import(&panel, &options(), vec![newer]).await;
    assert_eq!(report["counts"], json!({ "changed": 1 }));
    let after = imported(&panel).await.remove(0);
    assert_eq!((after.name.as_str(), after.icon.as_str()), ("By hand", "http://tv.example.org/l.png"));
    assert_eq!(after.id, stream.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_moved_is_the_same_stream_when_id_and_name_say_so() {
    let panel = Panel::new().await;
    import(&panel, &options(), vec![entry(1), entry(2)]).await;
    let before = imported(&panel).await;
    let moved = PlaylistEntry { url: "http://new.example.org/1.m3u8".into(), ..entry(1) };
    let report = import(&panel, &options(), vec![moved, entry(2)]).await;
    assert_eq!(report["counts"], json!({ "changed": 1, "unchanged": 1 }));
    let after = imported(&panel).await;
    assert_eq!((after[0].id, after.len()), (before[0].id, 2));
    assert_eq!(after[0].sources, ["http://new.example.org/1.m3u8".into()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_missing_until_it_is_back_or_pruned() {
    let panel = Panel::new().await;
    import(&panel, &options(), vec![entry(1), entry(2)]).await;
    let report = import(&panel, &options(), vec![entry(2)]).await;
    assert_eq!(report["counts"], json!({ "unchanged": 1, "missing": 1 }));
    let missing = |streams: &[Stream]| streams.iter().filter(|s| s.origin.as_ref().unwrap().missing).count();
    assert_eq!(missing(&imported(&panel).await), 1);
    import(&panel, &options(), vec![entry(1), entry(2)]).await;
    assert_eq!(missing(&imported(&panel).await), 0);
    let report = import(&panel, &PlaylistOptions { prune: true, ..options() }, vec![entry(2)]).await;
    assert_eq!(report["counts"], json!({ "unchanged": 1, "missing": 1, "pruned": 1 }));
    assert_eq!(imported(&panel).await.len(), 1);
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_make_categories_movies_are_movies_and_duplicates_are_counted() {
    let panel = Panel::new().await;
    let movie = PlaylistEntry { url: "http://tv.example.org/film.MKV?x=1".into(), group: "Films".into(), ..entry(1) };
    let radio = PlaylistEntry { url: "http://tv.example.org/radio".into(), radio: true, ..entry(2) };
    let entries = vec![movie.clone(), radio, movie, entry(3)];
    let skipped = [3, 9].map(|line| Ok(Err(LeftOut { line, name: "Gone".into(), reason: Skipped::NoUrl })));
    let entries = entries.into_iter().map(|entry| Ok(Ok(entry))).chain(skipped);
    let caller = Caller::system(panel.tenant, "t");
    let report = playlist(&panel.engine, caller, &options(), entries, |_| true).await.unwrap();
    assert_eq!(report["counts"], json!({ "added": 3, "skipped:duplicate": 1, "skipped:no_url": 2 }));
    let streams = imported(&panel).await;
    let kinds: Vec<_> = streams.iter().map(|stream| stream.kind).collect();
    assert_eq!(kinds, [StreamKind::Movie, StreamKind::Radio, StreamKind::Live]);
    assert_eq!(streams[0].container, "mkv");
    let mut query = Query::all(Kind::Category, Scope::Tenant);
    query.limit = 10;
    let page = panel.engine.store().list(Database::Tenant(panel.tenant), query).await.unwrap();
    assert_eq!(page.total, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_breaks_off_keeps_what_was_read_and_marks_nothing_missing() {
    let panel = Panel::new().await;
    import(&panel, &options(), vec![entry(1), entry(2)]).await;
    let broken = [Ok(Ok(entry(3))), Err(ImportError::Io("gone".into()))];
    let caller = Caller::system(panel.tenant, "t");
    let outcome = playlist(&panel.engine, caller, &options(), broken.into_iter(), |_| true).await;
    assert_eq!(code(outcome), "invalid_input");
    let streams = imported(&panel).await;
    assert_eq!(streams.len(), 3);
    assert!(streams.iter().all(|stream| !stream.origin.as_ref().unwrap().missing));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_an_import_counts_and_writes_nothing() {
    let panel = Panel::new().await;
    let report = import(&panel, &PlaylistOptions { dry_run: true, ..options() }, vec![entry(1), entry(2)]).await;
    assert_eq!(report["counts"], json!({ "added": 2 }));
    assert!(imported(&panel).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_keeps_whole_chunks() {
    let panel = Panel::new().await;
    let entries = (0..1_200).map(|number| Ok(Ok(entry(number))));
    let caller = Caller::system(panel.tenant, "t");
    let report = playlist(&panel.engine, caller, &options(), entries, |progress| progress.read < 1_000).await.unwrap();
    assert_eq!(report["state"], "cancelled");
    assert_eq!(report["counts"], json!({ "added": 1_000 }));
}

fn programme(number: i64, title: &str) -> GuideItem {
    let start = Unix(1_800_000_000 + number * 3_600);
    GuideItem::Programme(Programme {
        id: 0,
        channel: "c1".into(),
        start,
        stop: start.plus(3_600),
        title: title.into(),
        description: String::new(),
        language: String::new(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_fails_keeps_the_last_good_one_and_a_good_one_replaces_it() {
    let panel = Panel::new().await;
    let options = GuideOptions { source: "epg".into(), dry_run: false };
    let channel = || GuideItem::Channel(GuideChannel { id: "c1".into(), name: "One".into(), icon: String::new() });
    let run = async |items: Vec<Result<Result<GuideItem, LeftOut>, ImportError>>| {
        let caller = Caller::system(panel.tenant, "t");
        guide(&panel.engine, caller, &options, items.into_iter(), |_| true).await
    };
    let titles = async || {
        let (from, to) = (Unix(0), Unix(i64::MAX));
        let found = panel.engine.store().programmes(panel.tenant, None, vec!["c1".into()], from, to, 10_000).await;
        found.unwrap().into_iter().map(|programme| programme.title).collect::<std::collections::BTreeSet<_>>()
    };
    let good = |title: &str| -> Vec<_> {
        let programmes = (0..700).map(|number| Ok(Ok(programme(number, title))));
        std::iter::once(Ok(Ok(channel()))).chain(programmes).collect()
    };
    let report = run(good("first")).await.unwrap();
    assert_eq!(report["counts"], json!({ "channels": 1, "programmes": 700 }));
    let mut broken = good("broken");
    broken.push(Err(ImportError::Io("gone".into())));
    assert_eq!(code(run(broken).await), "invalid_input");
    assert_eq!(titles().await, ["first".to_owned()].into());
    assert_eq!(code(run(vec![Ok(Ok(channel()))]).await), "invalid_input");
    assert_eq!(titles().await, ["first".to_owned()].into());
    run(good("second")).await.unwrap();
    assert_eq!(titles().await, ["second".to_owned()].into());
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    let source = host_core::GuideSourceId(1);
    let left = panel.engine.store().build_size(panel.tenant, source, host_core::guide::Build(1)).await.unwrap();
    assert_eq!(left, 0, "the old build is dropped");
}
