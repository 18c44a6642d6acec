//! What was seen and waits to be written.

use host_core::TenantId;
use host_core::object::Key;
use host_core::sighting::{Seen, Sighting};
use host_core::time::Unix;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// How often it is written, in seconds.
const EACH: i64 = 5;
/// Most things of a tenant of which something waits; what is seen of others meanwhile is lost.
const MOST: usize = 16_384;
/// Longest name of a client that is kept, in bytes.
const LONGEST_AGENT: usize = 255;

/// What waits to be written. It waits until it is written: views see it as long.
#[derive(Default)]
pub(crate) struct Sightings {
    pending: Mutex<HashMap<TenantId, HashMap<Key, Seen>>>,
    /// When it is written next.
    due: Mutex<Option<Unix>>,
}

impl Sightings {
    pub(super) fn note(&self, tenant: TenantId, key: Key, at: Unix, address: IpAddr, agent: &str) {
        let mut pending = self.pending.lock();
        let pending = pending.entry(tenant).or_default();
        let is_full = pending.len() >= MOST;
        match pending.get_mut(&key) {
            Some(seen) => {
                seen.at = at;
                // Mostly the same player from the same place.
                if seen.address.parse() != Ok(address) {
                    seen.address = address.to_string();
                }
                let agent = shortened(agent);
                if seen.agent != agent {
                    agent.clone_into(&mut seen.agent);
                }
            }
            None if is_full => {}
            None => {
                let (address, agent) = (address.to_string(), shortened(agent).to_owned());
                pending.insert(key, Seen { at, address, agent, ..Seen::default() });
            }
        }
    }

    /// What waits of one thing.
    pub(super) fn of(&self, tenant: TenantId, key: Key) -> Option<Seen> {
        self.pending.lock().get(&tenant)?.get(&key).cloned()
    }

    /// Whether it is time to write.
    pub(super) fn is_due(&self, now: Unix) -> bool {
        let mut due = self.due.lock();
        let is_due = due.is_none_or(|due| due.has_come(now, EACH));
        if is_due {
            *due = Some(now.plus(EACH));
        }
        is_due
    }

    /// All that waits, by tenant and in the order of the table: neighbours are written together.
    pub(super) fn all(&self) -> BTreeMap<TenantId, Vec<Sighting>> {
        let pending = self.pending.lock();
        let of_tenant = |seen: &HashMap<Key, Seen>| {
            let mut sightings: Vec<_> =
                seen.iter().map(|(key, seen)| Sighting { key: *key, seen: seen.clone() }).collect();
            sightings.sort_unstable_by_key(|sighting| sighting.key);
            sightings
        };
        pending.iter().map(|(tenant, seen)| (*tenant, of_tenant(seen))).collect()
    }

    /// These are written; what was seen meanwhile waits on.
    pub(super) fn written(&self, tenant: TenantId, sightings: &[Sighting]) {
        let mut pending = self.pending.lock();
        let Some(of_tenant) = pending.get_mut(&tenant) else { return };
        for Sighting { key, seen } in sightings {
            if of_tenant.get(key) == Some(seen) {
                of_tenant.remove(key);
            }
        }
        if of_tenant.is_empty() {
            pending.remove(&tenant);
        }
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.pending.lock().remove(&tenant);
    }
}

/// The beginning of what a client said of itself.
fn shortened(agent: &str) -> &str {
    agent.get(..agent.floor_char_boundary(LONGEST_AGENT)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::LineId;

    #[test]
    fn what_is_seen_while_it_is_written_waits_on() {
        let (sightings, address) = (Sightings::default(), IpAddr::from([192, 0, 2, 1]));
        let note = |line: u32, at: i64| sightings.note(TenantId(1), Key::Line(LineId(line)), Unix(at), address, "vlc");
        note(2, 5);
        note(1, 5);
        let taken = sightings.all().remove(&TenantId(1)).unwrap();
        assert_eq!(taken.iter().map(|sighting| sighting.key.number()).collect::<Vec<_>>(), [1, 2]);
        note(2, 6);
        sightings.written(TenantId(1), &taken);
        assert_eq!(sightings.of(TenantId(1), Key::Line(LineId(1))), None);
        assert_eq!(sightings.of(TenantId(1), Key::Line(LineId(2))).unwrap().at, Unix(6));
    }

    #[test]
    fn one_tenants_many_lines_leave_room_for_others() {
        let (sightings, address) = (Sightings::default(), IpAddr::from([192, 0, 2, 1]));
        let note = |tenant: u32, line: u32| {
            sightings.note(TenantId(tenant), Key::Line(LineId(line)), Unix(5), address, &"é".repeat(200));
        };
        (0..20_000).for_each(|line| note(1, line));
        note(2, 1);
        let all = sightings.all();
        assert_eq!((all[&TenantId(1)].len(), all[&TenantId(2)].len()), (MOST, 1));
        assert_eq!(all[&TenantId(2)][0].seen.agent.len(), 254, "cut between characters");
    }
}
