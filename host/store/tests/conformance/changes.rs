//! Changes: each writes what it says, and comes back as it went in.

use crate::panel::*;
use host_core::access_code::AccessCode;
use host_core::bouquet::Member;
use host_core::caller::Scope;
use host_core::details::Details;
use host_core::event::{AddressedEffect, Effect};
use host_core::group::Group;
use host_core::job::{Edited, Job, JobState, MassEdit};
use host_core::line::{DeliveryType, Line};
use host_core::object::{Key, Kind, Stored};
use host_core::package::Package;
use host_core::plan::{Change, Database, Guard, Idempotency, MAX_CHANGES, Plan, SetChange, SetKind, Settled};
use host_core::port::{CommitError, Filter, Query};
use host_core::session::{Holder, Session};
use host_core::settings::{SETTINGS, Settings};
use host_core::source::Source;
use host_core::stream::{EpisodeOf, Origin, Stream, StreamKind};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::user::{Role, User};
use host_core::*;

fn same<T: Stored + PartialEq + std::fmt::Debug>(panel: &Panel<'_>, mut thing: T) {
    panel.done([insert(thing.clone())]);
    thing.set_version(Version(1));
    assert_eq!(panel.get::<T>(thing.id()).unwrap(), thing);
}

pub(crate) fn every_kind_comes_back_as_it_went_in(panel: &Panel<'_>) {
    same(panel, line(1, RESELLER));
    same(panel, user(UserId(9), Some(BELOW), Role::Reseller));
    same(panel, series(4));
    let headers = [("Cookie".to_owned(), "a=\"b\"".to_owned())].into();
    let document = Source { headers, program: Some(7), interface: Some("eth1".into()), ..Source::from("http://b/2") };
    let full = Stream {
        enabled: false,
        categories: vec![CategoryId(3), CategoryId(1)],
        sources: vec!["http://a/1".into(), document],
        details: Details { rating: 7.5, plot: "“quoted”".into(), ..Details::default() },
        episode_of: Some(EpisodeOf { series: SeriesId(4), season: 0, number: 7 }),
        origin: Some(Origin { source: "list".into(), url: "http://a/1".into(), seen_at: Unix(3), ..Origin::default() }),
        ..stream(7, StreamKind::Episode)
    };
    same(panel, full);
    same(panel, stream(8, StreamKind::Radio));
    same(panel, Settings { id: SETTINGS, timezone: "Europe/Vienna".into(), ..Settings::default() });
    let package = Package {
        lock_device: true,
        addon: true,
        addons: vec![PackageId(7), PackageId(3)],
        check_compatible: true,
        ..Package { id: PackageId(2), name: "p".into(), bouquets: vec![BouquetId(1)], ..Package::default() }
    };
    same(panel, package);
    let group = Group {
        deletable: false,
        restrict_lines: false,
        see_movies: false,
        download_playlists: false,
        ..Group { id: GroupId(8), name: "silver".into(), ..Group::default() }
    };
    same(panel, group);
    let (filter, fields) = (Some("active".into()), [("trial".to_owned(), true.into())].into_iter().collect());
    let (user, of, ids) = (Some(UserId(1)), Edited::Delivery(DeliveryType::Mag), vec![3, u32::MAX]);
    let edit = MassEdit { user, of, ids, filter, search: None, fields };
    let job = Job::new(JobId(1), "import_m3u", "free", JobState::Cancelled, Unix(1));
    let (counts, ended_at) = ([("added".to_owned(), 3)].into(), Some(Unix(2)));
    let job = Job { cursor: u64::MAX, counts, ended_at, mass_edit: Some(Box::new(edit)), ..job };
    same(panel, job);
    let session = Session {
        id: SessionId(6),
        version: Version(0),
        surface: "portal".into(),
        holder: Holder::Line(LineId(1)),
        key: None,
        digest: [9; 32],
        bound: Some("00:1A:79:00:00:01".into()),
        created_at: Unix(1),
        expiry: Unix(2),
    };
    same(panel, session);
    assert!(panel.verify().is_empty(), "{:?}", panel.verify());
}

pub(crate) fn ids_come_in_blocks_that_never_meet(panel: &Panel<'_>) {
    let first = panel.done([Change::TakeIds(Kind::Line, 100), Change::TakeIds(Kind::User, 10)]).blocks;
    let second = panel.done([Change::TakeIds(Kind::Line, 1)]).blocks;
    assert_eq!((first, second), (vec![1, 1], vec![101]));
}

