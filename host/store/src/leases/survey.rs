//! The leases as the port shows them: given, listed, counted, and ended by those who oversee them.

use super::running::{Chosen, Wanted};
use super::{Kept, LocalLeases, Owner};
use host_core::journal::{LogPage, LogQuery, MAX_COUNTED};
use host_core::lease::rules::{NoSeat, Recheck, unwanted};
use host_core::lease::{Ended, Fence, HeldLease, Holder, LeaseKey, SeatRequest, SessionKey};
use host_core::port::{Endings, Leases, Pending, Whose};
use host_core::time::Unix;
use host_core::{LineId, StreamId, TenantId};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl LocalLeases {
    /// Shows the unexpired leases, each shard under its lock.
    fn look(&self, whose: Whose, mut see: impl FnMut(&HeldLease)) {
        let now = self.clock.monotonic();
        let mut see = |line: &[Kept], which: &dyn Fn(&HeldLease) -> bool| {
            let live = line.iter().map(AsRef::as_ref).filter(|held: &&HeldLease| !held.is_over(now) && which(held));
            live.for_each(&mut see);
        };
        let mut of = |owner: Owner, which: &dyn Fn(&HeldLease) -> bool| {
            let shard = self.shard(owner).lock();
            shard.get(&owner).into_iter().for_each(|line| see(line, which));
        };
        match whose {
            Whose::One(one) => of((one.tenant, one.line), &|held| held.lease.fence == one.fence),
            Whose::Line(tenant, line) => of((tenant, line), &|_| true),
            Whose::Tenant(tenant) => {
                for shard in self.shards.iter() {
                    let shard = shard.lock();
                    shard.iter().filter(|(owner, _)| owner.0 == tenant).for_each(|(_, line)| see(line, &|_| true));
                }
            }
        }
    }

    /// A page of leases. Which they are is decided before their shards are looked at: no lock is taken within
    /// another. Where something is searched, all in the scope are looked at.
    fn page_of(&self, tenant: TenantId, query: &LogQuery<()>) -> LogPage<HeldLease> {
        let wanted = Wanted::by(query);
        let Chosen { mut keys, total, mut matching } = self.running.choose(tenant, &wanted);
        if wanted.search.is_some() {
            keys.retain(|key| self.held(*key, |held| wanted.has(held)) == Some(true));
            matching = keys.len();
        }
        let (start, limit) = (query.start.min(MAX_COUNTED) as usize, query.limit.clamp(1, 1_000) as usize);
        let page = keys.into_iter().skip(start).take(limit);
        let rows = page.filter_map(|key| self.held(key, HeldLease::clone)).collect();
        let count = |count: usize| query.counts.then(|| u32::try_from(count).unwrap_or(u32::MAX));
        LogPage { rows, total: count(total), matching: count(matching) }
    }

    /// Shows an unexpired lease.
    fn held<T>(&self, key: LeaseKey, see: impl FnOnce(&HeldLease) -> T) -> Option<T> {
        let (owner, now): (Owner, _) = ((key.tenant, key.line), self.clock.monotonic());
        let shard = self.shard(owner).lock();
        let mut line = shard.get(&owner)?.iter().map(|kept| &kept.held);
        line.find(|held| held.lease.fence == key.fence && !held.is_over(now)).map(see)
    }

    /// Ends those of a line. Returns how many.
    fn end_some(&self, owner: Owner, which: impl FnOnce(&mut [Kept]) -> Vec<Fence>) -> usize {
        let now = self.now();
        self.with(owner, |line| {
            self.expire(line, now);
            let ends = which(line);
            for fence in &ends {
                if let Some(at) = line.iter().position(|kept| kept.held.lease.fence == *fence) {
                    self.over(line.swap_remove(at), Ended::Killed, now);
                }
            }
            ends.len()
        })
    }

    fn end_tenant(&self, tenant: TenantId) -> usize {
        let (now, mut count) = (self.now(), 0);
        for shard in self.shards.iter() {
            shard.lock().retain(|owner, line| {
                if owner.0 != tenant {
                    return true;
                }
                self.expire(line, now);
                count += line.len();
                line.drain(..).for_each(|kept| self.over(kept, Ended::Killed, now));
                false
            });
        }
        count
    }
}

