//! Seats and their mirror: what a crash leaves is what was watched last.

use crate::panel::{NODE, Panel, ip};
use host_core::lease::Lease;
use host_core::time::{Expiry, Unix};
use host_core::{LineId, StreamId};
use host_engine::SessionKey;
use host_engine::connection::{Coming, SeatRequest, Seats};
use host_store::{LeaseMirror, LocalLeases, SystemEntropy};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A mirror with so few slots that it is soon full.
struct Narrow(u32, Mutex<BTreeMap<u32, Lease>>);

impl LeaseMirror for Narrow {
    fn put(&self, lease: &Lease) -> Option<u32> {
        let mut slots = self.1.lock();
        let free = (0..self.0).find(|slot| !slots.contains_key(slot))?;
        slots.insert(free, lease.clone());
        Some(free)
    }

    fn renew(&self, slot: u32, expires_at: Unix) {
        if let Some(lease) = self.1.lock().get_mut(&slot) {
            lease.expires_at = expires_at;
        }
    }

    fn clear(&self, slot: u32) {
        self.1.lock().remove(&slot);
    }

    fn load(&self) -> Vec<(u32, Lease)> {
        self.1.lock().iter().map(|(slot, lease)| (*slot, lease.clone())).collect()
    }
}

fn seats(panel: &Panel, mirror: &Arc<Narrow>) -> Arc<Seats> {
    let leases = LocalLeases::new(NODE, panel.clock.clone(), mirror.clone());
    Arc::new(Seats::new(NODE, panel.clock.clone(), &SystemEntropy, leases, panel.journal.clone()))
}

fn start(panel: &Panel, session: u64, stream: u32, expiry: Expiry) -> SeatRequest<'static> {
    SeatRequest {
        tenant: panel.tenant,
        line: LineId(7),
        owner: panel.reseller_id(),
        stream: StreamId(stream),
        session: SessionKey(session),
        coming: Coming::Start,
        agent_hash: 1,
        agent: "vlc",
        address: ip("10.0.0.1"),
        output: None,
        credentials: None,
        limit: host_core::line::SeatLimit::Unlimited,
        expiry,
        policy: host_core::settings::ConnectionPolicy::Refuse,
        same_player: host_core::settings::SamePlayer::TakeOver,
    }
}

/// What the mirror has: (session, stream).
fn mirrored(mirror: &Narrow) -> Vec<(u64, u32)> {
    mirror.load().iter().map(|(_, lease)| (lease.session, lease.stream.0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_to_another_stream_is_mirrored_there() {
    let panel = Panel::new().await;
    for slots in [1, 4] {
        let mirror = Arc::new(Narrow(slots, Mutex::default()));
        let seats = seats(&panel, &mirror);
        let first = seats.acquire(start(&panel, 1, 10, Expiry::Never)).await.unwrap();
        let second = seats.acquire(start(&panel, 1, 11, Expiry::Never)).await.unwrap();
        assert_eq!(mirrored(&mirror), [(1, 11)], "{slots} slots");
        panel.clock.pass(20);
        assert!(second.renew());
        let expires_at = second.lease().await.unwrap().unwrap().expires_at;
        assert_eq!(mirror.load()[0].1.expires_at, expires_at, "the new slot is the one that is renewed");
        drop((first, second));
        assert!(mirrored(&mirror).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_a_crash_left_twice_counts_once() {
    let panel = Panel::new().await;
    let mirror = Arc::new(Narrow(4, Mutex::default()));
    let seat = seats(&panel, &mirror).acquire(start(&panel, 1, 10, Expiry::Never)).await.unwrap();
    mirror.put(&seat.lease().await.unwrap().unwrap());
    std::mem::forget(seat);
    let after = seats(&panel, &mirror);
    assert_eq!((after.count(panel.tenant, LineId(7)).await.unwrap(), mirrored(&mirror).len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_comes_back_after_a_crash_ends_with_its_term() {
    let panel = Panel::new().await;
    let mirror = Arc::new(Narrow(4, Mutex::default()));
    std::mem::forget(seats(&panel, &mirror).acquire(start(&panel, 1, 10, Expiry::Never)).await.unwrap());
    let (after, now) = (seats(&panel, &mirror), panel.engine.clock().now());
    let _seat = after.acquire(start(&panel, 1, 10, Expiry::At(now.plus(5)))).await.unwrap();
    assert_eq!(after.connections(panel.tenant, None).await.unwrap()[0].agent, "vlc");
    assert_eq!(after.sweep(now).await.unwrap(), []);
    assert_eq!(after.sweep(now.plus(5)).await.unwrap(), [(panel.tenant, LineId(7))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_beyond_a_full_mirror_count_as_seats_and_are_counted() {
    let panel = Panel::new().await;
    let mirror = Arc::new(Narrow(1, Mutex::default()));
    let seats = seats(&panel, &mirror);
    let mut held = Vec::new();
    for session in 0..3 {
        held.push(seats.acquire(start(&panel, session, 10, Expiry::Never)).await.unwrap());
    }
    assert_eq!((seats.count(panel.tenant, LineId(7)).await.unwrap(), seats.unmirrored()), (3, 2));
    assert!(held.iter().all(|seat| seat.renew()));
    drop(held);
    assert_eq!((seats.count(panel.tenant, LineId(7)).await.unwrap(), mirrored(&mirror).len()), (0, 0));
}
