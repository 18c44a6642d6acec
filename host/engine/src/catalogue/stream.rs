//! One stream, as a player asks for it.

use crate::{Engine, Result};
use host_core::plan::Database;
use host_core::stream::Stream;
use host_core::{StreamId, TenantId};

impl Engine {
    /// The stream, when it is enabled.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn enabled_stream(&self, tenant: TenantId, id: StreamId) -> Result<Option<Stream>> {
        let found: Option<Stream> = self.row(Database::Tenant(tenant), id).await?;
        Ok(found.filter(|stream| stream.enabled))
    }
}
