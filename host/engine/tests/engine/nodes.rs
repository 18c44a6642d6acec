//! Two nodes that share leases, over a port that answers later: what is above the port needs to know neither.

use crate::panel::{NODE, Panel, code};
use crate::seats::visit;
use host_core::journal::{Entry, LogPage, LogQuery};
use host_core::lease::rules::{NoSeat, Recheck};
use host_core::lease::{Ended, Fence, HeldLease, Holder, LeaseKey, SeatRequest, SessionKey};
use host_core::port::{Endings, Leases, Pending, Whose};
use host_core::time::Unix;
use host_core::{LineId, NodeId, StreamId, TenantId};
use host_engine::{Engine, Seat};
use host_store::LocalLeases;
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::task::yield_now;

/// Leases that several nodes ask.
struct Shared {
    leases: Arc<LocalLeases>,
    nodes: Arc<Told>,
}

/// All nodes hear of every end.
#[derive(Default)]
struct Told(Mutex<Vec<Arc<dyn Endings>>>);

impl Endings for Told {
    fn ended(&self, held: &HeldLease, why: Ended, at: Unix) {
        self.0.lock().iter().for_each(|node| node.ended(held, why, at));
    }
}

macro_rules! later {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> Pending<'_, $answer> {
            Pending::later(async move {
                yield_now().await;
                self.leases.$name($($argument),*).await
            })
        })*
    };
}

impl Leases for Shared {
    fn tell(&self, endings: Arc<dyn Endings>) {
        self.nodes.0.lock().push(endings);
    }

    fn acquire<'a>(&'a self, request: SeatRequest<'a>, holder: Holder) -> Pending<'a, Result<Fence, NoSeat>> {
        Pending::later(async move {
            yield_now().await;
            let given = self.leases.acquire(request, holder).await;
            yield_now().await;
            given
        })
    }

    fn renew(&self, lease: LeaseKey) {
        self.leases.renew(lease);
    }

    fn release(&self, lease: LeaseKey, holder: Holder, bytes: u64, lingers: bool) {
        self.leases.release(lease, holder, bytes, lingers);
    }

    later! {
        fn rejoin(
            tenant: TenantId, line: LineId, session: SessionKey, stream: StreamId, holder: Holder
        ) -> Option<Fence>;
        fn was_ended(tenant: TenantId, line: LineId, session: SessionKey) -> bool;
        fn survey(whose: Whose) -> Vec<HeldLease>;
        fn page(tenant: TenantId, query: LogQuery<()>) -> LogPage<HeldLease>;
        fn numbered(tenant: TenantId, number: i64) -> Option<LeaseKey>;
        fn count(tenant: TenantId, line: LineId) -> u32;
        fn end(whose: Whose) -> usize;
        fn recheck(tenant: TenantId, line: LineId, recheck: Recheck) -> usize;
        fn sweep(now: Unix) -> Vec<(TenantId, LineId)>;
    }

    fn taken_here(&self) -> usize {
        self.leases.taken_here()
    }

    fn unmirrored(&self) -> u64 {
        self.leases.unmirrored()
    }
}

async fn start(engine: &Arc<Engine>, panel: &Panel, address: &str) -> host_engine::Result<Seat> {
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let (stream, session) = (StreamId(panel.streams[0]), engine.seats().fresh_session());
    engine.admit(&line, panel.tenant, stream, session, &visit(address, "vlc")).await
}

/// Bytes of the connections that are over, as the history has them.
fn history(panel: &Panel) -> Vec<u64> {
    let rows = panel.journal.0.lock();
    let bytes = |row: &Entry| if let Entry::Activity { bytes, .. } = row { Some(*bytes) } else { None };
    rows.iter().filter_map(bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_share_leases_share_the_seats_of_a_line() {
    let (panel, other) = (Panel::new().await, NodeId(2));
    let id = panel.line("guest", 1).await;
    let leases = LocalLeases::new(NODE, panel.clock.clone(), panel.mirror.clone());
    let nodes = Arc::new(Told::default());
    leases.tell(nodes.clone());
    let shared = Arc::new(Shared { leases, nodes });
    let (one, two) = (panel.on_node(NODE, shared.clone()), panel.on_node(other, shared));

    let first = start(&one, &panel, "10.0.0.1").await.unwrap();
    first.count(100);
    assert_eq!(code(start(&two, &panel, "10.0.0.2").await), "connection_limit");
    let second = start(&two, &panel, "10.0.0.1").await.unwrap();
    assert_eq!(first.ended().await, Ended::TakenOver, "its player went to the other node");
    second.count(500);
    drop(first);
    let running = one.seats().connections(panel.tenant, Some(id)).await.unwrap();
    assert_eq!(running.iter().map(|connection| connection.node).collect::<Vec<_>>(), [other]);

    assert_eq!(one.seats().kill(panel.tenant, id).await.unwrap(), 1);
    assert_eq!(second.ended().await, Ended::Killed, "from the node that does not serve it");
    assert_eq!(history(&panel), [100, 500], "each is noted once, by the node that served it");
}
