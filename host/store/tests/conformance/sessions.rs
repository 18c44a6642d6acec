//! Sessions: found by digest, listed by holder, gone with what they stand on.

use crate::panel::*;
use crate::scopes::key;
use host_core::api_key::ApiKey;
use host_core::caller::Scope;
use host_core::line::Line;
use host_core::object::{Key, Kind};
use host_core::plan::{Change, Guard};
use host_core::port::{Filter, Query};
use host_core::session::{Holder, Session};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::user::{Role, User};
use host_core::*;

fn session(id: u32, holder: Holder) -> Session {
    Session {
        id: SessionId(id),
        version: Version(0),
        surface: "console".into(),
        holder,
        key: None,
        digest: [id as u8; 32],
        bound: Some("00:1A:79:00:00:01".into()),
        created_at: Unix(1),
        expiry: Unix(100),
    }
}

fn listed(panel: &Panel<'_>, scope: Scope, filters: Vec<Filter>) -> Vec<u32> {
    let page = wait(panel.store.list(HERE, Query { filters, ..Query::all(Kind::Session, scope) })).unwrap();
    page.rows.iter().map(|row| row.key().number()).collect()
}

pub(crate) fn a_session_is_found_by_its_digest_and_listed_by_whose_it_is_and_where(panel: &Panel<'_>) {
    let (user, held) = (Holder::User(BELOW), Holder::Line(LineId(1)));
    panel.done([
        insert(line(1, BELOW)),
        insert(session(1, user)),
        insert(Session { surface: "portal".into(), bound: None, ..session(2, user) }),
        insert(session(3, held)),
        insert(Session { expiry: Unix(50), ..session(4, user) }),
    ]);
    let found = wait(panel.store.find(HERE, Unique::SessionDigest([2; 32]))).unwrap().unwrap();
    assert_eq!(found.key(), Key::Session(SessionId(2)));
    assert!(wait(panel.store.find(HERE, Unique::SessionDigest([9; 32]))).unwrap().is_none());
    let of = |filters| listed(panel, Scope::Tenant, filters);
    assert_eq!(of(vec![Filter::Holder(user)]), [1, 2, 4]);
    assert_eq!(of(vec![Filter::Holder(held)]), [3]);
    assert_eq!(of(vec![Filter::Holder(user), Filter::Surface("console".into())]), [1, 4]);
    assert_eq!(of(vec![Filter::Holder(user), Filter::Lasting(Unix(50))]), [1, 2]);
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_digest_is_one_sessions_and_no_two_have_it(panel: &Panel<'_>) {
    panel.done([insert(session(1, Holder::User(BELOW)))]);
    let same = Session { digest: [1; 32], ..session(2, Holder::User(RIVAL)) };
    let free = Guard::Free(Unique::SessionDigest([1; 32]));
    assert_eq!(conflict(panel.commit(plan([insert(same)]))), free);
    let own = panel.get::<Session>(SessionId(1)).unwrap();
    panel.done([update(Session { digest: [7; 32], ..own })]);
    assert!(
        wait(panel.store.find(HERE, Unique::SessionDigest([1; 32]))).unwrap().is_none(),
        "the old token is nobody's"
    );
    panel.done([insert(Session { digest: [1; 32], ..session(2, Holder::User(RIVAL)) })]);
}

pub(crate) fn a_session_goes_with_its_user_its_line_and_its_key(panel: &Panel<'_>) {
    panel.done([
        insert(user(UserId(20), Some(RESELLER), Role::Reseller)),
        insert(line(1, RESELLER)),
        insert(key(1, RESELLER)),
        insert(session(1, Holder::User(UserId(20)))),
        insert(session(2, Holder::Line(LineId(1)))),
        insert(Session { key: Some(ApiKeyId(1)), ..session(3, Holder::User(RESELLER)) }),
        insert(session(4, Holder::User(RESELLER))),
    ]);
    let of_nobody = panel.commit(plan([insert(session(5, Holder::User(UserId(99))))]));
    assert_eq!(conflict(of_nobody), Guard::Referred);
    panel.done([delete(&panel.get::<User>(UserId(20)).unwrap())]);
    panel.done([delete(&panel.get::<Line>(LineId(1)).unwrap())]);
    panel.done([delete(&panel.get::<ApiKey>(ApiKeyId(1)).unwrap())]);
    assert_eq!(listed(panel, Scope::Tenant, vec![]), [4]);
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_tree_sees_the_sessions_of_its_users_and_lines_and_a_line_its_own(panel: &Panel<'_>) {
    panel.done([
        insert(line(1, BELOW)),
        insert(line(2, RIVAL)),
        insert(session(1, Holder::User(BELOW))),
        insert(session(2, Holder::User(RIVAL))),
        insert(session(3, Holder::Line(LineId(1)))),
        insert(session(4, Holder::Line(LineId(2)))),
    ]);
    assert_eq!(listed(panel, Scope::Tree(RESELLER), vec![]), [1, 3]);
    assert_eq!(listed(panel, Scope::Line(LineId(2)), vec![]), [4]);
    assert!(panel.seen::<Session>(Scope::Tree(RESELLER), SessionId(3)).is_some());
    assert!(panel.seen::<Session>(Scope::Tree(RESELLER), SessionId(4)).is_none());
    assert!(panel.seen::<Session>(Scope::Line(LineId(2)), SessionId(3)).is_none());
}

pub(crate) fn sessions_that_last_are_counted_against_a_guard(panel: &Panel<'_>) {
    let holder = Holder::User(BELOW);
    panel.done([
        insert(session(1, holder)),
        insert(Session { expiry: Unix(50), ..session(2, holder) }),
        insert(Session { surface: "portal".into(), ..session(3, holder) }),
        insert(session(4, Holder::User(RIVAL))),
    ]);
    let guard = |now, below| Guard::SessionsBelow { holder, surface: Some("console".into()), now: Unix(now), below };
    assert_eq!(conflict(panel.commit(guarded(guard(49, 2), []))), guard(49, 2));
    panel.commit(guarded(guard(50, 2), [])).unwrap();
    assert_eq!(conflict(panel.commit(guarded(guard(50, 1), []))), guard(50, 1));
    let anywhere = |below| Guard::SessionsBelow { holder, surface: None, now: Unix(50), below };
    assert_eq!(conflict(panel.commit(guarded(anywhere(2), []))), anywhere(2));
    panel.commit(guarded(anywhere(3), [])).unwrap();
}

pub(crate) fn sessions_that_are_over_are_swept_in_pieces(panel: &Panel<'_>) {
    let ending = |id: u32, at| insert(Session { expiry: Unix(at), ..session(id, Holder::User(BELOW)) });
    panel.done([ending(1, 10), ending(2, 20), ending(3, 20), ending(4, 21)]);
    let sweep = || panel.done([Change::SweepSessions(Unix(20), 2)]).touched;
    assert_eq!((sweep(), sweep(), sweep()), (vec![2], vec![1], vec![0]));
    assert_eq!(listed(panel, Scope::Tenant, vec![]), [4]);
}
