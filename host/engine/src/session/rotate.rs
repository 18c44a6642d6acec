//! Gives the session of this call another token.

use super::token;
use crate::sign_in::digest;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::session::Session;

/// Gives the session that this call came with a new token, and returns it. The old one stops with the commit; when
/// the session ends stays as it was.
///
/// # Errors
/// `not_permitted` for a call without a session, `auth_failed` when it has ended meanwhile.
pub async fn rotate(work: &mut Work) -> Result<Secret> {
    let session = current(work).await?;
    let token = token::fresh(work);
    work.update(&session, Session { digest: digest(&token), ..session.clone() });
    Ok(token::shown(work, &session, token))
}

/// The session that this call came with.
pub(super) async fn current(work: &mut Work) -> Result<Session> {
    let Some(id) = work.caller().session else {
        let message = "This call came without a session; sign in by one first.";
        return Err(Refusal::new(Code::NotPermitted, message).into());
    };
    let session = work.know::<Session>(id).await?;
    let ended = || Refusal::new(Code::AuthFailed, "This session has ended; sign in again.");
    Ok(session.ok_or_else(ended)?)
}
