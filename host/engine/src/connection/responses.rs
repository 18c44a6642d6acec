//! The responses of this process that hold a lease, by the numbers under which the leases know them. When one is
//! over, they are told, its end is noted in the history, and whoever waits for a seat looks again.

use super::history::activity;
use super::signal::Signal;
use host_core::lease::{Ended, HeldLease, Holder};
use host_core::port::{Endings, Journal};
use host_core::time::Unix;
use host_core::{LineId, NodeId, TenantId};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

const SHARDS: usize = 64;

// The numbers are our own: nobody chooses them so that they meet in one slot.
type Shard = Mutex<FxHashMap<u64, Arc<Signal>>>;

/// All that are open.
pub(super) struct Responses {
    node: NodeId,
    next: AtomicU64,
    open: Box<[Shard; SHARDS]>,
    /// Told when a seat of a line comes free, by lines.
    freed: Box<[Notify; SHARDS]>,
    journal: Arc<dyn Journal>,
}

/// One that is open until this is dropped.
pub(super) struct Response {
    all: Arc<Responses>,
    number: u64,
    pub(super) signal: Arc<Signal>,
}

impl Responses {
    /// Those of a node, which are numbered from `first` on.
    pub(super) fn new(node: NodeId, first: u64, journal: Arc<dyn Journal>) -> Responses {
        let open = Box::new(std::array::from_fn(|_| Mutex::default()));
        let freed = Box::new(std::array::from_fn(|_| Notify::new()));
        Responses { node, next: AtomicU64::new(first), open, freed, journal }
    }

    /// Another one, which hears of its end from here on.
    pub(super) fn open(self: &Arc<Self>) -> Response {
        let (number, signal) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::<Signal>::default());
        self.shard(number).lock().insert(number, Arc::clone(&signal));
        Response { all: Arc::clone(self), number, signal }
    }

    /// Bytes that were sent on a lease, by this node and by holders who have left.
    pub(super) fn bytes(&self, held: &HeldLease) -> u64 {
        let mut bytes = held.bytes;
        self.each(held, |signal| bytes += signal.bytes());
        bytes
    }

    /// Resolves when a seat of the line may have come free.
    pub(super) fn freed(&self, tenant: TenantId, line: LineId) -> Notified<'_> {
        self.freed_of(tenant, line).notified()
    }

    fn freed_of(&self, tenant: TenantId, line: LineId) -> &Notify {
        let spread = (u64::from(tenant.0) << 32 | u64::from(line.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        &self.freed[(spread >> 58) as usize % SHARDS]
    }

    /// Shows the holders of a lease that are here.
    fn each(&self, held: &HeldLease, mut see: impl FnMut(&Signal)) {
        for holder in held.holders.iter().filter(|holder| holder.node == self.node) {
            if let Some(signal) = self.shard(holder.number).lock().get(&holder.number) {
                see(signal);
            }
        }
    }

    fn shard(&self, number: u64) -> &Shard {
        &self.open[number as usize % SHARDS]
    }
}

impl Endings for Responses {
    fn ended(&self, held: &HeldLease, why: Ended, at: Unix) {
        let mut bytes = held.bytes;
        self.each(held, |signal| {
            bytes += signal.bytes();
            signal.end(why);
        });
        let lease = &held.lease;
        self.freed_of(lease.tenant, lease.line).notify_waiters();
        if held.node == self.node {
            self.journal.note(lease.tenant, activity(lease, &held.agent, held.output, bytes, at));
        }
    }
}

impl Response {
    /// How leases name it.
    pub(super) fn holder(&self) -> Holder {
        Holder { node: self.all.node, number: self.number }
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.all.shard(self.number).lock().remove(&self.number);
    }
}
