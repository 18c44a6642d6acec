//! The leases of a tenant in their order, beside the map: so that a page of them costs what it shows, however many
//! there are. It is changed in the same step as the map, under the lock of the lease's shard.

use super::{Kept, LocalLeases, Owner};
use host_core::journal::{LogPage, LogQuery, MAX_COUNTED};
use host_core::lease::{HeldLease, Lease, LeaseKey};
use host_core::object::Key;
use host_core::time::Unix;
use host_core::{TenantId, UserId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashSet};

/// What pages are cut by, of each lease.
#[derive(Clone, Copy)]
struct Place {
    key: LeaseKey,
    owner: Option<UserId>,
    started_at: Unix,
}

/// All leases, by tenant and number.
#[derive(Default)]
pub(super) struct Running(Mutex<BTreeMap<(TenantId, i64), Place>>);

impl Running {
    /// A lease is there, or is owned by somebody else.
    pub(super) fn put(&self, lease: &Lease) {
        let place = Place { key: lease.key(), owner: lease.owner, started_at: lease.started_at };
        self.0.lock().insert((lease.tenant, lease.fence.number()), place);
    }

    /// A lease is over.
    pub(super) fn take(&self, lease: &Lease) {
        self.0.lock().remove(&(lease.tenant, lease.fence.number()));
    }

    /// The lease with this number.
    pub(super) fn numbered(&self, tenant: TenantId, number: i64) -> Option<LeaseKey> {
        self.0.lock().get(&(tenant, number)).map(|place| place.key)
    }

    /// Shows those before a number, newest first, until `see` has enough.
    fn each(&self, tenant: TenantId, before: Option<i64>, mut see: impl FnMut(i64, &Place) -> bool) {
        let running = self.0.lock();
        let range = running.range((tenant, i64::MIN)..(tenant, before.unwrap_or(i64::MAX)));
        for ((_, number), place) in range.rev() {
            if !see(*number, place) {
                return;
            }
        }
    }
}

/// What a query asks for, in the form in which many leases are compared with it.
struct Wanted<'q> {
    owners: Option<HashSet<UserId>>,
    query: &'q LogQuery<()>,
    search: Option<String>,
    named: HashSet<Key>,
}

impl<'q> Wanted<'q> {
    fn by(query: &'q LogQuery<()>) -> Wanted<'q> {
        let owners = query.owners.as_ref().map(|owners| owners.iter().copied().collect());
        let search = query.search.as_ref().map(|text| text.to_ascii_lowercase());
        Wanted { owners, query, search, named: query.named.iter().copied().collect() }
    }

    fn is_in_scope(&self, place: &Place) -> bool {
        let owns = |owners: &HashSet<UserId>| place.owner.is_some_and(|owner| owners.contains(&owner));
        self.owners.as_ref().is_none_or(owns) && self.query.line.is_none_or(|line| line == place.key.line)
    }

    fn is_in_time(&self, place: &Place) -> bool {
        let LogQuery { from, to, .. } = self.query;
        from.is_none_or(|from| place.started_at >= from) && to.is_none_or(|to| place.started_at < to)
    }

    /// Whether a lease has what is searched.
    fn has(&self, held: &HeldLease) -> bool {
        let Some(text) = &self.search else { return true };
        let lease = &held.lease;
        held.agent.to_ascii_lowercase().contains(text)
            || lease.address.to_string().contains(text)
            || self.named.contains(&Key::Line(lease.line))
            || self.named.contains(&Key::Stream(lease.stream))
    }
}

impl LocalLeases {
    /// A page of leases. Where something is searched, all in the scope are looked at.
    pub(super) fn page_of(&self, tenant: TenantId, query: &LogQuery<()>) -> LogPage<HeldLease> {
        let wanted = Wanted::by(query);
        let (start, limit) = (query.start.min(MAX_COUNTED) as usize, query.limit.clamp(1, 1_000) as usize);
        let (mut total, mut found) = (0_usize, Vec::new());
        // Which they are is decided first, and their shards are looked at then: the locks are taken in one order.
        let has_enough = |found: &Vec<LeaseKey>| wanted.search.is_none() && found.len() >= start + limit;
        let mut matching = 0_usize;
        self.running.each(tenant, query.behind, |_, place| {
            let (is_in_scope, is_meant) = (wanted.is_in_scope(place), wanted.is_in_time(place));
            total += usize::from(is_in_scope);
            if is_in_scope && is_meant {
                matching += 1;
                if !has_enough(&found) {
                    found.push(place.key);
                }
            }
            query.counts || !has_enough(&found)
        });
        if wanted.search.is_some() {
            found.retain(|key| self.held(*key, |held| wanted.has(held)) == Some(true));
            matching = found.len();
        }
        let page = found.into_iter().skip(start).take(limit);
        let rows = page.filter_map(|key| self.held(key, HeldLease::clone)).collect();
        let count = |count: usize| query.counts.then(|| u32::try_from(count).unwrap_or(u32::MAX));
        LogPage { rows, total: count(total), matching: count(matching) }
    }

    /// Shows an unexpired lease.
    fn held<T>(&self, key: LeaseKey, see: impl FnOnce(&HeldLease) -> T) -> Option<T> {
        let (owner, now): (Owner, _) = ((key.tenant, key.line), self.clock.monotonic());
        let shard = self.shard(owner).lock();
        let mut line = shard.get(&owner)?.iter().map(|kept: &Kept| &kept.held);
        line.find(|held| held.lease.fence == key.fence && !held.is_over(now)).map(see)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::LineId;
    use host_core::lease::Fence;

    fn lease(tenant: u32, fence: u64, owner: u32) -> Lease {
        Lease {
            fence: Fence(fence),
            tenant: TenantId(tenant),
            line: LineId(owner * 10),
            owner: Some(UserId(owner)),
            stream: host_core::StreamId(1),
            session: fence,
            agent: 0,
            address: [10, 0, 0, 1].into(),
            started_at: Unix(5),
            expires_at: Unix(35),
        }
    }

    #[test]
    fn they_are_shown_newest_first_and_no_further_than_is_asked() {
        let running = Running::default();
        for (tenant, fence) in [(1, 7), (2, 8), (1, 9), (1, (1 << 60) + 10)] {
            running.put(&lease(tenant, fence, 1));
        }
        running.take(&lease(1, 7, 1));
        let seen = |before, most: usize| {
            let mut seen = Vec::new();
            running.each(TenantId(1), before, |number, _| {
                seen.push(number);
                seen.len() < most
            });
            seen
        };
        assert_eq!((seen(None, 9), seen(None, 1), seen(Some(10), 9)), (vec![10, 9], vec![10], vec![9]));
        let found = running.numbered(TenantId(1), 10).map(|key| key.fence);
        assert_eq!((found, running.numbered(TenantId(1), 8)), (Some(Fence((1 << 60) + 10)), None));
    }
}
