//! The access codes of a tenant.

use crate::{Result, Work};
use host_core::TenantId;
use host_core::access_code::AccessCode;
use host_core::caller::{CallerRole, Scope};
use host_core::object::{Kind, Object};
use host_core::port::{Filter, Query};

/// The codes, by id; at most 1,000.
///
/// # Errors
/// When storage fails; `not_permitted` below an admin.
pub async fn list(work: &mut Work, tenant: TenantId) -> Result<Vec<AccessCode>> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let mut query = Query::all(Kind::AccessCode, Scope::Tenant);
    query.filters.push(Filter::Tenant(tenant));
    let page = work.list(query).await?;
    let rows = page.rows.into_iter().filter_map(|row| match row {
        Object::AccessCode(code) => Some(code),
        _ => None,
    });
    Ok(rows.collect())
}
