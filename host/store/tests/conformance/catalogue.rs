//! Catalogues: what bouquets hold, in order, each once, and when that changes.

use crate::panel::*;
use host_core::bouquet::{Bouquet, Member};
use host_core::category::{Category, CategoryKind};
use host_core::plan::{Change, SetChange, SetKind};
use host_core::settings::{SETTINGS, Settings};
use host_core::stream::{EpisodeOf, Origin, Stream, StreamKind};
use host_core::*;

const LIVE: StreamKind = StreamKind::Live;

fn streams(ids: &[u32]) -> Vec<Member> {
    ids.iter().map(|id| Member::Stream(StreamId(*id))).collect()
}

fn catalogue(panel: &Panel<'_>, bouquets: &[u32], kinds: &[StreamKind], category: Option<u32>) -> Vec<u32> {
    let bouquets = bouquets.iter().map(|id| BouquetId(*id)).collect();
    let ids = wait(panel.store.catalogue(TENANT, bouquets, kinds.to_vec(), category.map(CategoryId))).unwrap();
    ids.into_iter().map(|id| id.0).collect()
}

pub(crate) fn the_catalogue_has_each_stream_once_in_order(panel: &Panel<'_>) {
    let news = |id| Stream { categories: vec![CategoryId(5), CategoryId(6)], ..stream(id, LIVE) };
    panel.done([
        insert(bouquet(1)),
        insert(bouquet(2)),
        insert(stream(1, LIVE)),
        insert(news(2)),
        insert(stream(3, StreamKind::Movie)),
        insert(Stream { enabled: false, ..stream(4, LIVE) }),
        insert(news(5)),
        insert(series(1)),
        Change::SetMembers(BouquetId(1), [streams(&[5, 1, 3, 4]), vec![Member::Series(SeriesId(1))]].concat()),
        Change::SetMembers(BouquetId(2), streams(&[2, 5])),
    ]);
    assert_eq!(catalogue(panel, &[1, 2], &[LIVE], None), [5, 1, 2]);
    assert_eq!(catalogue(panel, &[2, 1], &[LIVE], None), [2, 5, 1]);
    assert_eq!(catalogue(panel, &[1, 2], &[LIVE, StreamKind::Movie], None), [5, 1, 3, 2]);
    assert_eq!(catalogue(panel, &[1, 2], &[LIVE], Some(6)), [5, 2]);
    assert_eq!(catalogue(panel, &[1], &[], None), [0; 0]);
    assert_eq!(catalogue(panel, &[], &[LIVE], None), [0; 0]);
    let shows = wait(panel.store.catalogue_series(TENANT, vec![BouquetId(2), BouquetId(1)], None)).unwrap();
    assert_eq!(shows, [SeriesId(1)]);
    let wanted = [5, 404, 1, 5].map(StreamId).to_vec();
    let got: Vec<_> = wait(panel.store.streams(TENANT, wanted)).unwrap().iter().map(|s| s.id.0).collect();
    assert_eq!(got, [5, 1, 5]);
}

pub(crate) fn a_large_catalogue_keeps_its_order(panel: &Panel<'_>) {
    let many = 3_000;
    panel.done((1..=many).map(|id| insert(stream(id, LIVE))));
    let order: Vec<u32> = (1..=many).rev().collect();
    panel.done([insert(bouquet(1)), Change::SetMembers(BouquetId(1), streams(&order))]);
    assert_eq!(catalogue(panel, &[1], &[LIVE], None), order);
    let ids = order.iter().map(|id| StreamId(*id)).collect();
    let read: Vec<_> = wait(panel.store.streams(TENANT, ids)).unwrap().iter().map(|s| s.id.0).collect();
    assert_eq!(read, order);
}

pub(crate) fn members_are_appended_once_and_go_with_their_stream(panel: &Panel<'_>) {
    panel.done((1..=4).map(|id| insert(stream(id, LIVE))));
    panel.done([insert(bouquet(1)), Change::SetMembers(BouquetId(1), streams(&[3, 1]))]);
    assert_eq!(panel.get::<Bouquet>(BouquetId(1)).unwrap().version, Version(1));
    panel.done([Change::AddMembers(BouquetId(1), streams(&[1, 2, 3, 4]))]);
    let members = || wait(panel.store.members(TENANT, BouquetId(1))).unwrap();
    assert_eq!(members(), streams(&[3, 1, 2, 4]));
    assert_eq!(panel.get::<Bouquet>(BouquetId(1)).unwrap().version, Version(2), "membership is a change");
    panel.done([delete(&panel.get::<Stream>(StreamId(1)).unwrap())]);
    assert_eq!(members(), streams(&[3, 2, 4]));
    assert_eq!(panel.verify(), []);
}

