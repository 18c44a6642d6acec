//! Sightings on their way into storage, and read from both.

use crate::{Engine, Error, Result};
use futures_util::StreamExt as _;
use futures_util::stream;
use host_core::TenantId;
use host_core::object::Key;
use host_core::plan::{Change, Database, Plan};
use host_core::port::{CommitError, StoreError};
use host_core::sighting::{MAX_SIGHTINGS, Seen, Sighting};
use host_core::time::Unix;
use std::collections::HashMap;
use std::net::IpAddr;

/// Tenants that are written at a time: each waits for a flush of its own.
const AT_A_TIME: usize = 32;

impl Engine {
    /// Notes that a thing was seen now.
    pub(crate) fn see(&self, tenant: TenantId, key: Key, address: IpAddr, agent: &str) {
        self.sightings.note(tenant, key, self.clock().now(), address, agent);
    }

    /// What was last seen of these, as far as anything was.
    pub(crate) async fn seen(&self, tenant: TenantId, keys: Vec<Key>) -> Result<HashMap<Key, Seen>> {
        // First, as what is written meanwhile waits no longer.
        let pending: Vec<_> = keys.iter().filter_map(|key| Some((*key, self.sightings.of(tenant, *key)?))).collect();
        let mut seen: HashMap<Key, Seen> = self.store().seen(tenant, keys).await?.into_iter().collect();
        seen.extend(pending);
        Ok(seen)
    }

    /// Writes what was seen since the last time, when it is time.
    pub(crate) async fn write_due_sightings(&self, now: Unix) -> Result<()> {
        match self.sightings.is_due(now) {
            true => self.write_sightings().await,
            false => Ok(()),
        }
    }

    /// Writes what was seen and is not written yet; also before the process ends.
    ///
    /// # Errors
    /// The first failure; what was not written waits.
    pub async fn write_sightings(&self) -> Result<()> {
        let tenants = self.sightings.all().into_iter();
        let writes = tenants.map(|(tenant, sightings)| self.write_of_tenant(tenant, sightings));
        stream::iter(writes).buffered(AT_A_TIME).fold(Ok(()), |outcome, one| async { outcome.and(one) }).await
    }

    async fn write_of_tenant(&self, tenant: TenantId, sightings: Vec<Sighting>) -> Result<()> {
        for some in sightings.chunks(MAX_SIGHTINGS) {
            let plan = Plan { changes: vec![Change::See(some.to_vec())], ..Plan::default() };
            match self.store().commit(Database::Tenant(tenant), plan).await {
                // Of a tenant that is gone nothing is kept.
                Ok(_) | Err(CommitError::Store(StoreError::NoDatabase)) => self.sightings.written(tenant, some),
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(other) => return Err(Error::Invalid(other.to_string())),
            }
        }
        Ok(())
    }
}
