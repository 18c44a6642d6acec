//! Lists: what they count, where their pages begin, what a search finds.

use crate::panel::*;
use crate::scopes::{listed, numbers};
use host_core::caller::Scope;
use host_core::field_list::{Chosen, FieldList};
use host_core::line::{DeliveryType, Line, LineStatus};
use host_core::object::{self, Kind, Stored};
use host_core::plan::Change;
use host_core::port::{Filter, Query};
use host_core::time::{Expiry, Unix};
use host_core::unique::Unique;
use host_core::user::{Role, User};
use host_core::*;

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

pub(crate) fn lines_of_a_delivery_type_are_a_list_of_their_own(panel: &Panel<'_>) {
    let of = |id: u32, owner: UserId, delivery: DeliveryType| insert(Line { delivery, ..line(id, owner) });
    panel.done([
        of(1, RESELLER, DeliveryType::Line),
        of(2, BELOW, DeliveryType::Mag),
        of(3, RIVAL, DeliveryType::Mag),
        of(4, RESELLER, DeliveryType::Code),
    ]);
    let listed = |delivery: DeliveryType, scope: Scope, search: Option<&str>| {
        let filters = vec![Filter::Delivery(delivery)];
        let query = Query { filters, search: search.map(Into::into), ..Query::all(Kind::Line, scope) };
        let page = wait(panel.store.list(HERE, query)).unwrap();
        assert_eq!(page.total, page.matching);
        (page.total.unwrap(), numbers(&page))
    };
    for search in [None, Some("line")] {
        assert_eq!(listed(DeliveryType::Mag, Scope::Tenant, search), (2, vec![2, 3]));
        assert_eq!(listed(DeliveryType::Mag, Scope::Tree(RESELLER), search), (1, vec![2]));
        assert_eq!(listed(DeliveryType::Line, Scope::Tree(RESELLER), search), (1, vec![1]));
        assert_eq!(listed(DeliveryType::Enigma, Scope::Tenant, search), (0, vec![]));
    }
    let boxed = panel.get::<Line>(LineId(2)).unwrap();
    panel.done([update(Line { delivery: DeliveryType::Line, ..boxed })]);
    assert_eq!(listed(DeliveryType::Line, Scope::Tree(BELOW), None), (1, vec![2]));
    assert_eq!(listed(DeliveryType::Mag, Scope::Tree(RESELLER), None), (0, vec![]));
    assert_eq!(panel.verify(), []);
}

pub(crate) fn of_a_row_only_the_chosen_fields_are_read(panel: &Panel<'_>) {
    let country = Some("NL".to_owned());
    panel.done([insert(Line { country: country.clone(), allowed_agents: vec!["VLC".into()], ..line(1, BELOW) })]);
    let read = |fields: Chosen| {
        let query = Query { fields, ..Query::all(Kind::Line, Scope::Tenant) };
        let page = wait(panel.store.list(HERE, query)).unwrap();
        page.rows.into_iter().find_map(Line::from_object).unwrap()
    };
    let whole = panel.get::<Line>(LineId(1)).unwrap();
    assert_eq!(read(Chosen::ALL), whole);
    let some = Line { owner: BELOW, country, version: whole.version, ..Line::empty(LineId(1)) };
    assert_eq!(read(Chosen::of(Line::LIST, ["country", "owner"])), some);
    assert_eq!(read(Chosen::of(Line::LIST, [])), Line { version: whole.version, ..Line::empty(LineId(1)) });
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

pub(crate) fn a_search_in_a_large_tree_finds_its_own_rows_alone(panel: &Panel<'_>) {
    let named = |id: u32, owner: UserId| {
        insert(Line { username: format!("room-{id}"), reseller_notes: String::new(), ..line(id, owner) })
    };
    panel.done((1..=5_100).map(|id| named(id, if id % 2 == 0 { BELOW } else { RESELLER })));
    panel.done((6_001..=6_100).map(|id| named(id, RIVAL)));
    let search = |text: &str, scope: Scope, delivery: Option<DeliveryType>, start: u32| {
        let filters = delivery.map(Filter::Delivery).into_iter().collect();
        let query = Query { search: Some(text.into()), filters, start, limit: 2, ..Query::all(Kind::Line, scope) };
        let found = wait(panel.store.list(HERE, query)).unwrap();
        (found.matching.unwrap(), numbers(&found))
    };
    let tree = Scope::Tree(RESELLER);
    for delivery in [None, Some(DeliveryType::Line)] {
        // 50, then 500 to 509, then 5,000 to 5,099.
        assert_eq!(search("ROOM-50", tree, delivery, 1), (111, vec![500, 501]));
        assert_eq!(search("room-60", Scope::Tree(RIVAL), delivery, 0), (99, vec![6_001, 6_002]));
        assert_eq!(search("room-6050", tree, delivery, 0), (0, vec![]));
    }
    assert_eq!(search("room", tree, Some(DeliveryType::Mag), 0), (0, vec![]));
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
