//! Finds a user by name.

use super::get;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::kind::Kind;
use host_core::unique::Unique;
use host_core::user::User;
use serde_json::Value;

/// The user view of the user of the caller's tree who has this name, in any case of its letters.
///
/// # Errors
/// `not_found`, also for users outside the tree.
pub async fn find(work: &mut Work, username: &str) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let found: Option<User> = work.find(Unique::Username(username.to_lowercase())).await?;
    get(work, found.ok_or_else(|| Refusal::not_found(Kind::User.as_str()))?.id).await
}
