//! Scopes: who sees which rows. A row outside the scope is like a missing one.

use crate::documents::document;
use crate::panel::*;
use host_core::api_key::ApiKey;
use host_core::bouquet::Member;
use host_core::caller::Scope;
use host_core::document::Document;
use host_core::group::Group;
use host_core::line::{Line, LineStatus};
use host_core::object::{Kind, Unique};
use host_core::plan::Change;
use host_core::port::{Filter, Page, Query};
use host_core::stream::{Stream, StreamKind};
use host_core::time::{Expiry, Unix};
use host_core::user::{Role, User};
use host_core::*;

fn numbers(page: &Page) -> Vec<u32> {
    page.rows.iter().map(|row| row.key().number()).collect()
}

fn listed(panel: &Panel<'_>, kind: Kind, scope: Scope) -> Vec<u32> {
    numbers(&wait(panel.store.list(HERE, Query::all(kind, scope))).unwrap())
}

pub(crate) fn key(id: u32, user: UserId) -> ApiKey {
    ApiKey {
        id: ApiKeyId(id),
        version: Version(0),
        user,
        name: "script".into(),
        prefix: "abcdefgh".into(),
        digest: [id as u8; 32],
        allowed_addresses: vec![],
        header_only: false,
        writes_by_get: false,
        compatible: false,
        expiry: Expiry::Never,
        revoked: false,
        created_at: Unix(1),
    }
}

pub(crate) fn a_tree_sees_itself_and_what_is_below_and_nothing_beside(panel: &Panel<'_>) {
    panel.done([
        insert(line(1, RESELLER)),
        insert(line(2, BELOW)),
        insert(line(3, RIVAL)),
        insert(key(1, BELOW)),
        insert(key(2, RIVAL)),
    ]);
    let tree = Scope::Tree(RESELLER);
    assert_eq!(listed(panel, Kind::Line, tree), [1, 2]);
    assert_eq!(listed(panel, Kind::User, tree), [2, 3]);
    assert_eq!(listed(panel, Kind::ApiKey, tree), [1]);
    assert_eq!(listed(panel, Kind::Line, Scope::Tree(BELOW)), [2]);
    assert_eq!(listed(panel, Kind::Line, Scope::Tree(ADMIN)), [1, 2, 3]);
    assert_eq!(listed(panel, Kind::Line, Scope::Tenant), [1, 2, 3]);
    assert!(panel.seen::<Line>(tree, LineId(2)).is_some());
    assert!(panel.seen::<Line>(tree, LineId(3)).is_none());
    assert!(panel.seen::<User>(tree, RIVAL).is_none());
    assert!(panel.seen::<User>(tree, ADMIN).is_none());
    assert!(panel.seen::<ApiKey>(tree, ApiKeyId(2)).is_none());
    assert!(panel.seen::<User>(Scope::Tree(BELOW), RESELLER).is_none());
}

pub(crate) fn a_line_sees_itself_and_what_its_bouquets_hold(panel: &Panel<'_>) {
    panel.done([
        insert(bouquet(1)),
        insert(bouquet(2)),
        insert(stream(1, StreamKind::Live)),
        insert(stream(2, StreamKind::Live)),
        Change::SetMembers(BouquetId(1), vec![Member::Stream(StreamId(1))]),
        Change::SetMembers(BouquetId(2), vec![Member::Stream(StreamId(2))]),
        insert(line(1, RESELLER)),
        insert(line(2, RESELLER)),
    ]);
    let own = Scope::Line(LineId(1));
    assert_eq!(listed(panel, Kind::Line, own), [1]);
    assert_eq!(listed(panel, Kind::Stream, own), [1]);
    assert_eq!(listed(panel, Kind::Bouquet, own), [1]);
    assert!(panel.seen::<Line>(own, LineId(1)).is_some());
    assert!(panel.seen::<Line>(own, LineId(2)).is_none());
    assert!(panel.seen::<Stream>(own, StreamId(2)).is_none());
    assert_eq!(listed(panel, Kind::User, own), [0; 0]);
    assert_eq!(listed(panel, Kind::Package, own), [0; 0]);
}

