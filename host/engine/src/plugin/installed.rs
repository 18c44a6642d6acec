//! The installed plugins of a tenant.

use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::object::{Kind, Object, Unique};
use host_core::plugin::InstalledPlugin;
use host_core::port::{Filter, Query};
use host_core::{Refusal, TenantId};

/// The plugins, in their order; at most 1,000.
///
/// # Errors
/// When storage fails; `not_permitted` below an admin.
pub async fn installed(work: &mut Work, tenant: TenantId) -> Result<Vec<InstalledPlugin>> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let mut query = Query::all(Kind::Plugin, Scope::Tenant);
    query.filters.push(Filter::Tenant(tenant));
    let page = work.list(query).await?;
    let mut rows: Vec<InstalledPlugin> = page
        .rows
        .into_iter()
        .filter_map(|row| match row {
            Object::Plugin(plugin) => Some(plugin),
            _ => None,
        })
        .collect();
    rows.sort_by_key(|plugin| (plugin.position, plugin.id));
    Ok(rows)
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
