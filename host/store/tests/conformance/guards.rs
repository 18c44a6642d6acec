//! Guards: what must still be true at commit. A conflict names the guard and writes nothing.

use crate::panel::*;
use host_core::bouquet::Bouquet;
use host_core::caller::Scope;
use host_core::category::{Category, CategoryKind};
use host_core::credit::Credits;
use host_core::group::Group;
use host_core::guide::GuideSource;
use host_core::ledger::Account;
use host_core::line::Line;
use host_core::object::{Key, Kind};
use host_core::package::Package;
use host_core::plan::{Change, Database, Guard, SetChange, SetKind};
use host_core::port::Query;
use host_core::series::Series;
use host_core::stream::{EpisodeOf, Stream, StreamKind};
use host_core::tenant::Tenant;
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::user::{Role, User};
use host_core::*;

pub(crate) fn a_row_that_changed_is_a_conflict_that_names_it(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER)), insert(line(2, RESELLER))]);
    let read = panel.get::<Line>(LineId(1)).unwrap();
    assert_eq!(read.version, Version(1));
    panel.done([update(Line { admin_notes: "first".into(), ..read.clone() })]);
    let guard = Guard::Unchanged(Key::Line(LineId(1)), Version(1));
    assert_eq!(conflict(panel.commit(plan([update(Line { admin_notes: "second".into(), ..read.clone() })]))), guard);
    assert_eq!(conflict(panel.commit(plan([delete(&read)]))), guard);
    let other = panel.get::<Line>(LineId(2)).unwrap();
    assert_eq!(conflict(panel.commit(guarded(guard.clone(), [delete(&other)]))), guard);
    let now = panel.get::<Line>(LineId(1)).unwrap();
    assert_eq!((now.admin_notes.as_str(), now.version), ("first", Version(2)));
    assert!(panel.get::<Line>(LineId(2)).is_some());
    panel.done([delete(&now)]);
    assert!(panel.get::<Line>(LineId(1)).is_none());
}

pub(crate) fn a_name_that_was_taken_is_a_conflict_that_names_it(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER))]);
    let free = Guard::Free(Unique::LineUsername("line1".into()));
    let again = Line { username: "line1".into(), ..line(2, RESELLER) };
    assert_eq!(conflict(panel.commit(guarded(free.clone(), [insert(again.clone())]))), free);
    assert_eq!(conflict(panel.commit(plan([insert(again)]))), free);
    assert_eq!(conflict(panel.commit(guarded(free.clone(), [insert(line(3, RESELLER))]))), free);
    assert!(panel.get::<Line>(LineId(3)).is_none());
    panel.done([insert(line(2, RESELLER))]);
    let second = panel.get::<Line>(LineId(2)).unwrap();
    assert_eq!(conflict(panel.commit(plan([update(Line { username: "line1".into(), ..second })]))), free);
}

pub(crate) fn every_unique_value_is_guarded_by_the_store_itself(panel: &Panel<'_>) {
    let source = |id| GuideSource::new(id, "guide".into(), Unix(0));
    let group = |id| Group { id: GroupId(id), name: "gold".into(), ..Group::default() };
    let package = |id| Package { id: PackageId(id), name: "month".into(), ..Package::default() };
    let category = |id, kind| Category { id: CategoryId(id), kind, name: "News".into(), ..Category::default() };
    panel.done([
        insert(source(1)),
        insert(group(1)),
        insert(package(1)),
        insert(bouquet(1)),
        insert(category(1, CategoryKind::Live)),
        insert(category(2, CategoryKind::Movie)),
    ]);
    let shout = User { username: "USER2".into(), ..user(UserId(50), Some(ADMIN), Role::Reseller) };
    let bouquet = Bouquet { name: "bouquet 1".into(), ..bouquet(2) };
    for (change, unique) in [
        (insert(source(2)), Unique::GuideSourceName("guide".into())),
        (insert(group(2)), Unique::GroupName("gold".into())),
        (insert(package(2)), Unique::PackageName("month".into())),
        (insert(bouquet), Unique::BouquetName("bouquet 1".into())),
        (insert(category(3, CategoryKind::Live)), Unique::CategoryName(CategoryKind::Live, "News".into())),
        (insert(shout), Unique::Username("user2".into())),
    ] {
        assert_eq!(conflict(panel.commit(plan([change]))), Guard::Free(unique));
    }
    let elsewhere = |tenant: Tenant| wait(panel.store.commit(Database::Control, plan([insert(tenant)])));
    assert_eq!(conflict(elsewhere(tenant(TenantId(2), "demo"))), Guard::Free(Unique::TenantName("demo".into())));
    let host = Tenant { hosts: vec!["new.example".into(), "demo.example".into()], ..tenant(TenantId(2), "two") };
    assert_eq!(conflict(elsewhere(host)), Guard::Free(Unique::TenantHost("demo.example".into())));
    let free = wait(panel.store.find(Database::Control, Unique::TenantHost("new.example".into()))).unwrap();
    assert!(free.is_none(), "a refused tenant leaves no host behind");
}

