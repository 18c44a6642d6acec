//! Which tenant a request is for.

use crate::{Engine, Result};
use host_core::TenantId;
use host_core::plan::Database;
use host_core::tenant::Tenant;
use host_core::unique::Unique;

impl Engine {
    /// The tenant with this name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenant_named(&self, name: &str) -> Result<Option<Tenant>> {
        self.row_of(Database::Control, Unique::TenantName(name.to_owned())).await
    }

    /// The tenant that answers to this host: lower case, without port.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenant_of_host(&self, host: &str) -> Result<Option<Tenant>> {
        self.row_of(Database::Control, Unique::TenantHost(host.to_owned())).await
    }

    /// The tenant with this id.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>> {
        self.row(Database::Control, id).await
    }
}