pub(crate) fn configuration_is_read_by_resellers_and_documents_are_not(panel: &Panel<'_>) {
    let group = Group { id: GroupId(1), name: "gold".into(), ..Group::default() };
    panel.done([insert(group), insert(document(1, serde_json::json!({ "number": "a" })))]);
    assert_eq!(listed(panel, Kind::Group, Scope::Tree(RESELLER)), [1]);
    assert_eq!(listed(panel, Kind::Document, Scope::Tree(RESELLER)), [0; 0]);
    assert_eq!(listed(panel, Kind::Document, Scope::Tenant), [1]);
    assert!(panel.seen::<Document>(Scope::Tree(RESELLER), DocumentId(1)).is_none());
}

pub(crate) fn nothing_is_seen_by_nobody(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER))]);
    for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Tenant | Kind::AccessCode | Kind::Plugin)) {
        assert_eq!(listed(panel, *kind, Scope::Nothing), [0; 0], "{kind:?}");
    }
    assert!(panel.seen::<Line>(Scope::Nothing, LineId(1)).is_none());
}

pub(crate) fn within_needs_every_user_on_the_way_enabled(panel: &Panel<'_>) {
    let within = |user, root| wait(panel.store.within(TENANT, user, root)).unwrap();
    assert!(within(BELOW, RESELLER) && within(BELOW, ADMIN) && within(RESELLER, RESELLER));
    assert!(!within(RESELLER, BELOW) && !within(RIVAL, RESELLER) && !within(UserId(99), ADMIN));
    let reseller = panel.get::<User>(RESELLER).unwrap();
    panel.done([update(User { enabled: false, ..reseller })]);
    assert!(!within(BELOW, ADMIN) && !within(BELOW, RESELLER));
    assert!(within(BELOW, BELOW) && within(RIVAL, ADMIN));
}

pub(crate) fn lists_count_and_page_and_search_literally(panel: &Panel<'_>) {
    let named =
        |id: u32, name: &str| Line { username: name.into(), reseller_notes: String::new(), ..line(id, RESELLER) };
    panel.done([
        insert(named(1, "a%b")),
        insert(named(2, "axb")),
        insert(named(3, "A_B")),
        insert(named(4, "a\\b")),
        insert(named(5, "other")),
    ]);
    let page = |query: Query| wait(panel.store.list(HERE, query)).unwrap();
    let search = |text: &str| {
        let found = page(Query { search: Some(text.into()), ..Query::all(Kind::Line, Scope::Tenant) });
        assert_eq!(found.total, Some(5));
        assert_eq!(found.matching, Some(found.rows.len() as u64));
        numbers(&found)
    };
    assert_eq!(search("%"), [1]);
    assert_eq!(search("a_b"), [3]);
    assert_eq!(search("\\"), [4]);
    assert_eq!(search("AXB"), [2]);
    assert_eq!(search(&"a".repeat(100_000)), [0; 0]);
    assert_eq!(search("'; DROP TABLE lines; --"), [0; 0]);
    let middle = page(Query { start: 1, limit: 2, descending: true, ..Query::all(Kind::Line, Scope::Tenant) });
    assert_eq!((numbers(&middle), middle.total, middle.matching), (vec![4, 3], Some(5), Some(5)));
    let beyond = page(Query { start: 50, ..Query::all(Kind::Line, Scope::Tenant) });
    assert_eq!((numbers(&beyond), beyond.total), (vec![], Some(5)));
    let walk = page(Query { filters: vec![Filter::After(3)], ..Query::all(Kind::Line, Scope::Tenant) });
    assert_eq!(numbers(&walk), [4, 5]);
    let found = wait(panel.store.find(HERE, Unique::LineUsername("AXB".into()))).unwrap();
    assert!(found.is_none(), "user names of lines are compared with their case");
    let found = wait(panel.store.find(HERE, Unique::Username("user2".into()))).unwrap();
    assert_eq!(found.unwrap().key(), object::Key::User(RESELLER));
}

