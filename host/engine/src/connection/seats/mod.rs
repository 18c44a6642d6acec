//! The seats of all lines: a sharded map of leases. The count of a line's connections *is* its unexpired leases;
//! taking one is a single step under the shard's lock, without a system call. Who may watch what is decided in
//! [`super::admit`].

mod acquire;
mod room;
mod survey;

use super::held::{HeldLease, LEASE};
use super::history::activity;
use super::lost::Lost;
use super::session::SessionKey;
use super::signal::Ended;
use host_core::lease::{Fence, LEASE_SECONDS, Lease};
use host_core::line::Output;
use host_core::port::{Clock, Journal, LeaseMirror};
use host_core::time::{Expiry, Unix};
use host_core::{LineId, TenantId};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

const SHARDS: usize = 64;

type Owner = (TenantId, LineId);

type Shard = Mutex<HashMap<Owner, Vec<HeldLease>>>;

/// The seats of all lines of the process.
pub struct Seats {
    shards: Box<[Shard; SHARDS]>,
    lost: Lost,
    /// Told when a seat of the shard comes free.
    freed: Box<[Notify; SHARDS]>,
    fence: AtomicU64,
    clock: Arc<dyn Clock>,
    mirror: Arc<dyn LeaseMirror>,
    journal: Arc<dyn Journal>,
    unmirrored: AtomicU64,
}

impl Seats {
    /// The map, with the leases that the mirror still has: they count, and the same player gets
    /// them back.
    pub fn new(clock: Arc<dyn Clock>, mirror: Arc<dyn LeaseMirror>, journal: Arc<dyn Journal>) -> Seats {
        let now = clock.now();
        let shards = Box::new(std::array::from_fn(|_| Mutex::default()));
        // Numbers grow over restarts even when the mirror is empty.
        let first = u64::try_from(now.0).unwrap_or(0) << 24;
        let freed = Box::new(std::array::from_fn(|_| Notify::new()));
        let (fence, unmirrored, lost) = (AtomicU64::new(first), AtomicU64::new(0), Lost::default());
        let seats = Seats { shards, lost, freed, fence, clock, mirror, journal, unmirrored };
        for (slot, lease) in seats.mirror.load() {
            seats.restore(slot, lease, now);
        }
        seats
    }

    fn restore(&self, slot: u32, lease: Lease, now: Unix) {
        self.fence.fetch_max(lease.fence.0 + 1, Ordering::Relaxed);
        let left = (lease.expires_at.0 - now.0).clamp(0, LEASE_SECONDS);
        if left == 0 {
            self.mirror.clear(slot);
            return;
        }
        let until = self.clock.monotonic() + Duration::from_secs(left.unsigned_abs());
        let owner = (lease.tenant, lease.line);
        let held = HeldLease {
            lease,
            until,
            slot: Some(slot),
            handles: 0,
            agent: Box::default(),
            output: None,
            expiry: Expiry::Never,
            credentials: None,
            signal: Arc::default(),
            followed: false,
            orphan: true,
        };
        self.with(owner, |line| {
            if line.iter().any(|other| other.lease.fence == held.lease.fence) {
                self.mirror.clear(slot);
            } else {
                line.push(held);
            }
        });
    }

