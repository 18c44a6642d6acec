//! Lists of users: by role, and in trees.

use crate::panel::*;
use crate::scopes::numbers;
use host_core::UserId;
use host_core::caller::Scope;
use host_core::object::Kind;
use host_core::port::{Filter, Query};
use host_core::user::{Role, User};

pub(crate) fn users_are_counted_by_role_and_below_one_of_them(panel: &Panel<'_>) {
    let ids = [600, 5_000, 5_001, 9_000];
    panel.done(ids.map(|id| insert(user(UserId(id), Some(BELOW), Role::Reseller))));
    let list = |filter: Filter, scope: Scope, start: u32| {
        let query = Query { start, limit: 3, filters: vec![filter], ..Query::all(Kind::User, scope) };
        assert!(query.is_counted());
        let page = wait(panel.store.list(HERE, query)).unwrap();
        (page.total.unwrap(), numbers(&page))
    };
    let resellers = Filter::Role(Role::Reseller);
    assert_eq!(list(resellers.clone(), Scope::Tenant, 0), (7, vec![2, 3, 4]));
    assert_eq!(list(resellers.clone(), Scope::Tenant, 4), (7, vec![5_000, 5_001, 9_000]));
    assert_eq!(list(Filter::Role(Role::Admin), Scope::Tenant, 0), (1, vec![1]));
    let below = |root: UserId, start| list(Filter::Besides(root), Scope::Tree(root), start);
    assert_eq!(below(RESELLER, 0), (5, vec![3, 600, 5_000]));
    assert_eq!(below(RESELLER, 2), (5, vec![5_000, 5_001, 9_000]));
    assert_eq!(below(BELOW, 1), (4, vec![5_000, 5_001, 9_000]));
    assert_eq!(below(RIVAL, 0), (0, vec![]));
    let moved = panel.get::<User>(UserId(5_001)).unwrap();
    panel.done([
        update(User { parent: Some(RIVAL), ..moved.clone() }),
        delete(&panel.get::<User>(UserId(600)).unwrap()),
    ]);
    assert_eq!((below(RESELLER, 0).0, below(RIVAL, 0)), (3, (1, vec![5_001])));
    let moved = panel.get::<User>(UserId(5_001)).unwrap();
    panel.done([update(User { role: Role::Admin, parent: None, ..moved })]);
    assert_eq!(list(Filter::Role(Role::Admin), Scope::Tenant, 1), (2, vec![5_001]));
    assert_eq!(list(resellers, Scope::Tenant, 3), (5, vec![5_000, 9_000]));
    assert_eq!(panel.verify(), []);
}
