//! The leases of one node: a sharded map in memory, with a mirror that a crash of the process does not lose. Taking
//! a seat is a single step under the shard's lock, without a system call. The rules are those of
//! [`host_core::lease::rules`].

mod acquire;
mod lost;
mod mirror;
mod survey;

pub use mirror::{LeaseMirror, NoMirror};

use host_core::lease::rules::needs_a_start;
use host_core::lease::{Ended, Fence, HeldLease, LEASE_SECONDS, Lease, Moment, SessionKey};
use host_core::port::{Clock, Endings};
use host_core::{LineId, NodeId, TenantId};
use lost::Lost;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const SHARDS: usize = 64;

type Owner = (TenantId, LineId);

// The ids are our own: nobody chooses them so that they meet in one slot.
type Shard = Mutex<FxHashMap<Owner, Vec<Kept>>>;

/// A lease with its slot in the mirror.
struct Kept {
    held: HeldLease,
    slot: Option<u32>,
}

impl AsRef<HeldLease> for Kept {
    fn as_ref(&self) -> &HeldLease {
        &self.held
    }
}

/// The leases of this node, which is the only one.
pub struct LocalLeases {
    node: NodeId,
    shards: Box<[Shard; SHARDS]>,
    lost: Lost,
    fence: AtomicU64,
    clock: Arc<dyn Clock>,
    mirror: Arc<dyn LeaseMirror>,
    endings: OnceLock<Arc<dyn Endings>>,
    unmirrored: AtomicU64,
}

impl std::fmt::Debug for LocalLeases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LocalLeases({})", self.node)
    }
}

impl LocalLeases {
    /// The map, with the leases that the mirror still has: they count, and the same player gets
    /// them back.
    pub fn new(node: NodeId, clock: Arc<dyn Clock>, mirror: Arc<dyn LeaseMirror>) -> Arc<LocalLeases> {
        // Numbers grow over restarts even when the mirror is empty.
        let first = u64::try_from(clock.now().0).unwrap_or(0) << 24;
        let leases = LocalLeases {
            node,
            shards: Box::new(std::array::from_fn(|_| Mutex::default())),
            lost: Lost::default(),
            fence: AtomicU64::new(first),
            clock,
            mirror,
            endings: OnceLock::new(),
            unmirrored: AtomicU64::new(0),
        };
        let now = leases.now();
        for (slot, lease) in leases.mirror.load() {
            leases.restore(slot, lease, now);
        }
        Arc::new(leases)
    }

    fn restore(&self, slot: u32, lease: Lease, now: Moment) {
        self.fence.fetch_max(lease.fence.0 + 1, Ordering::Relaxed);
        let left = (lease.expires_at.0 - now.date.0).clamp(0, LEASE_SECONDS);
        if left == 0 {
            self.mirror.clear(slot);
            return;
        }
        let until = now.monotonic + Duration::from_secs(left.unsigned_abs());
        let owner = (lease.tenant, lease.line);
        let held = HeldLease::found(lease, self.node, until);
        self.with(owner, |line| {
            if line.iter().any(|other| other.held.lease.fence == held.lease.fence) {
                self.mirror.clear(slot);
            } else {
                line.push(Kept { held, slot: Some(slot) });
            }
        });
    }

    fn now(&self) -> Moment {
        Moment { monotonic: self.clock.monotonic(), date: self.clock.now() }
    }

    fn next_fence(&self) -> Fence {
        Fence(self.fence.fetch_add(1, Ordering::Relaxed))
    }

    /// Gives a lease a slot, if there is one. Without it the seat is lost in a crash, no more.
    fn mirrored(&self, lease: &Lease) -> Option<u32> {
        let slot = self.mirror.put(lease);
        if slot.is_none() && self.unmirrored.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!("all slots of the lease mirror are taken: further leases would not outlive a crash");
        }
        slot
    }

    /// Mirrors a lease that is another one now. The new slot is there before the old one goes; of
    /// two with one number a restart keeps one.
    fn mirror_again(&self, kept: &mut Kept) {
        let old = std::mem::replace(&mut kept.slot, self.mirror.put(&kept.held.lease));
        if let Some(old) = old {
            self.mirror.clear(old);
        }
        if kept.slot.is_none() {
            kept.slot = self.mirrored(&kept.held.lease);
        }
    }

    fn extend(&self, kept: &mut Kept, now: Moment) {
        kept.held.renew(now);
        if let Some(slot) = kept.slot {
            self.mirror.renew(slot, kept.held.lease.expires_at);
        }
    }

    fn expire(&self, line: &mut Vec<Kept>, now: Moment) {
        while let Some(at) = line.iter().position(|kept| kept.held.is_over(now.monotonic)) {
            self.over(line.swap_remove(at), Ended::Expired, now);
        }
    }

    /// Frees the slot and tells who wants to know. The lease is out of the map already.
    fn over(&self, kept: Kept, why: Ended, now: Moment) {
        let Kept { held, slot } = kept;
        if let Some(slot) = slot {
            self.mirror.clear(slot);
        }
        if needs_a_start(why, held.output) {
            let owner = (held.lease.tenant, held.lease.line);
            self.lost.note(owner, SessionKey(held.lease.session), now.monotonic);
        }
        if let Some(endings) = self.endings.get() {
            endings.ended(&held, why, now.date);
        }
    }

    fn shard(&self, owner: Owner) -> &Shard {
        &self.shards[place(owner)]
    }

    /// Runs under the lock of the line's shard. A line without leases leaves no entry.
    fn with<T>(&self, owner: Owner, act: impl FnOnce(&mut Vec<Kept>) -> T) -> T {
        let mut shard = self.shard(owner).lock();
        let leases = shard.entry(owner).or_default();
        let answer = act(leases);
        if leases.is_empty() {
            shard.remove(&owner);
        }
        answer
    }
}

/// Where a line's leases are.
fn place(owner: Owner) -> usize {
    let spread = (u64::from(owner.0.0) << 32 | u64::from(owner.1.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread >> 58) as usize % SHARDS
}