pub(crate) fn a_missing_row_and_a_branch_and_a_quota_are_guarded(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER))]);
    let missing = |id| Guard::Missing(Key::Line(LineId(id)));
    assert_eq!(conflict(panel.commit(guarded(missing(1), [insert(bouquet(1))]))), missing(1));
    panel.commit(guarded(missing(2), [insert(bouquet(1))])).unwrap();
    assert_eq!(conflict(panel.commit(plan([insert(line(1, RIVAL))]))), missing(1));
    let within = Guard::Within(RIVAL, RESELLER);
    assert_eq!(conflict(panel.commit(guarded(within.clone(), [insert(bouquet(2))]))), within);
    panel.commit(guarded(Guard::Within(BELOW, RESELLER), [insert(bouquet(2))])).unwrap();
    let quota = |below| Guard::CountBelow(Kind::Line, below);
    panel.commit(guarded(quota(2), [insert(line(2, RESELLER))])).unwrap();
    assert_eq!(conflict(panel.commit(guarded(quota(2), [insert(line(3, RESELLER))]))), quota(2));
    panel.done([delete(&panel.get::<Line>(LineId(1)).unwrap())]);
    panel.commit(guarded(quota(2), [insert(line(3, RESELLER))])).unwrap();
    assert_eq!(wait(panel.store.count(HERE, Kind::Line)).unwrap(), 2);
}

pub(crate) fn what_has_a_quota_is_counted_by_what_is_there(panel: &Panel<'_>) {
    let counted = |kind| wait(panel.store.count(HERE, kind)).unwrap();
    let listed = |kind| wait(panel.store.list(HERE, Query::all(kind, Scope::Tenant))).unwrap().total.unwrap();
    let both = |lines: u32| {
        assert_eq!((counted(Kind::Line), counted(Kind::User)), (lines, 4));
        assert_eq!((listed(Kind::Line), listed(Kind::User)), (u64::from(lines), 4));
    };
    both(0);
    panel.done((1..=9).map(|id| insert(line(id, RESELLER))));
    both(9);
    let half_done =
        plan([insert(line(10, RESELLER)), insert(user(UserId(9), None, Role::Admin)), insert(line(1, BELOW))]);
    conflict(panel.commit(half_done));
    both(9);
    panel.done([delete(&panel.get::<Line>(LineId(3)).unwrap()), update(panel.get::<Line>(LineId(4)).unwrap())]);
    both(8);
    let gone = panel.get::<User>(RIVAL).unwrap();
    panel.done([delete(&gone)]);
    assert_eq!((counted(Kind::User), listed(Kind::User)), (3, 3));
    assert_eq!(panel.verify(), []);
}

pub(crate) fn trials_are_counted_even_when_the_line_is_gone(panel: &Panel<'_>) {
    let trial = |at| Change::UseTrial(RESELLER, Unix(at));
    panel.done([insert(line(1, RESELLER)), trial(10)]);
    panel.done([insert(line(2, RESELLER)), trial(20)]);
    panel.done([delete(&panel.get::<Line>(LineId(2)).unwrap())]);
    let trials = |since| wait(panel.store.trials(TENANT, RESELLER, Unix(since))).unwrap();
    assert_eq!((trials(0), trials(11), trials(21)), (2, 1, 0));
    let quota = |since, below| Guard::TrialsBelow { user: RESELLER, since: Unix(since), below };
    assert_eq!(conflict(panel.commit(guarded(quota(0, 2), [insert(line(4, RESELLER)), trial(30)]))), quota(0, 2));
    panel.commit(guarded(quota(11, 2), [insert(line(4, RESELLER)), trial(30)])).unwrap();
}