pub(crate) fn a_page_begins_where_it_should_in_counted_lists_and_behind_cursors(panel: &Panel<'_>) {
    // Over the bounds of blocks of ids.
    let ids = [1, 4_000, 4_095, 4_096, 4_097, 9_000, 9_001, 20_000];
    panel.done(ids.map(|id| insert(line(id, if id % 2 == 0 { RESELLER } else { BELOW }))));
    let list = |start: u32, scope: Scope, descending: bool| {
        let query = Query { start, limit: 3, descending, ..Query::all(Kind::Line, scope) };
        let page = wait(panel.store.list(HERE, query)).unwrap();
        assert_eq!((page.total, page.matching), (Some(if scope == Scope::Tree(BELOW) { 4 } else { 8 }), page.total));
        numbers(&page)
    };
    for scope in [Scope::Tenant, Scope::Tree(RESELLER), Scope::Tree(ADMIN)] {
        assert_eq!(list(0, scope, false), [1, 4_000, 4_095]);
        assert_eq!(list(3, scope, false), [4_096, 4_097, 9_000]);
        assert_eq!(list(6, scope, false), [9_001, 20_000]);
        assert_eq!(list(2, scope, true), [9_000, 4_097, 4_096]);
        assert_eq!(list(8, scope, true), [0; 0]);
        assert_eq!(list(4_000_000_000, scope, false), [0; 0]);
    }
    assert_eq!(list(1, Scope::Tree(BELOW), false), [4_095, 4_097, 9_001]);
    let behind = |id: u32, descending: bool| {
        let query = Query {
            limit: 2,
            descending,
            filters: vec![Filter::After(id)],
            ..Query::all(Kind::Line, Scope::Tree(RESELLER))
        };
        numbers(&wait(panel.store.list(HERE, query)).unwrap())
    };
    assert_eq!(behind(4_096, false), [4_097, 9_000]);
    assert_eq!(behind(4_096, true), [4_095, 4_000]);
    assert_eq!(behind(1, true), [0; 0]);
    assert_eq!(behind(20_000, false), [0; 0]);
}

