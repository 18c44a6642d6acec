//! Signs a user in by name and password, and issues a session to them.

use super::issue::give;
use super::options::Wish;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::Identity;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::unique::Unique;
use host_core::user::User;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Signs a stranger in as a user by name and password, under the lock-outs of every sign-in, and issues a session as
/// [`super::issue()`] does, with the same `options`. This call goes on as a stranger's.
///
/// # Errors
/// `auth_failed`, `rate_limited` after too many failures, `unavailable` when too many sign-ins wait, `not_permitted`
/// for a caller who has signed in, `invalid_input`.
pub async fn sign_in(
    work: &mut Work,
    username: &str,
    password: &Secret,
    options: &Map<String, Value>,
) -> Result<Secret> {
    if work.caller().identity != Identity::Stranger {
        let message = "This caller has signed in already; only a stranger signs in by name and password.";
        return Err(Refusal::new(Code::NotPermitted, message).into());
    }
    let wish = Wish::read(options)?;
    let from = work.from()?;
    // Read first: a password that is changed while it is compared makes this plan run again.
    let _guarded: Option<User> = work.find(Unique::Username(username.to_lowercase())).await?;
    let (engine, tenant) = (Arc::clone(work.engine()), work.caller().tenant);
    let signed = engine.sign_in_password(tenant, username, password, &from).await?;
    let Some(holder) = signed.holder() else {
        return Err(Refusal::new(Code::AuthFailed, "The credentials are not valid.").into());
    };
    give(work, holder, None, wish).await
}
