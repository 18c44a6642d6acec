//! Which tenant a request is for: by its one host name, by its access code, or because there is
//! only one.

use crate::host::Host;
use host_core::TenantId;
use host_core::access_code::AccessCode;
use host_core::tenant::Tenant;
use host_engine::Engine;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The tenants of the process, as the engine knows them.
pub(crate) struct Tenants {
    engine: Arc<Engine>,
}

impl Tenants {
    /// Over this engine's control database.
    pub(crate) fn new(engine: Arc<Engine>) -> Tenants {
        Tenants { engine }
    }

    /// The tenant of a host name, or the only tenant there is, when that host is our own address
    /// or the tenant has no names.
    pub(crate) async fn of_host(&self, host: &Host, local: SocketAddr) -> host_engine::Result<Option<Arc<Tenant>>> {
        let known = self.engine.known_tenants().await?;
        if let Some(tenant) = known.by_host(&host.name) {
            return Ok(Some(Arc::clone(tenant)));
        }
        Ok(known.only().filter(|tenant| tenant.hosts.is_empty() || host.is_own(local)).cloned())
    }

    /// The access code that opens for this address, and its tenant; none sounds like an unknown path.
    pub(crate) async fn of_code(
        &self,
        code: &str,
        address: IpAddr,
    ) -> host_engine::Result<Option<(AccessCode, Arc<Tenant>)>> {
        if host_core::name::access_code(code).is_err() {
            return Ok(None);
        }
        let Some(code) = self.engine.access_code(code, address).await? else { return Ok(None) };
        let tenant = self.engine.known_tenants().await?.by_id(code.tenant).cloned();
        Ok(tenant.map(|tenant| (code, tenant)))
    }

    /// All tenants, read anew: an error when the control database does not answer.
    pub(crate) async fn all(&self) -> host_engine::Result<Vec<TenantId>> {
        Ok(self.engine.tenants().await?.into_iter().map(|tenant| tenant.id).collect())
    }
}
