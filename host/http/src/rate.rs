//! Limits on requests: one budget per class and key, in a table of fixed size without locks. Callers name class, key
//! and time. Failed sign-ins are counted by the engine.

use crate::address::household;
use host_core::action::{Allowance, RateClass};
use host_core::{ApiKeyId, LineId, TenantId, UserId};
use ipnet::IpNet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Counted {
    /// Every request of an address: 500/s, burst 5,000.
    Address(IpAddr),
    /// Requests of a signed-in line from an address, by class.
    Line(RateClass, TenantId, LineId, IpAddr),
    /// Requests under an API key, by class.
    Key(RateClass, TenantId, ApiKeyId),
    /// Requests of a user who signed in by something else, by class.
    User(RateClass, TenantId, UserId),
    /// Requests of strangers, by class.
    Stranger(RateClass, TenantId, IpAddr),
    /// Every request of a tenant: so many per second, twice as many at once; its quota.
    Tenant(TenantId, u32),
}

/// A budget: so many per second, and so many at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Budget {
    per_second: u64,
    burst: u64,
}

/// A request over its budget: what the answer says about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exceeded {
    /// The burst: `X-RateLimit-Limit`.
    pub(crate) limit: u64,
    /// Seconds until one request is allowed again, at least 1: `Retry-After`.
    pub(crate) retry_after: u32,
    /// Seconds until the whole burst is: `X-RateLimit-Reset`.
    pub(crate) reset: u32,
}

/// Slots that one key may stand in.
const WAYS: usize = 8;
const SECOND: u64 = 1_000_000_000;

/// One budget in use: whose, and when its bucket is full again, in nanoseconds of the monotonic clock.
#[derive(Default)]
struct Slot {
    tag: AtomicU64,
    full_at: AtomicU64,
}

/// All budgets. The table never grows: a new key takes the slot of the one that is idle longest.
pub(crate) struct Limiter {
    slots: Box<[Slot]>,
    seed: RandomState,
    exempt: Vec<IpNet>,
}

impl Limiter {
    /// A table for about `keys` keys in use at a time; addresses in `exempt` are not counted.
    pub(crate) fn new(keys: usize, exempt: Vec<IpNet>) -> Limiter {
        let size = keys.next_power_of_two().max(WAYS);
        Limiter { slots: (0..size).map(|_| Slot::default()).collect(), seed: RandomState::new(), exempt }
    }

    /// Whether requests from this address are not counted at all.
    pub(crate) fn is_exempt(&self, address: IpAddr) -> bool {
        self.exempt.iter().any(|network| network.contains(&address))
    }

    /// Takes one request out of the budget, or says when the next one fits in.
    pub(crate) fn take(&self, counted: Counted, now: Duration) -> Result<(), Exceeded> {
        let (counted, budget) = (grouped(counted), budget(counted));
        let cost = SECOND / budget.per_second;
        let capacity = cost * budget.burst;
        let now = nanoseconds(now);
        let slot = self.slot(counted, now);
        let mut full_at = slot.full_at.load(Ordering::Relaxed);
        loop {
            let next = full_at.max(now) + cost;
            if next > now + capacity {
                return Err(Exceeded {
                    limit: budget.burst,
                    retry_after: seconds(next - now - capacity),
                    reset: seconds(full_at.saturating_sub(now)),
                });
            }
            match slot.full_at.compare_exchange_weak(full_at, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(seen) => full_at = seen,
            }
        }
    }

    /// The key's slot: its own, or the one of its set that has been idle longest.
    fn slot(&self, counted: Counted, now: u64) -> &Slot {
        // 0 marks a slot that nobody has.
        let tag = self.seed.hash_one(counted) | 1;
        let sets = self.slots.len() / WAYS;
        let first = (tag >> 32) as usize % sets * WAYS;
        let set = self.slots.get(first..first + WAYS).unwrap_or(&self.slots);
        if let Some(slot) = set.iter().find(|slot| slot.tag.load(Ordering::Relaxed) == tag) {
            return slot;
        }
        let idlest = set.iter().min_by_key(|slot| slot.full_at.load(Ordering::Relaxed)).unwrap_or(&set[0]);
        let previous = idlest.tag.load(Ordering::Relaxed);
        // Losing this race costs one request in the wrong budget, once; a lock would cost all of them.
        if idlest.tag.compare_exchange(previous, tag, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            idlest.full_at.store(now, Ordering::Relaxed);
        }
        idlest
    }
}

/// IPv6 is counted per /64: one household has that many addresses.
fn grouped(counted: Counted) -> Counted {
    match counted {
        Counted::Address(address) => Counted::Address(household(address)),
        Counted::Line(class, tenant, line, address) => Counted::Line(class, tenant, line, household(address)),
        Counted::Stranger(class, tenant, address) => Counted::Stranger(class, tenant, household(address)),
        whole @ (Counted::Key(..) | Counted::User(..) | Counted::Tenant(..)) => whole,
    }
}

