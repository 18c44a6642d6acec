//! Reads one user.

use super::view;
use crate::{Result, Work};
use host_core::UserId;
use host_core::caller::CallerRole;
use host_core::user::User;
use serde_json::Value;

/// The user view of a user in the caller's tree.
///
/// # Errors
/// `not_found`, also for users outside the tree.
pub async fn get(work: &mut Work, id: UserId) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let user: User = work.get(id).await?;
    Ok(Value::Object(view::document(&user, work).await?))
}
