//! Makes an access code for a tenant's surface.

use crate::{Result, Work};
use host_core::access_code::AccessCode;
use host_core::caller::CallerRole;
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{AccessCodeId, Refusal, TenantId, Version, name};
use ipnet::IpNet;

/// Characters of generated codes: 60 bits.
pub(crate) const GENERATED: usize = 12;

/// Makes a code: the chosen one, or a generated one. An empty list of addresses allows all.
///
/// # Errors
/// `invalid_input` for a malformed or reserved code, `name_taken`.
pub async fn create(
    work: &mut Work,
    tenant: TenantId,
    surface: &str,
    chosen: Option<&str>,
    allowed_addresses: Vec<IpNet>,
) -> Result<AccessCode> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let code = match chosen {
        Some(chosen) => chosen.to_owned(),
        None => work.random_text(GENERATED),
    };
    name::access_code(&code)?;
    if !work.claim(Unique::AccessCode(code.clone())).await? {
        return Err(Refusal::field(Code::NameTaken, "code", "This access code is taken; choose another.").into());
    }
    let id = AccessCodeId(work.next_id(Kind::AccessCode).await?);
    let (version, enabled, surface) = (Version(0), true, surface.to_owned());
    let row = AccessCode { id, version, tenant, surface, code, allowed_addresses, enabled };
    work.insert(row.clone());
    Ok(row)
}

/// Makes a generated code that opens for all.
///
/// # Errors
/// As [`create`].
pub async fn generated(work: &mut Work, tenant: TenantId, surface: &str) -> Result<AccessCode> {
    create(work, tenant, surface, None, Vec::new()).await
}
