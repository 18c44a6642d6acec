//! Scopes: who sees which rows. A row outside the scope is like a missing one.

use crate::documents::document;
use crate::panel::*;
use host_core::api_key::ApiKey;
use host_core::bouquet::Member;
use host_core::caller::Scope;
use host_core::document::Document;
use host_core::group::Group;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::plan::Change;
use host_core::port::{Page, Query};
use host_core::stream::{Stream, StreamKind};
use host_core::time::Unix;
use host_core::user::User;
use host_core::*;

pub(crate) fn numbers(page: &Page) -> Vec<u32> {
    page.rows.iter().map(|row| row.key().number()).collect()
}

pub(crate) fn listed(panel: &Panel<'_>, kind: Kind, scope: Scope) -> Vec<u32> {
    numbers(&wait(panel.store.list(HERE, Query::all(kind, scope))).unwrap())
}

pub(crate) fn key(id: u32, user: UserId) -> ApiKey {
    let (name, prefix, digest) = ("script".into(), "abcdefgh".into(), [id as u8; 32]);
    ApiKey { user, name, prefix, digest, created_at: Unix(1), ..ApiKey::empty(ApiKeyId(id)) }
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
    assert_eq!(wait(panel.store.tree(TENANT, RESELLER)).unwrap(), [RESELLER, BELOW]);
    assert_eq!(wait(panel.store.tree(TENANT, BELOW)).unwrap(), [BELOW]);
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