fn fences(line: &mut [Kept]) -> Vec<Fence> {
    line.iter().map(|kept| kept.held.lease.fence).collect()
}

impl Leases for LocalLeases {
    fn tell(&self, endings: Arc<dyn Endings>) {
        if self.endings.set(endings).is_err() {
            tracing::warn!("somebody hears of leases that end already");
        }
    }

    fn acquire<'a>(&'a self, request: SeatRequest<'a>, holder: Holder) -> Pending<'a, Result<Fence, NoSeat>> {
        Pending::ready(Ok(self.take(&request, holder)))
    }

    fn rejoin(
        &self,
        tenant: TenantId,
        line: LineId,
        session: SessionKey,
        stream: StreamId,
        holder: Holder,
    ) -> Pending<'_, Option<Fence>> {
        Pending::ready(Ok(self.take_again(tenant, line, session, stream, holder)))
    }

    fn renew(&self, lease: LeaseKey) {
        self.keep(lease);
    }

    fn release(&self, lease: LeaseKey, holder: Holder, bytes: u64, lingers: bool) {
        self.leave(lease, holder, bytes, lingers);
    }

    fn was_ended(&self, tenant: TenantId, line: LineId, session: SessionKey) -> Pending<'_, bool> {
        Pending::ready(Ok(self.lost.has((tenant, line), session)))
    }

    fn survey(&self, whose: Whose) -> Pending<'_, Vec<HeldLease>> {
        let mut found = Vec::new();
        self.look(whose, |held| found.push(held.clone()));
        Pending::ready(Ok(found))
    }

    fn page(&self, tenant: TenantId, query: LogQuery<()>) -> Pending<'_, LogPage<HeldLease>> {
        Pending::ready(Ok(self.page_of(tenant, &query)))
    }

    fn numbered(&self, tenant: TenantId, number: i64) -> Pending<'_, Option<LeaseKey>> {
        Pending::ready(Ok(self.running.numbered(tenant, number)))
    }

    fn count(&self, tenant: TenantId, line: LineId) -> Pending<'_, u32> {
        let mut count = 0;
        self.look(Whose::Line(tenant, line), |_| count += 1);
        Pending::ready(Ok(count))
    }

    fn end(&self, whose: Whose) -> Pending<'_, usize> {
        Pending::ready(Ok(match whose {
            Whose::One(one) => self.end_some((one.tenant, one.line), |line| {
                fences(line).into_iter().filter(|fence| *fence == one.fence).collect()
            }),
            Whose::Line(tenant, line) => self.end_some((tenant, line), fences),
            Whose::Tenant(tenant) => self.end_tenant(tenant),
        }))
    }

    fn recheck(&self, tenant: TenantId, line: LineId, recheck: Recheck) -> Pending<'_, usize> {
        Pending::ready(Ok(self.end_some((tenant, line), |line| {
            line.iter_mut().for_each(|kept| kept.held.expiry = recheck.expiry);
            unwanted(line, &recheck)
        })))
    }

    fn sweep(&self, now: Unix) -> Pending<'_, Vec<(TenantId, LineId)>> {
        let moment = self.now();
        let mut expired = Vec::new();
        self.lost.sweep(moment.monotonic);
        for shard in self.shards.iter() {
            shard.lock().retain(|owner, line| {
                self.expire(line, moment);
                if line.iter().any(|kept| kept.held.expiry.is_past(now)) {
                    expired.push(*owner);
                }
                !line.is_empty()
            });
        }
        Pending::ready(Ok(expired))
    }

    fn taken_here(&self) -> usize {
        let now = self.clock.monotonic();
        let live = |line: &Vec<Kept>| line.iter().filter(|kept| !kept.held.is_over(now)).count();
        self.shards.iter().map(|shard| shard.lock().values().map(live).sum::<usize>()).sum()
    }

    fn unmirrored(&self) -> u64 {
        self.unmirrored.load(Ordering::Relaxed)
    }
}
