//! The leases of a tenant in their order, beside the map: so that a page of them costs what it shows, however many
//! there are. It is changed in the same step as the map, under the lock of the lease's shard.

use host_core::journal::{LogQuery, MAX_COUNTED};
use host_core::lease::{HeldLease, Lease, LeaseKey};
use host_core::object::Key;
use host_core::time::Unix;
use host_core::{TenantId, UserId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashSet};

/// What pages are cut by, of each lease.
#[derive(Clone, Copy)]
struct Standing {
    key: LeaseKey,
    owner: Option<UserId>,
    started_at: Unix,
}

/// All leases, by tenant and number.
#[derive(Default)]
pub(super) struct Running(Mutex<BTreeMap<(TenantId, i64), Standing>>);

impl Running {
    /// A lease is there, or is owned by somebody else.
    pub(super) fn put(&self, lease: &Lease) {
        let standing = Standing { key: lease.key(), owner: lease.owner, started_at: lease.started_at };
        self.0.lock().insert((lease.tenant, lease.fence.number()), standing);
    }

    /// A lease is over.
    pub(super) fn take(&self, lease: &Lease) {
        self.0.lock().remove(&(lease.tenant, lease.fence.number()));
    }

    /// The lease with this number.
    pub(super) fn numbered(&self, tenant: TenantId, number: i64) -> Option<LeaseKey> {
        self.0.lock().get(&(tenant, number)).map(|standing| standing.key)
    }

    /// Shows those before a number, newest first, until `see` has enough.
    fn each(&self, tenant: TenantId, before: Option<i64>, mut see: impl FnMut(i64, &Standing) -> bool) {
        let running = self.0.lock();
        let range = running.range((tenant, i64::MIN)..(tenant, before.unwrap_or(i64::MAX)));
        for ((_, number), standing) in range.rev() {
            if !see(*number, standing) {
                return;
            }
        }
    }
}

/// What a query asks for, in the form in which many leases are compared with it.
pub(super) struct Wanted<'q> {
    owners: Option<HashSet<UserId>>,
    query: &'q LogQuery<()>,
    pub(super) search: Option<String>,
    named: HashSet<Key>,
}

impl<'q> Wanted<'q> {
    pub(super) fn by(query: &'q LogQuery<()>) -> Wanted<'q> {
        let owners = query.owners.as_ref().map(|owners| owners.iter().copied().collect());
        let search = query.search.as_ref().map(|text| text.to_ascii_lowercase());
        Wanted { owners, query, search, named: query.named.iter().copied().collect() }
    }

    fn is_in_scope(&self, standing: &Standing) -> bool {
        let owns = |owners: &HashSet<UserId>| standing.owner.is_some_and(|owner| owners.contains(&owner));
        self.owners.as_ref().is_none_or(owns) && self.query.line.is_none_or(|line| line == standing.key.line)
    }

    fn is_in_time(&self, standing: &Standing) -> bool {
        let LogQuery { from, to, .. } = self.query;
        from.is_none_or(|from| standing.started_at >= from) && to.is_none_or(|to| standing.started_at < to)
    }

    /// Whether a lease has what is searched.
    pub(super) fn has(&self, held: &HeldLease) -> bool {
        let Some(text) = &self.search else { return true };
        let lease = &held.lease;
        held.agent.to_ascii_lowercase().contains(text)
            || lease.address.to_string().contains(text)
            || self.named.contains(&Key::Line(lease.line))
            || self.named.contains(&Key::Stream(lease.stream))
    }
}

/// The leases of a page before they are looked at, with how many there are.
pub(super) struct Chosen {
    /// Those of the page; where something is searched, all that may have it.
    pub(super) keys: Vec<LeaseKey>,
    pub(super) total: usize,
    pub(super) matching: usize,
}

impl Running {
    /// Which leases a query means, as far as that is told by their order: no more than the page needs, unless they are
    /// counted.
    pub(super) fn choose(&self, tenant: TenantId, wanted: &Wanted<'_>) -> Chosen {
        let query = wanted.query;
        let most = query.start.min(MAX_COUNTED) as usize + query.limit.clamp(1, 1_000) as usize;
        let mut chosen = Chosen { keys: Vec::new(), total: 0, matching: 0 };
        self.each(tenant, query.behind, |_, standing| {
            let is_in_scope = wanted.is_in_scope(standing);
            let is_meant = is_in_scope && wanted.is_in_time(standing);
            chosen.total += usize::from(is_in_scope);
            chosen.matching += usize::from(is_meant);
            let has_room = wanted.search.is_some() || chosen.keys.len() < most;
            if is_meant && has_room {
                chosen.keys.push(standing.key);
            }
            query.counts || has_room
        });
        chosen
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