pub(crate) fn set_changes_touch_what_they_say_or_nothing(panel: &Panel<'_>) {
    let set = |what, expected| Change::Set(SetChange { what, expected });
    panel.done([
        insert(Line { bouquets: vec![BouquetId(1)], ..line(1, BELOW) }),
        insert(Line { bouquets: [11, 1, 1, 1, 2].map(BouquetId).to_vec(), ..line(2, BELOW) }),
        insert(Line { bouquets: vec![BouquetId(11)], ..line(3, RIVAL) }),
        insert(Package { id: PackageId(1), name: "p".into(), bouquets: vec![BouquetId(1)], ..Package::default() }),
    ]);
    let refused = panel.commit(plan([insert(bouquet(77)), set(SetKind::MoveLines(BELOW, RESELLER), Some(3))]));
    assert!(matches!(refused, Err(CommitError::Conflict(_))));
    assert!(panel.get::<bouquet::Bouquet>(BouquetId(77)).is_none());
    assert_eq!(panel.done([set(SetKind::MoveLines(BELOW, RESELLER), Some(2))]).touched, [2]);
    assert_eq!(panel.get::<Line>(LineId(1)).unwrap().owner, RESELLER);
    assert_eq!(panel.done([set(SetKind::MoveUsers(RESELLER, Some(ADMIN)), None)]).touched, [1]);
    assert_eq!(panel.get::<User>(BELOW).unwrap().parent, Some(ADMIN));
    assert_eq!(panel.done([set(SetKind::ForgetBouquet(BouquetId(1)), None)]).touched, [3]);
    let held = |id| panel.get::<Line>(LineId(id)).unwrap().bouquets;
    assert_eq!(held(1), []);
    assert_eq!(held(2), [BouquetId(11), BouquetId(2)]);
    assert_eq!(held(3), [BouquetId(11)]);
    assert_eq!(panel.get::<Package>(PackageId(1)).unwrap().bouquets, []);
    let profile = Some(DocumentId(7));
    panel.done([insert(Stream { profile, ..stream(90, StreamKind::Live) }), insert(stream(91, StreamKind::Live))]);
    assert_eq!(panel.done([set(SetKind::ForgetProfile(DocumentId(7)), None)]).touched, [1]);
    assert_eq!(panel.get::<Stream>(StreamId(90)).unwrap().profile, None);
}

pub(crate) fn every_write_of_a_line_raises_the_line_generation(panel: &Panel<'_>) {
    let of = |line: Option<u32>| panel.store.line_generation(TENANT, line.map(LineId));
    let generation = || of(Some(1));
    panel.done([insert(Line { bouquets: vec![], ..line(2, RIVAL) })]);
    panel.done([insert(bouquet(1))]);
    let mut last = generation();
    let held = Line { bouquets: vec![BouquetId(1)], version: Version(1), ..line(1, BELOW) };
    for change in [
        insert(held.clone()),
        Change::Update(Box::new(Line { enabled: false, ..held }.into_object())),
        Change::Set(SetChange { what: SetKind::MoveLines(BELOW, RESELLER), expected: Some(1) }),
        Change::Set(SetChange { what: SetKind::ForgetBouquet(BouquetId(1)), expected: Some(1) }),
        Change::Delete(Key::Line(LineId(1)), Version(4)),
    ] {
        let is_of_one = !matches!(change, Change::Set(_));
        let other = of(Some(2));
        panel.done([change]);
        assert!(generation() > last && generation() == of(None));
        assert_eq!(of(Some(2)) == other, is_of_one);
        last = generation();
    }
    panel.done([insert(bouquet(2)), insert(line(3, RIVAL))]);
    assert_eq!(generation(), last, "other writes leave signed-in lines alone");
    let gone = panel.store.line_generation(TenantId(404), Some(LineId(1)));
    assert_eq!(gone, u64::MAX, "of a tenant that is gone nothing in memory is new enough");
}

pub(crate) fn the_outbox_gives_what_is_due_until_it_is_settled(panel: &Panel<'_>) {
    let effect = |id| Effect::EndConnections { line: LineId(id) };
    let ids = panel
        .commit(Plan { effects: [effect(1), effect(2), effect(3)].map(Into::into).into(), ..Plan::default() })
        .unwrap()
        .outbox;
    let due = |now| {
        let waiting = wait(panel.store.outbox(HERE, NODE, Unix(now), 10)).unwrap();
        waiting.into_iter().map(|w| (w.effect, w.attempts)).collect::<Vec<_>>()
    };
    assert_eq!(due(5), [(effect(1), 0), (effect(2), 0), (effect(3), 0)]);
    panel.done([
        Change::Settle(ids[0], Settled::Done),
        Change::Settle(ids[1], Settled::Retry(Unix(100), "later".into())),
        Change::Settle(ids[2], Settled::Dead("never".into())),
    ]);
    assert_eq!(due(99), []);
    assert_eq!(due(100), [(effect(2), 1)]);
}

