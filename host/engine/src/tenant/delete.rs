//! Deletes a tenant: its row, its doors and its plugins. The store drops its database with the
//! row; what the engine remembered of it is forgotten.

use super::create::NOWHERE;
use super::named;
use crate::{Engine, Result, Work, access_code, act, plugin};
use host_core::caller::Caller;
use host_core::event::Effect;
use host_core::plan::Database;
use host_core::tenant::Tenant;
use std::sync::Arc;

/// Deletes a tenant for good, and returns what it was.
///
/// # Errors
/// `not_found`.
pub async fn delete(engine: &Arc<Engine>, request: &str, name: &str) -> Result<Tenant> {
    let run = engine.begin_control(Caller::system(NOWHERE, request), "tenant delete");
    let tenant = act!(run, |work| rows(work, name).await?);
    engine.forget(tenant.id);
    Ok(tenant)
}

async fn rows(work: &mut Work, name: &str) -> Result<Tenant> {
    let tenant = named(work, name).await?;
    for code in access_code::list(work, tenant.id).await? {
        work.delete(&code);
    }
    for plugin in plugin::installed(work, tenant.id).await? {
        work.delete(&plugin);
    }
    work.delete(&tenant);
    work.effect(Effect::EndTenant { tenant: tenant.id });
    Ok(tenant)
}

impl Engine {
    /// Forgets all that was remembered of a tenant that is gone.
    fn forget(&self, tenant: host_core::TenantId) {
        self.ids.forget(Database::Tenant(tenant));
        self.shapes.forget(tenant);
        self.cache.forget(tenant);
        self.outbox.forget(Database::Tenant(tenant));
        self.unfinished.forget(tenant);
        self.due.forget(tenant);
        self.sightings.forget(tenant);
    }
}
