//! The seats seen from above: counted, listed, and ended by those who oversee them.

use super::Seats;
use crate::connection::held::{Connection, HeldLease};
use crate::connection::signal::Ended;
use host_core::lease::Fence;
use host_core::line::SeatLimit;
use host_core::time::{Expiry, Unix};
use host_core::{LineId, StreamId, TenantId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

impl Seats {
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
        let live = |held: &Vec<HeldLease>| held.iter().filter(|held| monotonic < held.until).count();
        self.shards.iter().map(|shard| shard.lock().values().map(live).sum::<usize>()).sum()
    }

    /// How many leases found the mirror full since the start; a crash would have lost them.
    pub fn unmirrored(&self) -> u64 {
        self.unmirrored.load(Ordering::Relaxed)
    }

    /// The running connections of a tenant, or of one line, oldest first.
    pub fn connections(&self, tenant: TenantId, line: Option<LineId>) -> Vec<Connection> {
        let mut found = Vec::new();
        self.look(tenant, line, |_, held| {
            found.push(Connection {
                lease: held.lease.clone(),
                agent: held.agent.to_string(),
                output: held.output,
                bytes: held.signal.bytes(),
            });
        });
        found.sort_by_key(|connection| connection.lease.fence);
        found
    }

    /// What a line watches.
    pub(in crate::connection) fn watched_by(&self, tenant: TenantId, line: LineId) -> BTreeSet<StreamId> {
        let mut watched = BTreeSet::new();
        self.look(tenant, Some(line), |_, held| watched.extend([held.lease.stream]));
        watched
    }

    /// What each line of a tenant watches; lines without connections are left out.
    pub(in crate::connection) fn watched(&self, tenant: TenantId) -> BTreeMap<LineId, BTreeSet<StreamId>> {
        let mut watched: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        self.look(tenant, None, |line, held| watched.entry(line).or_default().extend([held.lease.stream]));
        watched
    }

    /// Shows the unexpired leases of a tenant, or of one line, each shard under its lock.
    fn look(&self, tenant: TenantId, line: Option<LineId>, mut see: impl FnMut(LineId, &HeldLease)) {
        let monotonic = self.clock.monotonic();
        let mut see = |line: LineId, leases: &[HeldLease]| {
            leases.iter().filter(|held| monotonic < held.until).for_each(|held| see(line, held));
        };
        if let Some(line) = line {
            let shard = self.shard((tenant, line)).lock();
            return shard.get(&(tenant, line)).into_iter().for_each(|leases| see(line, leases));
        }
        for shard in self.shards.iter() {
            let shard = shard.lock();
            shard.iter().filter(|(owner, _)| owner.0 == tenant).for_each(|(owner, leases)| see(owner.1, leases));
        }
    }

    /// Ends connections of a line that `keep` does not want, then the oldest ones above `limit`.
    /// Returns how many ended.
    pub(in crate::connection) fn retain(
        &self,
        tenant: TenantId,
        line: LineId,
        limit: SeatLimit,
        expiry: Expiry,
        keep: impl Fn(&HeldLease) -> bool,
    ) -> usize {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        self.with((tenant, line), |leases| {
            self.expire(leases, monotonic, now);
            leases.sort_by_key(|held| held.lease.fence);
            let before = leases.len();
            let mut kept: Vec<HeldLease> = Vec::with_capacity(before);
            for mut held in leases.drain(..) {
                if keep(&held) {
                    held.expiry = expiry;
                    kept.push(held);
                } else {
                    self.end(held, Ended::Killed, now);
                }
            }
            let most = match limit {
                SeatLimit::Unlimited => usize::MAX,
                SeatLimit::AtMost(limit) => limit.get() as usize,
            };
            let surplus = kept.len().saturating_sub(most);
            kept.drain(..surplus).for_each(|held| self.end(held, Ended::Killed, now));
            *leases = kept;
            before - leases.len()
        })
    }

    /// Ends all connections of a line. Returns how many.
    pub fn kill(&self, tenant: TenantId, line: LineId) -> usize {
        self.retain(tenant, line, SeatLimit::Unlimited, Expiry::Never, |_| false)
    }

    /// Ends all connections of a tenant.
    pub(crate) fn end_tenant(&self, tenant: TenantId) {
        let now = self.clock.now();
        for shard in self.shards.iter() {
            shard.lock().retain(|owner, leases| {
                let stays = owner.0 != tenant;
                if !stays {
                    leases.drain(..).for_each(|held| self.end(held, Ended::Killed, now));
                }
                stays
            });
        }
    }

    /// Ends one connection. Whether it was there.
    pub fn kill_one(&self, tenant: TenantId, line: LineId, fence: Fence) -> bool {
        self.with((tenant, line), |leases| {
            let Some(at) = leases.iter().position(|held| held.lease.fence == fence) else { return false };
            self.end(leases.swap_remove(at), Ended::Killed, self.clock.now());
            true
        })
    }

    /// Ends all leases that ran out, and returns the lines that expired while they hold one.
    pub fn sweep(&self, now: Unix) -> Vec<(TenantId, LineId)> {
        let monotonic = self.clock.monotonic();
        let mut over = Vec::new();
        self.lost.sweep(monotonic);
        for shard in self.shards.iter() {
            let mut shard = shard.lock();
            shard.retain(|owner, leases| {
                self.expire(leases, monotonic, now);
                if leases.iter().any(|held| held.expiry.is_past(now)) {
                    over.push(*owner);
                }
                !leases.is_empty()
            });
        }
        over
    }
}
