//! The installed plugins of a tenant.

use crate::{Engine, Result, Work};
use host_core::caller::CallerRole;
use host_core::plan::Database;
use host_core::plugin::InstalledPlugin;
use host_core::port::Filter;
use host_core::unique::Unique;
use host_core::{Refusal, TenantId};

impl Engine {
    /// The plugins of a tenant, in their order.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn plugins_of(&self, tenant: TenantId) -> Result<Vec<InstalledPlugin>> {
        let mut rows: Vec<InstalledPlugin> = self.rows(Database::Control, vec![Filter::Tenant(tenant)]).await?;
        rows.sort_by_key(|plugin| (plugin.position, plugin.id));
        Ok(rows)
    }

    /// The plugins of all tenants.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn plugins(&self) -> Result<Vec<InstalledPlugin>> {
        self.rows(Database::Control, Vec::new()).await
    }
}

/// The plugins, in their order.
///
/// # Errors
/// When storage fails; `not_permitted` below an admin.
pub async fn installed(work: &mut Work, tenant: TenantId) -> Result<Vec<InstalledPlugin>> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    work.engine().plugins_of(tenant).await
}

/// One of them, by its name.
///
/// # Errors
/// `not_found`.
pub async fn find(work: &mut Work, tenant: TenantId, name: &str) -> Result<InstalledPlugin> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let found = work.find(Unique::PluginName(tenant, name.to_owned())).await?;
    let missing = || Refusal::new(host_core::refusal::Code::NotFound, format!("No plugin {name} is installed."));
    Ok(found.ok_or_else(missing)?)
}
