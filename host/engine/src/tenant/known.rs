//! Every tenant in memory, as of the generation of their rows: asked for with every request and
//! every start, read again after a change of any of them.

use crate::{Engine, Result};
use arc_swap::ArcSwap;
use host_core::TenantId;
use host_core::tenant::Tenant;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// All tenants as of one moment.
#[derive(Default)]
pub struct Known {
    by_id: HashMap<TenantId, Arc<Tenant>>,
    by_host: HashMap<String, Arc<Tenant>>,
    /// Of their rows, when they were read; none before the first time.
    generation: Option<u64>,
}

impl Known {
    /// The tenant with this id.
    pub fn by_id(&self, id: TenantId) -> Option<&Arc<Tenant>> {
        self.by_id.get(&id)
    }

    /// The tenant that answers to this host: lower case, without port.
    pub fn by_host(&self, host: &str) -> Option<&Arc<Tenant>> {
        self.by_host.get(host)
    }

    /// The tenant, when there is only one.
    pub fn only(&self) -> Option<&Arc<Tenant>> {
        let mut all = self.by_id.values();
        all.next().filter(|_| all.next().is_none())
    }
}

/// The tenants as they were last read.
#[derive(Default)]
pub(crate) struct Directory {
    known: ArcSwap<Known>,
    reading: Mutex<()>,
}

impl Engine {
    /// All tenants as of now: whoever is answered after a commit that changed one sees the change.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn known_tenants(&self) -> Result<Arc<Known>> {
        if let Some(known) = self.current_tenants() {
            return Ok(known);
        }
        let _reading = self.directory.reading.lock().await;
        if let Some(known) = self.current_tenants() {
            return Ok(known);
        }
        // Asked first: what is found afterwards is at least as new.
        let mut known = Known { generation: Some(self.store().tenant_generation()), ..Known::default() };
        for tenant in self.tenants().await? {
            let tenant = Arc::new(tenant);
            known.by_host.extend(tenant.hosts.iter().map(|host| (host.clone(), Arc::clone(&tenant))));
            known.by_id.insert(tenant.id, tenant);
        }
        let known = Arc::new(known);
        self.directory.known.store(Arc::clone(&known));
        Ok(known)
    }

    fn current_tenants(&self) -> Option<Arc<Known>> {
        let known = self.directory.known.load_full();
        (known.generation == Some(self.store().tenant_generation())).then_some(known)
    }

    /// Whether a tenant is there and not suspended.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn is_open(&self, tenant: TenantId) -> Result<bool> {
        Ok(self.known_tenants().await?.by_id(tenant).is_some_and(|tenant| !tenant.suspended))
    }
}
