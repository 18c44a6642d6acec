//! Changes of an access code: its switch, and where it opens from.

use crate::{Result, Work};
use host_core::access_code::AccessCode;
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{Refusal, TenantId};
use ipnet::IpNet;

/// Switches a code on or off; switched off, it sounds like an unknown path.
///
/// # Errors
/// `not_found` for a code that the tenant does not have, `not_permitted` below an admin.
pub async fn set_enabled(work: &mut Work, tenant: TenantId, code: &str, enabled: bool) -> Result<AccessCode> {
    let before = find(work, tenant, code).await?;
    let after = AccessCode { enabled, ..before.clone() };
    work.update(&before, after.clone());
    Ok(after)
}

/// Sets where callers must come from; an empty list opens for all.
///
/// # Errors
/// As [`set_enabled`].
pub async fn set_addresses(
    work: &mut Work,
    tenant: TenantId,
    code: &str,
    allowed_addresses: Vec<IpNet>,
) -> Result<AccessCode> {
    let before = find(work, tenant, code).await?;
    let after = AccessCode { allowed_addresses, ..before.clone() };
    work.update(&before, after.clone());
    Ok(after)
}

/// The code, when it is this tenant's. Another tenant's is as unknown as any.
async fn find(work: &mut Work, tenant: TenantId, code: &str) -> Result<AccessCode> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let found: Option<AccessCode> = work.find(Unique::AccessCode(code.to_owned())).await?;
    let missing = || Refusal::new(Code::NotFound, format!("This tenant has no access code {code}."));
    Ok(found.filter(|found| found.tenant == tenant).ok_or_else(missing)?)
}
