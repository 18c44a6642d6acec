//! Which tenant a request is for.

use crate::{Engine, Result};
use host_core::TenantId;
use host_core::caller::Scope;
use host_core::object::{Key, Object, Unique};
use host_core::plan::Place;
use host_core::tenant::Tenant;

impl Engine {
    /// The tenant with this name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenant_named(&self, name: &str) -> Result<Option<Tenant>> {
        self.tenant_by(Unique::TenantName(name.to_owned())).await
    }

    /// The tenant that answers to this host: lower case, without port.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenant_of_host(&self, host: &str) -> Result<Option<Tenant>> {
        self.tenant_by(Unique::TenantHost(host.to_owned())).await
    }

    /// The tenant with this id.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>> {
        Ok(match self.store().get(Place::Control, Scope::Tenant, Key::Tenant(id)).await? {
            Some(Object::Tenant(tenant)) => Some(tenant),
            _ => None,
        })
    }

    async fn tenant_by(&self, unique: Unique) -> Result<Option<Tenant>> {
        Ok(match self.store().find(Place::Control, unique).await? {
            Some(Object::Tenant(tenant)) => Some(tenant),
            _ => None,
        })
    }
}