pub(crate) fn an_episode_is_carried_by_its_series(panel: &Panel<'_>) {
    let episode = Stream {
        episode_of: Some(EpisodeOf { series: SeriesId(1), season: 1, number: 1 }),
        ..stream(7, StreamKind::Episode)
    };
    panel.done([
        insert(series(1)),
        insert(episode),
        insert(stream(8, LIVE)),
        insert(bouquet(1)),
        insert(bouquet(2)),
        Change::SetMembers(BouquetId(1), vec![Member::Series(SeriesId(1))]),
        Change::SetMembers(BouquetId(2), streams(&[8])),
    ]);
    let carries = |bouquets: &[u32], id| {
        wait(panel.store.carries(TENANT, bouquets.iter().map(|b| BouquetId(*b)).collect(), StreamId(id))).unwrap()
    };
    assert!(carries(&[2, 1], 7) && carries(&[2], 8));
    assert!(!carries(&[2], 7) && !carries(&[1], 8) && !carries(&[1, 2], 404) && !carries(&[], 8));
}

pub(crate) fn the_generation_rises_with_what_lists_are_made_of(panel: &Panel<'_>) {
    let generation = |bouquet: u32| panel.store.catalogue_generation(TENANT, Some(&[BouquetId(bouquet)]));
    let of_all = || panel.store.catalogue_generation(TENANT, None);
    panel.done([
        insert(bouquet(1)),
        insert(bouquet(2)),
        insert(stream(1, LIVE)),
        insert(stream(2, LIVE)),
        insert(series(1)),
        Change::AddMembers(BouquetId(2), streams(&[2])),
        Change::AddMembers(BouquetId(2), vec![Member::Series(SeriesId(1))]),
    ]);
    let other = generation(1);
    let same = |what: &str| assert_eq!(generation(1), other, "{what} is not part of the lists of another bouquet");
    let mut last = generation(2);
    let episode_of = Some(EpisodeOf { series: SeriesId(1), season: 1, number: 1 });
    let watched = panel.get::<Stream>(StreamId(2)).unwrap();
    let mut raised = |what: &str, change: Change| {
        panel.done([change]);
        assert!(generation(2) > last, "{what}");
        assert_eq!(generation(2), of_all());
        last = generation(2);
        same(what);
    };
    raised("a member", Change::AddMembers(BouquetId(2), streams(&[1])));
    raised("a stream", update(Stream { name: "other".into(), ..watched }));
    raised("an episode", insert(Stream { episode_of, ..stream(3, StreamKind::Episode) }));
    raised("the bouquet", update(Bouquet { name: "renamed".into(), ..panel.get(BouquetId(2)).unwrap() }));
    raised("a stream that goes", delete(&panel.get::<Stream>(StreamId(1)).unwrap()));
    // By its series alone, and marked: what an import no longer names.
    let origin = Some(Origin { source: "file".into(), url: "http://h/5".into(), missing: true, ..Origin::default() });
    let episode = Stream { episode_of, origin, ..stream(5, StreamKind::Episode) };
    raised("an imported episode", insert(episode));
    let what = SetKind::PruneMissing("file".into());
    raised("episodes that are pruned", Change::Set(SetChange { what, expected: Some(1) }));
    let settings = panel.store.settings_generation(TENANT);
    panel.done([insert(line(1, RESELLER)), insert(stream(4, LIVE))]);
    panel.done([insert(Settings { id: SETTINGS, ..Settings::default() })]);
    assert!(panel.store.settings_generation(TENANT) > settings);
    assert_eq!(generation(2), last, "lines, settings and streams of no bouquet are not part of lists");
    let news =
        Category { id: CategoryId(1), version: Version(0), kind: CategoryKind::Live, name: "News".into(), position: 1 };
    assert!(panel.commit(plan([update(stream(2, LIVE))])).is_err());
    panel.done([insert(news)]);
    assert!(generation(1) > other && generation(2) > last, "categories are part of all lists");
}