pub(crate) fn an_effect_for_another_node_waits_for_it_and_holds_none_of_this_one_up(panel: &Panel<'_>) {
    let other = NodeId(2);
    let for_other =
        |id| AddressedEffect { effect: Effect::EndConnections { line: LineId(id) }, to: Nodes::Node(other) };
    let effects = (1..=20).map(for_other).chain([Effect::CheckConnections.into()]).collect();
    let ids = panel.commit(Plan { effects, ..Plan::default() }).unwrap().outbox;
    let waiting = |node| {
        let waiting = wait(panel.store.outbox(HERE, node, Unix(1), 10)).unwrap();
        waiting.into_iter().map(|w| w.id).collect::<Vec<_>>()
    };
    assert_eq!(waiting(NODE), ids[20..], "however many wait for the other in front of it");
    assert_eq!(waiting(other), ids[..10]);
    panel.done([Change::Settle(ids[20], Settled::Done)]);
    assert_eq!((waiting(NODE).len(), waiting(other).len()), (0, 10));
}

pub(crate) fn a_reply_is_kept_under_its_key_once(panel: &Panel<'_>) {
    let record = |user, reply: &str| {
        let key = "key-1".to_owned();
        Idempotency { user, key, request: [3; 32], reply: reply.into(), at: Unix(1) }
    };
    let kept = |user, id, reply| Plan { idempotency: Some(record(user, reply)), ..plan([insert(bouquet(id))]) };
    panel.commit(kept(RESELLER, 1, "first")).unwrap();
    let guard = Guard::Unused(RESELLER, "key-1".into());
    assert_eq!(conflict(panel.commit(kept(RESELLER, 2, "second"))), guard);
    assert!(panel.get::<bouquet::Bouquet>(BouquetId(2)).is_none());
    panel.commit(kept(RIVAL, 3, "of another user")).unwrap();
    let replayed = wait(panel.store.replayed(TENANT, RESELLER, "key-1".into())).unwrap().unwrap();
    assert_eq!((replayed.request, replayed.reply), ([3; 32], b"first".to_vec()));
    assert!(wait(panel.store.replayed(TENANT, BELOW, "key-1".into())).unwrap().is_none());
}

fn replied(panel: &Panel<'_>, number: i64, at: i64) {
    let record = Idempotency {
        user: RESELLER,
        key: format!("key-{number}"),
        request: [3; 32],
        reply: b"reply".to_vec(),
        at: Unix(at),
    };
    panel.commit(Plan { idempotency: Some(record), ..Plan::default() }).unwrap();
}

fn is_kept(panel: &Panel<'_>, number: i64) -> bool {
    wait(panel.store.replayed(TENANT, RESELLER, format!("key-{number}"))).unwrap().is_some()
}

pub(crate) fn a_clock_that_jumps_forgets_no_reply_and_holds_no_effect_up(panel: &Panel<'_>) {
    let (before, years) = (1_000_000_000, 3 * 365 * 86_400);
    for (number, at) in [(1, before), (2, before + years), (3, before + years), (4, before), (5, before + years)] {
        replied(panel, number, at);
    }
    assert!((1..=5).all(|number| is_kept(panel, number)));

    let effect = Effect::CheckConnections;
    let outbox = panel.commit(Plan { effects: vec![effect.into()], ..Plan::default() }).unwrap().outbox;
    panel.done([Change::Settle(outbox[0], Settled::Retry(Unix(before + 60), "later".into()))]);
    let due = |now| wait(panel.store.outbox(HERE, NODE, Unix(now), 10)).unwrap().len();
    assert_eq!((due(before), due(before + 60), due(before - years)), (0, 1, 1));
}

pub(crate) fn replies_that_are_old_by_all_means_are_forgotten(panel: &Panel<'_>) {
    let hour = 3_600;
    (0..=60).for_each(|number| replied(panel, number, 1_000_000_000 + number * hour));
    let kept: Vec<_> = (0..=60).filter(|number| is_kept(panel, *number)).collect();
    assert_eq!(kept, (12..=60).collect::<Vec<_>>(), "two days of them");
}

