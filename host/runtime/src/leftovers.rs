//! Files that nothing holds: of bodies that could not be removed when they were let go, of plugins that no tenant has any
//! more, and what was compiled of those.

use crate::Runtime;
use host_core::TenantId;
use std::io;
use std::sync::Arc;
use tokio::task::spawn_blocking;

impl Runtime {
    /// Removes them, as far as they are the tenant's or everybody's; how many bytes they had.
    ///
    /// # Errors
    /// One sentence.
    pub async fn clear_temporary(self: &Arc<Runtime>, tenant: TenantId) -> Result<u64, String> {
        let plugins = self.tidy().await.map_err(|error| error.to_string())?;
        let Some(folder) = self.snapshot(tenant).shared.bodies.folder.get().cloned() else {
            // Nothing was put there yet, and what an earlier process left goes when the first body is.
            return Ok(plugins);
        };
        let swept = spawn_blocking(move || folder.sweep()).await.map_err(io::Error::from).flatten();
        Ok(plugins + swept.map_err(|error| format!("the folder of bodies: {error}"))?)
    }
}
