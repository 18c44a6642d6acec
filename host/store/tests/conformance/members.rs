//! Members of a bouquet: put in, taken out, moved, paged and counted, at the cost of what is named.

use crate::panel::*;
use host_core::bouquet::{Member, Spot};
use host_core::plan::Change;
use host_core::series::Series;
use host_core::stream::{Stream, StreamKind};
use host_core::*;

const BOUQUET: BouquetId = BouquetId(1);

fn streams(ids: impl IntoIterator<Item = u32>) -> Vec<Member> {
    ids.into_iter().map(|id| Member::Stream(StreamId(id))).collect()
}

fn numbers(panel: &Panel<'_>) -> Vec<u32> {
    let members = wait(panel.store.members(TENANT, BOUQUET)).unwrap();
    members.iter().map(|member| if let Member::Stream(id) = member { id.0 } else { 0 }).collect()
}

fn place(ids: &[u32], spot: Spot) -> Change {
    Change::PlaceMembers(BOUQUET, streams(ids.iter().copied()), spot)
}

fn with_streams(panel: &Panel<'_>, count: u32) {
    for chunk in (1..=count).collect::<Vec<_>>().chunks(1_000) {
        panel.done(chunk.iter().map(|id| insert(stream(*id, StreamKind::Live))));
    }
    panel.done([insert(bouquet(1)), Change::SetMembers(BOUQUET, streams(1..=count))]);
}

pub(crate) fn members_are_added_removed_and_moved_where_they_are_told(panel: &Panel<'_>) {
    with_streams(panel, 6);
    panel.done([Change::RemoveMembers(BOUQUET, streams([2, 5, 404]))]);
    assert_eq!(numbers(panel), [1, 3, 4, 6]);
    panel.done([place(&[6, 2], Spot::First)]);
    assert_eq!(numbers(panel), [6, 2, 1, 3, 4]);
    let beside = |id| Member::Stream(StreamId(id));
    panel.done([place(&[4, 5], Spot::Before(beside(2)))]);
    assert_eq!(numbers(panel), [6, 4, 5, 2, 1, 3]);
    panel.done([place(&[6], Spot::After(beside(3))), place(&[1], Spot::Last)]);
    assert_eq!(numbers(panel), [4, 5, 2, 3, 6, 1]);
    let gone = conflict(panel.commit(plan([place(&[1], Spot::After(beside(404)))])));
    assert_eq!(gone, host_core::plan::Guard::Referred);
    let version = panel.get::<host_core::bouquet::Bouquet>(BOUQUET).unwrap().version;
    assert_eq!(version, Version(6), "each edit is a change of the bouquet");
}

pub(crate) fn any_number_of_members_fits_between_two_neighbours(panel: &Panel<'_>) {
    with_streams(panel, 60);
    // Always right behind the first: each time the room there is half of what it was.
    for id in 3..=60 {
        panel.done([place(&[id], Spot::After(Member::Stream(StreamId(1))))]);
    }
    let wanted: Vec<u32> = std::iter::once(1).chain((3..=60).rev()).chain([2]).collect();
    assert_eq!(numbers(panel), wanted);
    panel.done([place(&(3..=60).collect::<Vec<_>>(), Spot::Before(Member::Stream(StreamId(1))))]);
    assert_eq!(numbers(panel), (3..=60).chain([1, 2]).collect::<Vec<_>>());
}

pub(crate) fn members_are_paged_and_counted_by_what_they_are(panel: &Panel<'_>) {
    panel.done([
        insert(stream(1, StreamKind::Live)),
        insert(stream(2, StreamKind::Movie)),
        insert(stream(3, StreamKind::Radio)),
        insert(series(7)),
        insert(bouquet(1)),
        insert(bouquet(2)),
    ]);
    let all = [streams([1, 2, 3]), vec![Member::Series(SeriesId(7))]].concat();
    panel.done([Change::SetMembers(BOUQUET, all.clone()), Change::AddMembers(BouquetId(2), streams([2]))]);
    let counts = |bouquet| {
        let counted = wait(panel.store.member_counts(TENANT, vec![BouquetId(bouquet)])).unwrap();
        counted.iter().map(|counted| (counted.kind, counted.members)).collect::<Vec<_>>()
    };
    let (live, movie, radio) = (Some(StreamKind::Live), Some(StreamKind::Movie), Some(StreamKind::Radio));
    assert_eq!(counts(1), [(live, 1), (movie, 1), (radio, 1), (None, 1)]);
    let page = |after, limit| {
        let page = wait(panel.store.members_page(TENANT, BOUQUET, after, limit)).unwrap();
        page.into_iter().map(|held| (held.member, held.kind)).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2), [(all[0], live), (all[1], movie)]);
    assert_eq!(page(Some(all[1]), 10), [(all[2], radio), (all[3], None)]);
    assert!(wait(panel.store.holds(TENANT, BOUQUET, all[3])).unwrap());
    assert!(!wait(panel.store.holds(TENANT, BouquetId(2), all[3])).unwrap());
    panel.done([update(Stream { kind: StreamKind::CreatedChannel, ..panel.get::<Stream>(StreamId(1)).unwrap() })]);
    let made = (Some(StreamKind::CreatedChannel), 1);
    assert_eq!(counts(1), [made, (movie, 1), (radio, 1), (None, 1)]);
    panel
        .done([delete(&panel.get::<Stream>(StreamId(2)).unwrap()), delete(&panel.get::<Series>(SeriesId(7)).unwrap())]);
    assert_eq!(counts(1), [made, (radio, 1)]);
    assert_eq!(counts(2), [], "it left every bouquet");
    panel.done([Change::SetMembers(BOUQUET, streams([3]))]);
    assert_eq!(counts(1), [(radio, 1)]);
    assert_eq!(panel.verify(), []);
}
