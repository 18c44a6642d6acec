//! Tells what an activation code is worth. Codes can be guessed, so whoever asks is counted as one who signs in.

use super::view;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::line::{Line, LineStatus};
use host_core::package::Package;
use host_core::unique::Unique;
use host_core::{Refusal, name};
use serde_json::{Value, json};

/// The view of the line with this code, and with it `redeemable`, whether its terms begin when somebody redeems it now,
/// and `package_name`. Nothing is changed.
///
/// # Errors
/// `not_found` for what is no code of the caller's; `rate_limited` after five of these within a quarter of an hour, for as
/// long; `not_permitted` below a reseller.
pub async fn check_code(work: &mut Work, code: &str) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let found = match name::activation_code(code.trim()) {
        Ok(code) => work.find::<Line>(Unique::LineCode(code)).await?,
        Err(_) => None,
    };
    let line = match found {
        Some(line) => work.read(work.caller().scope(), line.id.into()).await?.map(|_| line),
        None => None,
    };
    let caller = work.caller();
    if let Some(address) = caller.address {
        let who = caller.user().map_or_else(String::new, |user| user.to_string());
        work.engine().judge_guess(caller.tenant, "activation code", &who, address, line.is_some())?;
    }
    let unknown = || Refusal::field(host_core::Code::NotFound, "code", "There is no such code.");
    let line = line.ok_or_else(unknown)?;
    let package = match line.package {
        Some(package) => work.know::<Package>(package).await?,
        None => None,
    };
    let mut shown = view::document(&line, work).await?;
    shown["redeemable"] = (line.status(work.now()) == LineStatus::Stock).into();
    shown["package_name"] = json!(package.map(|package| package.name));
    Ok(shown)
}
