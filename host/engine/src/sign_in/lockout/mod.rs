//! Lock-out: failures per identifier and address, per identifier, per address, and of unknown
//! identifiers together. A fixed table; monotonic time.

use host_core::TenantId;
use parking_lot::Mutex;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

const MINUTE: u64 = 60_000;
/// Failures of one identifier from one address, and the span they count in, in milliseconds.
const PAIR: (u32, u64) = (5, 15 * MINUTE);
/// Failures of one identifier from anywhere.
const IDENTIFIER: (u32, u64) = (100, 60 * MINUTE);
/// An address that signed in within this span is not blocked by others' failures.
const TRUST: u64 = 30 * 24 * 60 * MINUTE;
/// Failures that one address may have: at once, and then for each second.
const ADDRESS: (u32, u64) = (60, 20);
/// Failures of unknown identifiers in the whole process, likewise.
const UNKNOWN: (u32, u64) = (2_000, 200);

const SHARDS: usize = 64;
const SETS: usize = 128;
const WAYS: usize = 8;

/// What became of a try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Right, and not locked.
    Passed,
    /// Wrong; or right while it was counted ahead.
    Failed,
    /// Locked: what was tried does not matter.
    Locked,
    /// Locked by the failures of others, which do not count where the line is at home.
    Strange,
    /// Too many failures of this address, or of unknown names.
    Flooded,
}

/// Whom a try is counted for, as keyed hashes.
#[derive(Clone, Copy)]
pub(super) struct Suspect {
    pair: u64,
    identifier: u64,
    address: u64,
}

/// One counter. Times are milliseconds of the monotonic clock.
#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    count: u32,
    since: u64,
    locked_until: u64,
    /// When this pair last signed in, plus one; 0 is never.
    good_at: u64,
}

impl Slot {
    /// How much is lost when the slot is given to another: nothing for one that is idle.
    fn worth(&self, now: u64) -> u64 {
        let counting = self.count > 0 && now < self.since + IDENTIFIER.1;
        match (self.key, now < self.locked_until, counting) {
            (0, ..) => 0,
            (_, true, _) => 3 << 56 | u64::from(self.count),
            (_, _, true) => 2 << 56 | u64::from(self.count),
            _ => self.good_at.min(1 << 56),
        }
    }

    fn is_trusted(&self, now: u64) -> bool {
        self.good_at > 0 && now < self.good_at + TRUST
    }

    /// Counts a failure; whether that locks.
    fn fail(&mut self, limit: (u32, u64), now: u64) {
        if now >= self.since + limit.1 || self.count == 0 {
            (self.count, self.since) = (0, now);
        }
        self.count += 1;
        if self.count >= limit.0 {
            self.locked_until = now + limit.1;
        }
    }

    /// Lets a bucket leak; `since` is when it last did.
    fn leak(&mut self, bucket: (u32, u64), now: u64) {
        let gone = now.saturating_sub(self.since) * bucket.1 / 1_000;
        if gone > 0 {
            self.count = self.count.saturating_sub(u32::try_from(gone).unwrap_or(u32::MAX));
            self.since = now;
        }
    }
}

/// The counters of the process.
pub(super) struct Lockout {
    seed: [u8; 16],
    shards: Box<[Mutex<Vec<Slot>>]>,
    unknown: Mutex<Slot>,
}

impl Lockout {
    pub(super) fn new(seed: [u8; 16]) -> Lockout {
        let shard = || Mutex::new(vec![Slot::default(); SETS * WAYS]);
        Lockout { seed, shards: (0..SHARDS).map(|_| shard()).collect(), unknown: Mutex::default() }
    }

    /// Whom a try is counted for. The identifier is already in its normal form.
    pub(super) fn suspect(&self, realm: &str, tenant: TenantId, identifier: &str, address: IpAddr) -> Suspect {
        let address = network(address);
        Suspect {
            pair: self.hash((realm, tenant, identifier, address)),
            identifier: self.hash((realm, tenant, identifier)),
            address: self.hash(address),
        }
    }