pub(crate) fn a_tenant_comes_and_goes_with_its_database(panel: &Panel<'_>) {
    let there = Database::Tenant(TenantId(2));
    let scope = Scope::Tenant;
    assert!(is_missing(wait(panel.store.get(there, scope, Key::User(ADMIN)))));
    let code = AccessCode {
        id: AccessCodeId(1),
        version: Version(0),
        tenant: TenantId(2),
        surface: "reseller".into(),
        code: "abcdefgh".into(),
        allowed_addresses: vec![],
        enabled: true,
    };
    wait(panel.store.commit(Database::Control, plan([insert(tenant(TenantId(2), "two")), insert(code)]))).unwrap();
    wait(panel.store.commit(there, plan([insert(user(UserId(7), None, Role::Admin))]))).unwrap();
    assert!(wait(panel.store.get(there, scope, Key::User(UserId(7)))).unwrap().is_some());
    assert!(panel.get::<User>(UserId(7)).is_none(), "tenants do not see each other");
    assert!(wait(panel.store.get(Database::Control, Scope::Tree(ADMIN), Key::Tenant(TenantId(2)))).unwrap().is_none());
    let gone = Change::Delete(Key::Tenant(TenantId(2)), Version(1));
    wait(panel.store.commit(Database::Control, plan([gone]))).unwrap();
    assert!(is_missing(wait(panel.store.get(there, scope, Key::User(UserId(7))))));
    assert!(wait(panel.store.find(Database::Control, Unique::AccessCode("abcdefgh".into()))).unwrap().is_none());
    assert!(wait(panel.store.commit(there, plan([insert(bouquet(1))]))).is_err());
}

pub(crate) fn imports_find_what_they_made(panel: &Panel<'_>) {
    let made = |id: u32, source: &str, seen: i64| Stream {
        origin: Some(Origin {
            source: source.into(),
            url: format!("http://x/{id}"),
            tvg_id: "one".into(),
            name: "One".into(),
            seen_at: Unix(seen),
            ..Origin::default()
        }),
        ..stream(id, StreamKind::Live)
    };
    panel.done([insert(made(1, "a", 10)), insert(made(2, "a", 20)), insert(made(3, "b", 10))]);
    let found = wait(panel.store.find(HERE, Unique::StreamOrigin("a".into(), "http://x/2".into()))).unwrap();
    assert_eq!(found.unwrap().key(), Key::Stream(StreamId(2)));
    let same = Stream { id: StreamId(4), ..made(2, "a", 30) };
    let taken = Guard::Free(Unique::StreamOrigin("a".into(), "http://x/2".into()));
    assert_eq!(conflict(panel.commit(plan([insert(same)]))), taken);
    let list = |filter| {
        let page =
            wait(panel.store.list(HERE, Query { filters: vec![filter], ..Query::all(Kind::Stream, Scope::Tenant) }));
        page.unwrap().rows.iter().map(|row| row.key().number()).collect::<Vec<_>>()
    };
    assert_eq!(list(Filter::ImportedFrom("a".into())), [1, 2]);
    assert_eq!(list(Filter::ImportedAs("b".into(), "one".into(), "One".into())), [3]);
    let set = |what| Change::Set(SetChange { what, expected: None });
    assert_eq!(panel.done([set(SetKind::MarkMissing("a".into(), Unix(20)))]).touched, [1]);
    assert!(panel.get::<Stream>(StreamId(1)).unwrap().origin.unwrap().missing);
    assert_eq!(panel.done([set(SetKind::PruneMissing("a".into()))]).touched, [1]);
    assert_eq!(list(Filter::ImportedFrom("a".into())), [2]);
    assert_eq!(list(Filter::ImportedFrom("b".into())), [3]);
}

pub(crate) fn too_many_changes_are_refused(panel: &Panel<'_>) {
    let none = || Change::AddMembers(BouquetId(1), Vec::<Member>::new());
    panel.done([insert(bouquet(1))]);
    assert!(is_invalid(panel.commit(plan((0..=MAX_CHANGES).map(|_| none())))));
}

pub(crate) fn a_tenant_is_unfinished_until_it_is_finished_or_gone(panel: &Panel<'_>) {
    let control = |change| wait(panel.store.commit(Database::Control, plan([change]))).unwrap();
    let unfinished = || wait(panel.store.unfinished()).unwrap();
    assert_eq!(unfinished(), []);
    for change in [Change::Unfinished(TENANT), Change::Unfinished(TENANT), Change::Unfinished(TenantId(77))] {
        control(change);
        assert_eq!(unfinished(), [TENANT]);
    }
    control(Change::Finished(TENANT));
    assert_eq!(unfinished(), []);
    control(Change::Unfinished(TENANT));
    let row = wait(panel.store.get(Database::Control, Scope::Tenant, Key::Tenant(TENANT))).unwrap().unwrap();
    control(Change::Delete(row.key(), row.version()));
    assert_eq!(unfinished(), []);
}
