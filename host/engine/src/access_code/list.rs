//! The access codes of a tenant.

use crate::{Result, Work};
use host_core::TenantId;
use host_core::access_code::AccessCode;
use host_core::caller::CallerRole;
use host_core::port::Filter;

/// The codes, by id.
///
/// # Errors
/// When storage fails; `not_permitted` below an admin.
pub async fn list(work: &mut Work, tenant: TenantId) -> Result<Vec<AccessCode>> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    work.rows(vec![Filter::Tenant(tenant)]).await
}
