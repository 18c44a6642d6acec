//! The tenants as of now: asked for with every request and
//! every start, read again after a change of any of them.

use super::directory::Known;
use crate::{Engine, Result};
use host_core::TenantId;
use std::sync::Arc;

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