    /// A session of its own, for a response that nothing joins (live TS).
    pub fn fresh_session(&self) -> SessionKey {
        // Spread, so that it does not meet the keyed hashes of other sessions.
        SessionKey(self.fence.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Whether somebody ended a session, which then comes back by a new start only.
    pub fn has_lost(&self, tenant: TenantId, line: LineId, session: SessionKey) -> bool {
        self.lost.has((tenant, line), session)
    }

    /// Gives a lease a slot, if there is one. Without it the seat is lost in a crash, no more.
    fn mirror(&self, lease: &Lease) -> Option<u32> {
        let slot = self.mirror.put(lease);
        if slot.is_none() && self.unmirrored.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!("all slots of the lease mirror are taken: further leases would not outlive a crash");
        }
        slot
    }

    /// Mirrors a lease that is another one now. The new slot is there before the old one goes; of
    /// two with one number a restart keeps one.
    fn mirror_again(&self, held: &mut HeldLease) {
        let old = std::mem::replace(&mut held.slot, self.mirror.put(&held.lease));
        if let Some(old) = old {
            self.mirror.clear(old);
        }
        if held.slot.is_none() {
            held.slot = self.mirror(&held.lease);
        }
    }

    fn extend(&self, held: &mut HeldLease, monotonic: Duration, now: Unix) {
        held.until = monotonic + LEASE;
        held.lease.expires_at = now.plus(LEASE_SECONDS);
        if let Some(slot) = held.slot {
            self.mirror.renew(slot, held.lease.expires_at);
        }
    }

    pub(super) fn renew(&self, tenant: TenantId, line: LineId, fence: Fence) -> bool {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        self.with((tenant, line), |line| {
            self.expire(line, monotonic, now);
            let held = line.iter_mut().find(|held| held.lease.fence == fence);
            held.map(|held| self.extend(held, monotonic, now)).is_some()
        })
    }

    pub(super) fn leave(&self, tenant: TenantId, line: LineId, fence: Fence, lingers: bool) {
        self.with((tenant, line), |line| {
            let Some(at) = line.iter().position(|held| held.lease.fence == fence) else { return };
            let Some(held) = line.get_mut(at) else { return };
            held.handles = held.handles.saturating_sub(1);
            if held.handles == 0 && !lingers {
                self.end(line.swap_remove(at), Ended::Closed, self.clock.now());
            }
        });
    }

    pub(super) fn note_credentials(&self, tenant: TenantId, line: LineId, fence: Fence, credentials: u64) {
        self.with((tenant, line), |line| {
            if let Some(held) = line.iter_mut().find(|held| held.lease.fence == fence) {
                held.credentials = Some(credentials);
            }
        });
    }

    pub(super) fn lease(&self, tenant: TenantId, line: LineId, fence: Fence) -> Option<Lease> {
        self.with((tenant, line), |line| {
            line.iter().find(|held| held.lease.fence == fence).map(|held| held.lease.clone())
        })
    }

    pub(super) fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn expire(&self, leases: &mut Vec<HeldLease>, monotonic: Duration, now: Unix) {
        while let Some(at) = leases.iter().position(|held| held.until <= monotonic) {
            self.end(leases.swap_remove(at), Ended::Expired, now);
        }
    }

    /// Frees the slot, tells the handles, notes the history. The lease is out of the map already.
    fn end(&self, held: HeldLease, why: Ended, now: Unix) {
        if let Some(slot) = held.slot {
            self.mirror.clear(slot);
        }
        held.signal.end(why);
        // A transport stream is one answer, so there is nobody to come back.
        if matches!(why, Ended::Killed | Ended::Oldest | Ended::TakenOver) && held.output != Some(Output::Ts) {
            let owner = (held.lease.tenant, held.lease.line);
            self.lost.note(owner, SessionKey(held.lease.session), self.clock.monotonic());
        }
        self.freed[place((held.lease.tenant, held.lease.line))].notify_waiters();
        let entry = activity(&held.lease, &held.agent, held.output, held.signal.bytes(), now);
        self.journal.note(held.lease.tenant, entry);
    }

    /// Resolves when a seat of the line may have come free.
    pub(super) fn freed(&self, tenant: TenantId, line: LineId) -> Notified<'_> {
        self.freed[place((tenant, line))].notified()
    }

    fn shard(&self, owner: Owner) -> &Shard {
        &self.shards[place(owner)]
    }

    /// Runs under the lock of the line's shard. A line without leases leaves no entry.
    fn with<T>(&self, owner: Owner, act: impl FnOnce(&mut Vec<HeldLease>) -> T) -> T {
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
