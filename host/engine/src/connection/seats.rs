//! The seats of all lines: a sharded map of leases. The count of a line's connections *is* its
//! unexpired leases; taking one is a single step under the shard's lock, without a system call.
//! Knows nothing of who may watch what ([`super::admit`]).

use super::held::{Connection, Held, Start};
use super::history::activity;
use super::seat::{Ended, Seat, SessionKey};
use host_core::lease::{Fence, LEASE_SECONDS, Lease};
use host_core::line::{Output, Seats as Limit};
use host_core::port::{Clock, Journal, LeaseMirror};
use host_core::refusal::Code;
use host_core::settings::ConnectionPolicy;
use host_core::time::{Expiry, Unix};
use host_core::{LineId, Refusal, StreamId, TenantId};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SHARDS: usize = 64;
const LEASE: Duration = Duration::from_secs(LEASE_SECONDS as u64);

type Owner = (TenantId, LineId);

type Shard = Mutex<HashMap<Owner, Vec<Held>>>;

/// The seats of all lines of the process.
pub struct Seats {
    shards: Box<[Shard; SHARDS]>,
    fence: AtomicU64,
    clock: Arc<dyn Clock>,
    mirror: Arc<dyn LeaseMirror>,
    journal: Arc<dyn Journal>,
}

impl Seats {
    /// The map, with the leases that the mirror still has: they count, and the same player gets
    /// them back.
    pub fn new(clock: Arc<dyn Clock>, mirror: Arc<dyn LeaseMirror>, journal: Arc<dyn Journal>) -> Seats {
        let now = clock.now();
        let shards = Box::new(std::array::from_fn(|_| Mutex::default()));
        // Numbers grow over restarts even when the mirror is empty.
        let first = u64::try_from(now.0).unwrap_or(0) << 24;
        let seats = Seats { shards, fence: AtomicU64::new(first), clock, mirror, journal };
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
        let held = Held {
            lease,
            until,
            slot: Some(slot),
            handles: 0,
            agent: Box::default(),
            output: None,
            term: Expiry::Never,
            signal: Arc::default(),
            orphan: true,
        };
        self.with(owner, |line| line.push(held));
    }

    /// A session of its own, for a response that nothing joins (live TS).
    pub fn fresh_session(&self) -> SessionKey {
        // Spread, so that it does not meet the keyed hashes of other sessions.
        SessionKey(self.fence.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Takes a seat, in one step: joins the session's lease, or takes a free seat, or takes over
    /// a lease of the same address and agent, or does what the policy says.
    ///
    /// # Errors
    /// `connection_limit` when all seats are taken.
    pub fn acquire(self: &Arc<Self>, start: Start<'_>) -> Result<Seat, Refusal> {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        self.with((start.tenant, start.line), |line| {
            self.expire(line, monotonic, now);
            if let Some(held) = line.iter_mut().find(|held| held.lease.session == start.session.0) {
                return Ok(self.join(held, start.stream, monotonic, now));
            }
            if let Some((at, why)) = self.to_replace(line, &start)? {
                self.end(line.swap_remove(at), why, now);
            }
            let held = self.fresh(&start, monotonic, now);
            let seat = self.handle(&held, monotonic);
            line.push(held);
            Ok(seat)
        })
    }

    /// Which lease has to go for this start, if one has.
    fn to_replace(&self, line: &[Held], start: &Start<'_>) -> Result<Option<(usize, Ended)>, Refusal> {
        let oldest = |which: &dyn Fn(&Held) -> bool| {
            let held = line.iter().enumerate().filter(|(_, held)| which(held));
            held.min_by_key(|(_, held)| held.lease.fence).map(|(at, _)| at)
        };
        // A lease from before a restart that nobody holds goes back to its player.
        let same = |held: &Held| held.lease.is_of(start.address, start.agent_hash);
        let orphan = |held: &Held| held.orphan && same(held);
        if let Some(at) = oldest(&orphan) {
            return Ok(Some((at, Ended::TakenOver)));
        }
        let Limit::AtMost(limit) = start.limit else { return Ok(None) };
        if line.len() < limit.get() as usize {
            return Ok(None);
        }
        if let Some(at) = oldest(&same) {
            return Ok(Some((at, Ended::TakenOver)));
        }
        match (start.policy, oldest(&|_| true)) {
            (ConnectionPolicy::EndOldest, Some(at)) => Ok(Some((at, Ended::Oldest))),
            _ => Err(Refusal::new(Code::ConnectionLimit, "All seats of this line are taken; end another connection.")),
        }
    }

    fn fresh(&self, start: &Start<'_>, monotonic: Duration, now: Unix) -> Held {
        let lease = Lease {
            fence: Fence(self.fence.fetch_add(1, Ordering::Relaxed)),
            tenant: start.tenant,
            line: start.line,
            stream: start.stream,
            session: start.session.0,
            agent: start.agent_hash,
            address: start.address,
            started_at: now,
            expires_at: now.plus(LEASE_SECONDS),
        };
        let slot = self.mirror.put(&lease);
        let agent = Box::from(start.agent);
        let (output, term, signal) = (start.output, start.term, Arc::default());
        Held { lease, until: monotonic + LEASE, slot, handles: 1, agent, output, term, signal, orphan: false }
    }

    fn join(self: &Arc<Self>, held: &mut Held, stream: StreamId, monotonic: Duration, now: Unix) -> Seat {
        held.handles += 1;
        held.orphan = false;
        held.lease.stream = stream;
        self.extend(held, monotonic, now);
        self.handle(held, monotonic)
    }