    /// Counts a try and says what becomes of it, in one step: of parallel guesses at most the
    /// limit is looked at, whatever they guess. `known` is the identifier's owner, if there is one.
    pub(super) fn judge<T>(&self, suspect: Suspect, right: bool, known: Option<T>, now: Duration) -> Verdict {
        let now = millis(now);
        let trusted = self.with(suspect.pair, now, |slot| {
            if now < slot.locked_until {
                return Err(Verdict::Locked);
            }
            let trusted = slot.is_trusted(now);
            match right {
                true => {}
                false => slot.fail(PAIR, now),
            }
            Ok(trusted)
        });
        let trusted = match trusted {
            Ok(trusted) => trusted,
            Err(verdict) => return verdict,
        };
        let others = self.judge_others(suspect, right, trusted, now);
        if others == Verdict::Passed {
            self.with(suspect.pair, now, |slot| (slot.count, slot.good_at) = (0, now + 1));
        }
        if others == Verdict::Failed && known.is_none() && self.is_flood_of_unknown(now) {
            return Verdict::Flooded;
        }
        others
    }

    /// Lets a right try pass that others' failures had locked out: it came from where the line is at
    /// home, though this table did not know that.
    pub(super) fn vouch(&self, suspect: Suspect, now: Duration) {
        let now = millis(now);
        self.with(suspect.pair, now, |slot| (slot.count, slot.good_at) = (0, now + 1));
    }

    /// Takes a try back that was counted ahead as a failure and was right.
    pub(super) fn forgive(&self, suspect: Suspect, now: Duration) {
        let now = millis(now);
        self.with(suspect.pair, now, |slot| {
            (slot.count, slot.locked_until, slot.good_at) = (0, 0, now + 1);
        });
        for key in [suspect.identifier, suspect.address] {
            self.with(key, now, |slot| slot.count = slot.count.saturating_sub(1));
        }
    }

    /// Looks at a pair again that was locked: what is tried has been made right since. Nobody else gains by it.
    pub(super) fn unlock(&self, suspect: Suspect, now: Duration) {
        self.with(suspect.pair, millis(now), |slot| (slot.count, slot.locked_until) = (0, 0));
    }

    fn judge_others(&self, suspect: Suspect, right: bool, trusted: bool, now: u64) -> Verdict {
        let locked = self.with(suspect.identifier, now, |slot| {
            let locked = !trusted && now < slot.locked_until;
            if !right && !locked {
                slot.fail(IDENTIFIER, now);
            }
            locked
        });
        let flooded = self.with(suspect.address, now, |slot| {
            slot.leak(ADDRESS, now);
            let flooded = !trusted && slot.count >= ADDRESS.0;
            if !right && !flooded {
                slot.count += 1;
            }
            flooded
        });
        match (flooded, locked, right) {
            (true, ..) => Verdict::Flooded,
            (_, true, _) => Verdict::Strange,
            (_, _, true) => Verdict::Passed,
            _ => Verdict::Failed,
        }
    }

    fn is_flood_of_unknown(&self, now: u64) -> bool {
        let mut slot = self.unknown.lock();
        slot.leak(UNKNOWN, now);
        let flood = slot.count >= UNKNOWN.0;
        if !flood {
            slot.count += 1;
        }
        flood
    }

    fn hash(&self, what: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, what).hash(&mut hasher);
        hasher.finish() | 1
    }

    /// The slot of a key: its own, or the least worthy one of its set.
    fn with<T>(&self, key: u64, now: u64, act: impl FnOnce(&mut Slot) -> T) -> T {
        let shard = (key >> 8) as usize % SHARDS;
        let set = (key >> 16) as usize % SETS;
        let Some(shard) = self.shards.get(shard) else { return act(&mut Slot::default()) };
        let mut slots = shard.lock();
        let Some(ways) = slots.get_mut(set * WAYS..(set + 1) * WAYS) else { return act(&mut Slot::default()) };
        let own = ways.iter().position(|slot| slot.key == key);
        let place = own.or_else(|| (0..WAYS).min_by_key(|way| ways.get(*way).map_or(u64::MAX, |slot| slot.worth(now))));
        let Some(slot) = place.and_then(|place| ways.get_mut(place)) else { return act(&mut Slot::default()) };
        if slot.key != key {
            *slot = Slot { key, since: now, ..Slot::default() };
        }
        act(slot)
    }
}

fn millis(now: Duration) -> u64 {
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// IPv6 counts per /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests;
