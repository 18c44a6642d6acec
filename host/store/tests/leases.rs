//! Leases of one node: who holds one, who hears of its end, and what a second look ends.
#![allow(clippy::unwrap_used)]

use host_core::lease::rules::{NoSeat, Recheck};
use host_core::lease::{Coming, Ended, Fence, HeldLease, Holder, LeaseKey, SeatRequest, SessionKey};
use host_core::line::{Output, SeatLimit};
use host_core::port::{Clock, Endings, Leases, Pending, Whose};
use host_core::settings::{ConnectionPolicy, SamePlayer};
use host_core::time::{Expiry, Unix};
use host_core::{LineId, NodeId, StreamId, TenantId, UserId};
use host_store::{LocalLeases, NoMirror};
use parking_lot::Mutex;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const NODE: NodeId = NodeId(1);
const TENANT: TenantId = TenantId(1);
const LINE: LineId = LineId(7);

struct StandsStill;

impl Clock for StandsStill {
    fn now(&self) -> Unix {
        Unix(1_000)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(1_000)
    }
}

/// Which lease ended, who held it, after how many bytes of those who had left, and why.
type End = (Fence, Vec<Holder>, u64, Ended);

/// What was told of ends.
#[derive(Default)]
struct Heard(Mutex<Vec<End>>);

impl Endings for Heard {
    fn ended(&self, held: &HeldLease, why: Ended, _: Unix) {
        self.0.lock().push((held.lease.fence, held.holders.clone(), held.bytes, why));
    }
}

fn leases() -> (Arc<LocalLeases>, Arc<Heard>) {
    let (leases, heard) =
        (LocalLeases::new(NODE, Arc::new(StandsStill), Arc::new(NoMirror)), Arc::new(Heard::default()));
    leases.tell(heard.clone());
    (leases, heard)
}

/// The answer, which is there at the first look.
fn now<T>(answer: Pending<'_, T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.unwrap(),
        Poll::Pending => panic!("it waits"),
    }
}

fn request(session: u64, stream: u32) -> SeatRequest<'static> {
    SeatRequest {
        tenant: TENANT,
        line: LINE,
        owner: UserId(1),
        stream: StreamId(stream),
        session: SessionKey(session),
        coming: Coming::Start,
        agent_hash: session,
        agent: "box",
        address: "10.0.0.1".parse().unwrap(),
        output: Some(Output::M3u8),
        credentials: Some(5),
        limit: SeatLimit::from(3),
        expiry: Expiry::Never,
        policy: ConnectionPolicy::Refuse,
        same_player: SamePlayer::TakeOver,
    }
}

fn holder(number: u64) -> Holder {
    Holder { node: NODE, number }
}

fn key(fence: Fence) -> LeaseKey {
    LeaseKey { tenant: TENANT, line: LINE, fence }
}

#[test]
fn a_lease_ends_with_its_last_holder_and_its_end_is_told_once_with_what_all_have_sent() {
    let (leases, heard) = leases();
    let fence = now(leases.acquire(request(1, 10), holder(1))).unwrap();
    assert_eq!(now(leases.rejoin(TENANT, LINE, SessionKey(1), StreamId(10), holder(2))), Some(fence));
    assert_eq!(now(leases.rejoin(TENANT, LINE, SessionKey(1), StreamId(11), holder(3))), None, "another stream");
    leases.release(key(fence), holder(1), 100, false);
    leases.release(key(fence), holder(1), 100, false);
    assert_eq!(now(leases.count(TENANT, LINE)), 1);
    leases.release(key(fence), holder(2), 20, false);
    assert_eq!(now(leases.count(TENANT, LINE)), 0);
    assert_eq!(now(leases.end(Whose::Line(TENANT, LINE))), 0);
    assert_eq!(*heard.0.lock(), [(fence, vec![], 120, Ended::Closed)]);
}

#[test]
fn whoever_holds_a_lease_when_it_is_ended_is_named_and_its_session_has_to_start_anew() {
    let (leases, heard) = leases();
    let fence = now(leases.acquire(request(1, 10), holder(1))).unwrap();
    let other = now(leases.acquire(request(2, 10), holder(2))).unwrap();
    assert_eq!(now(leases.end(Whose::One(key(fence)))), 1);
    assert_eq!(*heard.0.lock(), [(fence, vec![holder(1)], 0, Ended::Killed)]);
    assert!(now(leases.was_ended(TENANT, LINE, SessionKey(1))));
    let returns = SeatRequest { coming: Coming::Return, ..request(1, 10) };
    assert_eq!(now(leases.acquire(returns, holder(3))), Err(NoSeat::Ended));
    assert!(now(leases.acquire(request(1, 10), holder(3))).is_ok());
    assert!(!now(leases.was_ended(TENANT, LINE, SessionKey(1))));
    let left = now(leases.survey(Whose::One(key(other))));
    assert_eq!(left.iter().map(|held| (held.lease.session, held.node)).collect::<Vec<_>>(), [(2, NODE)]);
}

#[test]
fn a_second_look_ends_what_is_unwanted_then_the_oldest_and_spares_who_went_elsewhere_meanwhile() {
    let (leases, heard) = leases();
    let fences: Vec<_> =
        (1..=3).map(|number| now(leases.acquire(request(number, 10), holder(number))).unwrap()).collect();
    let unwanted = vec![(fences[1], StreamId(10)), (fences[2], StreamId(10))];
    now(leases.acquire(request(3, 11), holder(4))).unwrap();
    let expiry = Expiry::At(Unix(1_001));
    let recheck = |limit: u32| Recheck { unwanted: unwanted.clone(), limit: SeatLimit::from(limit), expiry };
    assert_eq!(now(leases.recheck(TENANT, LINE, recheck(2))), 1, "two are left, as many as may be");
    assert_eq!(now(leases.recheck(TENANT, LINE, recheck(1))), 1);
    let ended: Vec<_> = heard.0.lock().iter().map(|(fence, _, _, why)| (*fence, *why)).collect();
    assert_eq!(ended, [(fences[1], Ended::Killed), (fences[0], Ended::Killed)]);
    assert_eq!(now(leases.sweep(Unix(1_000))), []);
    assert_eq!(now(leases.sweep(Unix(1_001))), [(TENANT, LINE)], "what stays is looked at when the line expires");
}
