//! Ends the connections of a stream, whoever's they are.

use crate::{Engine, Result};
use host_core::port::Whose;
use host_core::{StreamId, TenantId};

impl Engine {
    /// Ends all connections that hold a stream: their players have to start anew.
    pub(crate) async fn end_viewers(&self, tenant: TenantId, stream: StreamId) -> Result<()> {
        let held = self.seats().held(Whose::Tenant(tenant)).await?;
        for lease in held.into_iter().map(|held| held.lease).filter(|lease| lease.stream == stream) {
            self.seats().kill_one(tenant, lease.line, lease.fence).await?;
        }
        Ok(())
    }
}