pub(crate) fn a_row_is_named_as_the_kinds_declare_by_a_column_a_list_or_a_document(panel: &Panel<'_>) {
    let named_by = |key| wait(panel.store.named_by(HERE, key)).unwrap();
    let category = |id| Category { id: CategoryId(id), name: format!("category {id}"), ..Category::default() };
    panel.done([1, 2].map(|id| insert(category(id))));
    let group =
        |id, user_groups| Group { id: GroupId(id), name: format!("group {id}"), user_groups, ..Group::default() };
    panel.done([insert(group(1, vec![GroupId(1)])), insert(group(2, vec![]))]);
    panel.done([insert(GuideSource::new(1, "guide".into(), Unix(1))), insert(series(1)), insert(series(2))]);
    let keys: [Key; 5] =
        [CategoryId(1).into(), CategoryId(2).into(), GroupId(1).into(), GroupId(2).into(), SeriesId(1).into()];
    assert_eq!(keys.map(named_by), [None; 5], "a group that names itself is not kept by that");
    let episode_of = Some(EpisodeOf { series: SeriesId(1), season: 1, number: 1 });
    let categories = vec![CategoryId(1)];
    panel.done([
        insert(Stream { categories, guide_source: Some(GuideSourceId(1)), ..stream(1, StreamKind::Live) }),
        insert(Stream { episode_of, ..stream(2, StreamKind::Episode) }),
        insert(Series { categories: vec![CategoryId(2)], ..series(3) }),
        insert(group(3, vec![GroupId(1)])),
        insert(Package { id: PackageId(9), name: "month".into(), groups: vec![GroupId(2)], ..Package::default() }),
    ]);
    let namers = [Kind::Stream, Kind::Series, Kind::Group, Kind::Package, Kind::Stream];
    assert_eq!(keys.map(named_by), namers.map(Some));
    assert_eq!(named_by(GuideSourceId(1).into()), None, "streams let a guide source go");
    let forget = SetChange { what: SetKind::ForgetGuideSource(GuideSourceId(1)), expected: None };
    assert_eq!(panel.done([Change::Set(forget)]).touched, [1]);
    assert_eq!(panel.get::<Stream>(StreamId(1)).unwrap().guide_source, None);
}

pub(crate) fn a_row_that_another_names_is_not_deleted(panel: &Panel<'_>) {
    let package = Package { id: PackageId(9), name: "month".into(), ..Package::default() };
    let group = Group { id: GroupId(8), name: "gold".into(), ..Group::default() };
    panel.done([insert(package.clone()), insert(group.clone())]);
    let named_by = |key| wait(panel.store.named_by(HERE, key)).unwrap();
    let (package, group) = (panel.get::<Package>(package.id).unwrap(), panel.get::<Group>(group.id).unwrap());
    for key in [Key::Package(package.id), Key::Group(group.id)] {
        assert_eq!(named_by(key), None);
        panel.commit(guarded(Guard::Unnamed(key), [])).unwrap();
    }
    panel.done([
        insert(Line { package: Some(package.id), ..line(1, RESELLER) }),
        insert(User { group: Some(group.id), ..user(UserId(20), None, Role::Reseller) }),
        insert(Package { id: PackageId(10), name: "more".into(), addons: vec![package.id], ..Package::default() }),
    ]);
    for (key, namer) in [(Key::Package(package.id), Kind::Line), (Key::Group(group.id), Kind::User)] {
        assert_eq!(named_by(key), Some(namer));
        assert_eq!(conflict(panel.commit(guarded(Guard::Unnamed(key), []))), Guard::Unnamed(key));
    }
    assert_eq!(conflict(panel.commit(plan([delete(&package)]))), Guard::Referred, "its own reference holds too");
    assert_eq!(conflict(panel.commit(plan([delete(&group)]))), Guard::Referred);
    let nowhere = Line { package: Some(PackageId(77)), ..line(2, RESELLER) };
    assert_eq!(conflict(panel.commit(plan([insert(nowhere)]))), Guard::Referred);
    panel.done([delete(&panel.get::<Line>(LineId(1)).unwrap())]);
    assert_eq!(named_by(Key::Package(package.id)), Some(Kind::Package), "as an add-on");
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_balance_that_is_settled_and_the_levels_of_a_tree_are_guarded(panel: &Panel<'_>) {
    panel.top_up(BELOW, 5);
    let settles = |units| Guard::Settles(Account::User(BELOW), Credits::from_units(units));
    for wrong in [0, 4, 6] {
        assert_eq!(conflict(panel.commit(guarded(settles(wrong), []))), settles(wrong));
    }
    panel.commit(guarded(settles(5), [])).unwrap();
    let levels = |most| Guard::Levels(RESELLER, most);
    panel.commit(guarded(levels(2), [])).unwrap();
    panel.commit(guarded(levels(3), [])).unwrap();
    assert_eq!(conflict(panel.commit(guarded(levels(1), []))), levels(1));
    panel.done([insert(user(UserId(9), Some(BELOW), Role::Reseller))]);
    assert_eq!(conflict(panel.commit(guarded(levels(2), []))), levels(2));
    panel.commit(guarded(Guard::Levels(UserId(9), 1), [])).unwrap();
}
