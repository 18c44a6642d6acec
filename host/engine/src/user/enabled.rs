//! Switches a user on or off; switched off, their keys and their subtree's rights stop.

use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use host_core::user::User;
use host_core::{Refusal, UserId};

/// Sets the switch.
///
/// # Errors
/// `not_found`; `not_permitted` for the caller themselves.
pub async fn set_enabled(work: &mut Work, id: UserId, enabled: bool) -> Result<()> {
    work.require(CallerRole::Reseller)?;
    if work.caller().user() == Some(id) {
        return Err(Refusal::new(Code::NotPermitted, "You cannot switch yourself on or off.").into());
    }
    let user: User = work.get(id).await?;
    work.update(&user, User { enabled, ..user.clone() });
    Ok(())
}