pub(crate) fn what_moves_in_the_tree_is_seen_from_there(panel: &Panel<'_>) {
    panel.done([insert(line(1, BELOW)), insert(line(2, RESELLER))]);
    let trees = || [RESELLER, BELOW, RIVAL].map(|user| listed(panel, Kind::Line, Scope::Tree(user)));
    assert_eq!(trees(), [vec![1, 2], vec![1], vec![]]);
    let below = panel.get::<User>(BELOW).unwrap();
    panel.done([update(User { parent: Some(RIVAL), ..below })]);
    assert_eq!(trees(), [vec![2], vec![1], vec![1]]);
    assert_eq!(listed(panel, Kind::User, Scope::Tree(RIVAL)), [3, 4]);
    let given = panel.get::<Line>(LineId(1)).unwrap();
    panel.done([update(Line { owner: RESELLER, ..given })]);
    assert_eq!(trees(), [vec![1, 2], vec![], vec![]]);
    let line = panel.get::<Line>(LineId(2)).unwrap();
    panel.done([Change::Delete(object::Key::Line(LineId(2)), line.version)]);
    assert_eq!(trees(), [vec![1], vec![], vec![]]);
    let rival = panel.get::<User>(RIVAL).unwrap();
    assert!(
        panel.commit(plan([update(User { parent: Some(BELOW), ..rival })])).is_err(),
        "nobody stands below oneself"
    );
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_search_finds_what_stands_there_now(panel: &Panel<'_>) {
    let named = |id: u32, name: &str, notes: &str| Line {
        username: name.into(),
        reseller_notes: notes.into(),
        ..line(id, if id == 3 { RIVAL } else { RESELLER })
    };
    panel.done([
        insert(named(1, "lobby-tv", "second floor")),
        insert(named(2, "pool", "x")),
        insert(named(3, "lobby-2", "")),
    ]);
    let search = |text: &str, scope: Scope| {
        let found =
            wait(panel.store.list(HERE, Query { search: Some(text.into()), ..Query::all(Kind::Line, scope) })).unwrap();
        assert_eq!(found.matching, Some(found.rows.len() as u64));
        (found.total.unwrap(), numbers(&found))
    };
    assert_eq!(search("LOBBY", Scope::Tenant), (3, vec![1, 3]));
    assert_eq!(search("lobby", Scope::Tree(RESELLER)), (2, vec![1]));
    assert_eq!(search("nd fl", Scope::Tenant), (3, vec![1]));
    assert_eq!(search("\"lob", Scope::Tenant).1, [0; 0]);
    assert_eq!(search("lob* OR pool", Scope::Tenant).1, [0; 0]);
    assert_eq!(search("ob", Scope::Tenant).1, [1, 3], "two characters are read for");
    let first = panel.get::<Line>(LineId(1)).unwrap();
    panel.done([update(Line { username: "bar-tv".into(), ..first })]);
    assert_eq!(search("lobby", Scope::Tenant).1, [3]);
    assert_eq!(search("bar", Scope::Tenant).1, [1]);
    let third = panel.get::<Line>(LineId(3)).unwrap();
    panel.done([Change::Delete(object::Key::Line(LineId(3)), third.version)]);
    assert_eq!(search("lobby", Scope::Tenant).1, [0; 0]);
}

pub(crate) fn line_statuses_split_the_lines(panel: &Panel<'_>) {
    panel.done([
        insert(Line { expiry: Expiry::Never, ..line(1, RESELLER) }),
        insert(Line { expiry: Expiry::At(Unix(100)), ..line(2, RESELLER) }),
        insert(Line { enabled: false, ..line(3, RESELLER) }),
        insert(Line { admin_enabled: false, enabled: false, ..line(4, RESELLER) }),
        insert(Line { expiry: Expiry::At(Unix(101)), trial: true, ..line(5, RESELLER) }),
    ]);
    let now = Unix(100);
    let with = |filter: Filter| {
        numbers(
            &wait(panel.store.list(HERE, Query { filters: vec![filter], ..Query::all(Kind::Line, Scope::Tenant) }))
                .unwrap(),
        )
    };
    for (status, ids) in [
        (LineStatus::Active, vec![1, 5]),
        (LineStatus::Expired, vec![2]),
        (LineStatus::Disabled, vec![3]),
        (LineStatus::Banned, vec![4]),
    ] {
        assert_eq!(with(Filter::LineStatus(status, now)), ids, "{status:?}");
        for id in ids {
            assert_eq!(panel.get::<Line>(LineId(id)).unwrap().status(now), status);
        }
    }
    assert_eq!(with(Filter::Trial), [5]);
    assert_eq!(with(Filter::Owner(RIVAL)), [0; 0]);
}

pub(crate) fn users_are_listed_by_their_role_within_the_scope(panel: &Panel<'_>) {
    let with = |role: Role, scope: Scope| {
        let query = Query { filters: vec![Filter::Role(role)], ..Query::all(Kind::User, scope) };
        let page = wait(panel.store.list(HERE, query)).unwrap();
        assert_eq!((page.total, page.matching), (Some(page.rows.len() as u64), Some(page.rows.len() as u64)));
        numbers(&page)
    };
    assert_eq!(with(Role::Admin, Scope::Tenant), [1]);
    assert_eq!(with(Role::Reseller, Scope::Tenant), [2, 3, 4]);
    assert_eq!(with(Role::Reseller, Scope::Tree(RESELLER)), [2, 3]);
    assert_eq!(with(Role::Admin, Scope::Tree(RESELLER)), [0; 0]);
    let reseller = panel.get::<User>(BELOW).unwrap();
    panel.done([update(User { role: Role::Admin, ..reseller })]);
    assert_eq!(with(Role::Admin, Scope::Tenant), [1, 3]);
    assert_eq!(with(Role::Reseller, Scope::Tenant), [2, 4]);
    let mixed = Query {
        filters: vec![Filter::Role(Role::Reseller), Filter::After(2)],
        search: Some("USER".into()),
        limit: 1,
        ..Query::all(Kind::User, Scope::Tenant)
    };
    assert_eq!(numbers(&wait(panel.store.list(HERE, mixed)).unwrap()), [4]);
}