    fn handle(self: &Arc<Self>, held: &Held, monotonic: Duration) -> Seat {
        Seat {
            seats: Arc::clone(self),
            tenant: held.lease.tenant,
            line: held.lease.line,
            fence: held.lease.fence,
            signal: Arc::clone(&held.signal),
            renewed: Mutex::new(monotonic),
            lingers: false,
        }
    }

    fn extend(&self, held: &mut Held, monotonic: Duration, now: Unix) {
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

    pub(super) fn lease(&self, tenant: TenantId, line: LineId, fence: Fence) -> Option<Lease> {
        self.with((tenant, line), |line| {
            line.iter().find(|held| held.lease.fence == fence).map(|held| held.lease.clone())
        })
    }

    pub(super) fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    /// How many seats of a line are taken.
    pub fn count(&self, tenant: TenantId, line: LineId) -> u32 {
        let monotonic = self.clock.monotonic();
        let shard = self.shard((tenant, line)).lock();
        let live = shard.get(&(tenant, line)).map_or(0, |held| held.iter().filter(|h| monotonic < h.until).count());
        u32::try_from(live).unwrap_or(u32::MAX)
    }

    /// The seats that are taken now, over all tenants.
    pub fn total(&self) -> usize {
        let monotonic = self.clock.monotonic();
        let live = |held: &Vec<Held>| held.iter().filter(|held| monotonic < held.until).count();
        self.shards.iter().map(|shard| shard.lock().values().map(live).sum::<usize>()).sum()
    }

    /// The running connections of a tenant, or of one line, oldest first.
    pub fn connections(&self, tenant: TenantId, line: Option<LineId>) -> Vec<Connection> {
        let monotonic = self.clock.monotonic();
        let mut found = Vec::new();
        for shard in self.shards.iter() {
            for (owner, leases) in shard.lock().iter() {
                if owner.0 != tenant || line.is_some_and(|line| line != owner.1) {
                    continue;
                }
                found.extend(leases.iter().filter(|held| monotonic < held.until).map(|held| Connection {
                    lease: held.lease.clone(),
                    agent: held.agent.to_string(),
                    output: held.output,
                    bytes: held.signal.bytes(),
                }));
            }
        }
        found.sort_by_key(|connection| connection.lease.fence);
        found
    }

    /// Ends connections of a line that `keep` does not want, then the oldest ones above `limit`.
    /// Answers how many ended.
    pub fn retain(
        &self,
        tenant: TenantId,
        line: LineId,
        limit: Limit,
        term: Expiry,
        keep: impl Fn(&Lease, &str, Option<Output>) -> bool,
    ) -> usize {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        self.with((tenant, line), |leases| {
            self.expire(leases, monotonic, now);
            leases.sort_by_key(|held| held.lease.fence);
            let before = leases.len();
            let mut kept: Vec<Held> = Vec::with_capacity(before);
            for mut held in leases.drain(..) {
                if keep(&held.lease, &held.agent, held.output) {
                    held.term = term;
                    kept.push(held);
                } else {
                    self.end(held, Ended::Killed, now);
                }
            }
            let most = match limit {
                Limit::Unlimited => usize::MAX,
                Limit::AtMost(limit) => limit.get() as usize,
            };
            let surplus = kept.len().saturating_sub(most);
            kept.drain(..surplus).for_each(|held| self.end(held, Ended::Killed, now));
            *leases = kept;
            before - leases.len()
        })
    }

    /// Ends all connections of a line. Answers how many.
    pub fn kill(&self, tenant: TenantId, line: LineId) -> usize {
        self.retain(tenant, line, Limit::Unlimited, Expiry::Never, |_, _, _| false)
    }

    /// Ends one connection. Whether it was there.
    pub fn kill_one(&self, tenant: TenantId, line: LineId, fence: Fence) -> bool {
        self.with((tenant, line), |leases| {
            let Some(at) = leases.iter().position(|held| held.lease.fence == fence) else { return false };
            self.end(leases.swap_remove(at), Ended::Killed, self.clock.now());
            true
        })
    }

    /// Ends all leases that ran out, and answers the lines with a lease whose term is over.
    pub fn sweep(&self, now: Unix) -> Vec<(TenantId, LineId)> {
        let monotonic = self.clock.monotonic();
        let mut over = Vec::new();
        for shard in self.shards.iter() {
            let mut shard = shard.lock();
            shard.retain(|owner, leases| {
                self.expire(leases, monotonic, now);
                if leases.iter().any(|held| held.term.is_past(now)) {
                    over.push(*owner);
                }
                !leases.is_empty()
            });
        }
        over
    }

    fn expire(&self, leases: &mut Vec<Held>, monotonic: Duration, now: Unix) {
        while let Some(at) = leases.iter().position(|held| held.until <= monotonic) {
            self.end(leases.swap_remove(at), Ended::Expired, now);
        }
    }

    /// Frees the slot, tells the handles, notes the history. The lease is out of the map already.
    fn end(&self, held: Held, why: Ended, now: Unix) {
        if let Some(slot) = held.slot {
            self.mirror.clear(slot);
        }
        held.signal.end(why);
        let entry = activity(&held.lease, &held.agent, held.output, held.signal.bytes(), now);
        self.journal.note(held.lease.tenant, entry);
    }

    fn shard(&self, owner: Owner) -> &Shard {
        let spread = (u64::from(owner.0.0) << 32 | u64::from(owner.1.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        &self.shards[(spread >> 58) as usize % SHARDS]
    }

    /// Runs under the lock of the line's shard. A line without leases leaves no entry.
    fn with<T>(&self, owner: Owner, act: impl FnOnce(&mut Vec<Held>) -> T) -> T {
        let mut shard = self.shard(owner).lock();
        let leases = shard.entry(owner).or_default();
        let answer = act(leases);
        if leases.is_empty() {
            shard.remove(&owner);
        }
        answer
    }
}