fn budget(counted: Counted) -> Budget {
    let class = match counted {
        Counted::Address(_) => return Budget { per_second: 500, burst: 5_000 },
        // A quota of 0 would let nothing through for ever; suspending a tenant does that.
        Counted::Tenant(_, quota) => {
            let per_second = u64::from(quota.max(1));
            return Budget { per_second, burst: per_second * 2 };
        }
        Counted::Line(class, ..)
        | Counted::Key(class, ..)
        | Counted::User(class, ..)
        | Counted::Stranger(class, ..) => class,
    };
    let Allowance { per_second, burst } = class.allowance();
    Budget { per_second: per_second.into(), burst: burst.into() }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}

fn seconds(nanoseconds: u64) -> u32 {
    u32::try_from(nanoseconds.div_ceil(SECOND)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn playlist(line: u32, address: &str) -> Counted {
        Counted::Line(RateClass::Playlist, TenantId(1), LineId(line), address.parse().unwrap())
    }

    #[test]
    fn a_tenants_quota_is_its_own() {
        let limiter = Limiter::new(64, vec![]);
        for _ in 0..6 {
            assert_eq!(limiter.take(Counted::Tenant(TenantId(1), 3), at(0)), Ok(()));
        }
        assert!(limiter.take(Counted::Tenant(TenantId(1), 3), at(0)).is_err());
        assert_eq!(limiter.take(Counted::Tenant(TenantId(2), 3), at(0)), Ok(()));
    }

    #[test]
    fn a_burst_passes_and_then_one_by_one_as_time_goes_by() {
        let limiter = Limiter::new(64, vec![]);
        let counted = playlist(1, "10.0.0.1");
        for _ in 0..5 {
            assert_eq!(limiter.take(counted, at(0)), Ok(()));
        }
        let exceeded = limiter.take(counted, at(0)).unwrap_err();
        assert_eq!(exceeded, Exceeded { limit: 5, retry_after: 1, reset: 3 });
        assert!(limiter.take(counted, at(499)).is_err());
        assert_eq!(limiter.take(counted, at(500)), Ok(()));
        assert!(limiter.take(counted, at(500)).is_err());
        for _ in 0..5 {
            assert_eq!(limiter.take(counted, at(60_000)), Ok(()));
        }
        assert!(limiter.take(counted, at(60_000)).is_err());
    }

    #[test]
    fn lines_addresses_classes_and_tenants_have_budgets_of_their_own() {
        let limiter = Limiter::new(1_024, vec![]);
        let exhausted = playlist(1, "10.0.0.1");
        while limiter.take(exhausted, at(0)).is_ok() {}
        let address = "10.0.0.1".parse().unwrap();
        for other in [
            playlist(2, "10.0.0.1"),
            playlist(1, "10.0.0.2"),
            Counted::Line(RateClass::Player, TenantId(1), LineId(1), address),
            Counted::Line(RateClass::Playlist, TenantId(2), LineId(1), address),
            Counted::Address(address),
            Counted::Key(RateClass::Panel, TenantId(1), ApiKeyId(1)),
        ] {
            assert_eq!(limiter.take(other, at(0)), Ok(()), "{other:?}");
        }
    }

    #[test]
    fn a_household_of_ipv6_addresses_shares_one_budget() {
        let limiter = Limiter::new(64, vec![]);
        while limiter.take(playlist(1, "2001:db8::1"), at(0)).is_ok() {}
        assert!(limiter.take(playlist(1, "2001:db8::ffff:1"), at(0)).is_err());
        assert!(limiter.take(playlist(1, "2001:db8:0:1::1"), at(0)).is_ok());
    }

    #[test]
    fn a_flood_of_strangers_does_not_push_out_a_budget_in_use() {
        let limiter = Limiter::new(8, vec![]);
        let busy = playlist(1, "10.0.0.1");
        while limiter.take(busy, at(1_000)).is_ok() {}
        for line in 2..2_000 {
            let _ = limiter.take(playlist(line, "10.0.0.2"), at(1_000));
        }
        assert!(limiter.take(busy, at(1_000)).is_err());
    }

    #[test]
    fn parallel_requests_do_not_pass_together() {
        let limiter = Limiter::new(64, vec![]);
        let counted = playlist(1, "10.0.0.1");
        let passed: usize = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..100).filter(|_| limiter.take(counted, at(0)).is_ok()).count()))
                .collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).sum()
        });
        assert_eq!(passed, 5);
    }

    #[test]
    fn exempt_networks_are_told() {
        let limiter = Limiter::new(64, vec!["10.0.0.0/8".parse().unwrap()]);
        assert!(limiter.is_exempt("10.1.2.3".parse().unwrap()));
        assert!(!limiter.is_exempt("11.1.2.3".parse().unwrap()));
    }
}
