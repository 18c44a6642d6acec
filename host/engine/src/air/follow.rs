//! Makes of streams what they are wanted to be: after a change of one, and after the start of the process.

use crate::{Engine, Result};
use host_core::plan::Database;
use host_core::port::{Airing, Filter};
use host_core::stream::{Stream, Wanted};
use host_core::{StreamId, TenantId};
use std::sync::Arc;

impl Engine {
    /// Installs what is asked about streams that run; the first one stays.
    pub fn set_airing(&self, airing: Arc<dyn Airing>) {
        if self.airing.set(airing).is_err() {
            tracing::warn!("who knows of running streams is already installed");
        }
    }

    pub(crate) fn airing(&self) -> Option<&Arc<dyn Airing>> {
        self.airing.get()
    }

    /// What follows when a stream was restarted: one that is started runs again, and who holds one that is stopped is
    /// ended.
    pub(crate) async fn follow(&self, tenant: TenantId, stream: StreamId) -> Result<()> {
        let Some(row) = self.row::<Stream>(Database::Tenant(tenant), stream).await? else { return Ok(()) };
        match row.wanted {
            Wanted::Stopped => self.end_viewers(tenant, stream).await,
            Wanted::Started if self.is_open(tenant).await? => {
                self.keep(tenant, row);
                Ok(())
            }
            Wanted::Started | Wanted::OnDemand => Ok(()),
        }
    }

    /// Starts the streams of a tenant that are to run always; of one that is suspended none runs.
    pub(crate) async fn follow_all(&self, tenant: TenantId) -> Result<()> {
        if self.airing().is_none() || !self.is_open(tenant).await? {
            return Ok(());
        }
        let started = self.rows::<Stream>(Database::Tenant(tenant), vec![Filter::Started]).await?;
        started.into_iter().for_each(|stream| self.keep(tenant, stream));
        Ok(())
    }

    fn keep(&self, tenant: TenantId, stream: Stream) {
        if let Some(airing) = self.airing().filter(|_| stream.enabled) {
            Arc::clone(airing).keep(tenant, stream);
        }
    }
}
