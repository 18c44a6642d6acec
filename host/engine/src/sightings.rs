//! What was last seen of lines, users and keys: in memory, and every few seconds in storage. Views read both.

use crate::{Engine, Error, Result};
use host_core::TenantId;
use host_core::object::Key;
use host_core::plan::{Change, Place, Plan};
use host_core::port::{CommitError, StoreError};
use host_core::sighting::{MAX_SIGHTINGS, Seen, Sighting};
use host_core::time::Unix;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// How often it is written, in seconds.
const EACH: i64 = 5;
/// Most things of which something waits to be written; what is seen of others meanwhile is lost.
const MOST: usize = 65_536;
/// Longest name of a client that is kept, in bytes.
const LONGEST_AGENT: usize = 255;

/// What waits to be written.
#[derive(Default)]
pub(crate) struct Sightings {
    pending: Mutex<HashMap<(TenantId, Key), Seen>>,
    /// When it is written next.
    due: Mutex<Option<Unix>>,
}

impl Sightings {
    fn note(&self, tenant: TenantId, key: Key, at: Unix, address: IpAddr, agent: &str) {
        let mut pending = self.pending.lock();
        let is_full = pending.len() >= MOST;
        match pending.get_mut(&(tenant, key)) {
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
                pending.insert((tenant, key), Seen { at, address, agent, ..Seen::default() });
            }
        }
    }

    /// All that waits, by tenant, when it is time.
    fn take_due(&self, now: Unix) -> BTreeMap<TenantId, Vec<Sighting>> {
        let mut due = self.due.lock();
        if !due.is_none_or(|due| due.has_come(now, EACH)) {
            return BTreeMap::new();
        }
        *due = Some(now.plus(EACH));
        self.take()
    }

    fn take(&self) -> BTreeMap<TenantId, Vec<Sighting>> {
        let mut by_tenant: BTreeMap<TenantId, Vec<Sighting>> = BTreeMap::new();
        for ((tenant, key), seen) in std::mem::take(&mut *self.pending.lock()) {
            by_tenant.entry(tenant).or_default().push(Sighting { key, seen });
        }
        by_tenant
    }

    /// What could not be written waits again, but for what was seen meanwhile.
    fn put_back(&self, tenant: TenantId, sightings: &[Sighting]) {
        let mut pending = self.pending.lock();
        for Sighting { key, seen } in sightings {
            pending.entry((tenant, *key)).or_insert_with(|| seen.clone());
        }
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.pending.lock().retain(|(of, _), _| *of != tenant);
    }
}

/// The beginning of what a client said of itself.
fn shortened(agent: &str) -> &str {
    agent.get(..agent.floor_char_boundary(LONGEST_AGENT)).unwrap_or_default()
}

impl Engine {
    /// Notes that a thing was seen now.
    pub(crate) fn see(&self, tenant: TenantId, key: Key, address: IpAddr, agent: &str) {
        self.sightings.note(tenant, key, self.clock().now(), address, agent);
    }

    /// What was last seen of these, as far as anything was.
    pub(crate) async fn seen(&self, tenant: TenantId, keys: Vec<Key>) -> Result<HashMap<Key, Seen>> {
        let mut seen: HashMap<Key, Seen> = self.store().seen(tenant, keys.clone()).await?.into_iter().collect();
        let pending = self.sightings.pending.lock();
        seen.extend(keys.iter().filter_map(|key| Some((*key, pending.get(&(tenant, *key))?.clone()))));
        Ok(seen)
    }

    /// Writes what was seen since the last time, when it is time.
    pub(crate) async fn write_due_sightings(&self, now: Unix) -> Result<()> {
        self.write_sightings_of(self.sightings.take_due(now)).await
    }

    /// Writes what was seen and is not written yet; before the process ends.
    ///
    /// # Errors
    /// The first failure; what was not written waits.
    pub async fn write_sightings(&self) -> Result<()> {
        self.write_sightings_of(self.sightings.take()).await
    }

    async fn write_sightings_of(&self, sightings: BTreeMap<TenantId, Vec<Sighting>>) -> Result<()> {
        let mut outcome = Ok(());
        for (tenant, sightings) in sightings {
            for some in sightings.chunks(MAX_SIGHTINGS) {
                let plan = Plan { changes: vec![Change::See(some.to_vec())], ..Plan::default() };
                match self.store().commit(Place::Tenant(tenant), plan).await {
                    Ok(_) => {}
                    // Of a tenant that is gone nothing is kept.
                    Err(CommitError::Store(StoreError::NoDatabase)) => {}
                    Err(CommitError::Store(error)) => {
                        self.sightings.put_back(tenant, some);
                        outcome = outcome.and(Err(error.into()));
                    }
                    Err(other) => outcome = outcome.and(Err(Error::Invalid(other.to_string()))),
                }
            }
        }
        outcome
    }
}
