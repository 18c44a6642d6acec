//! Ends sessions: the one of this call, or all of the caller or of somebody whose password has changed.

use super::lasting::{guard, lasting};
use super::rotate::current;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::refusal::Code;
use host_core::session::{Holder, SessionOutcome};

/// Ends the session that this call came with.
///
/// # Errors
/// `not_permitted` for a call without a session, `auth_failed` when it has ended already.
pub async fn end(work: &mut Work) -> Result<()> {
    let session = current(work).await?;
    work.delete(&session);
    work.session_outcome = Some(SessionOutcome::Ended);
    Ok(())
}

/// Ends all sessions of the caller on the surface of this action.
///
/// # Errors
/// `not_permitted` for strangers and for the host itself.
pub async fn end_all(work: &mut Work) -> Result<()> {
    let Some(holder) = work.caller().holder() else {
        return Err(Refusal::new(Code::NotPermitted, "Sign in first: a session is a user's or a line's.").into());
    };
    let surface = work.from()?.surface.clone();
    end_lasting(work, holder, Some(&surface)).await?;
    work.session_outcome = Some(SessionOutcome::Ended);
    Ok(())
}

/// Ends all sessions of a holder, on every surface: what they signed in with is no longer right.
pub(crate) async fn end_of(work: &mut Work, holder: Holder) -> Result<()> {
    end_lasting(work, holder, None).await?;
    if work.caller().session.is_some() && work.caller().holder() == Some(holder) {
        work.session_outcome = Some(SessionOutcome::Ended);
    }
    Ok(())
}

/// Ends them all, those too that are issued before the commit: for them the plan is made again.
async fn end_lasting(work: &mut Work, holder: Holder, surface: Option<&str>) -> Result<()> {
    for session in lasting(work, holder, surface).await? {
        work.delete(&session);
    }
    guard(work, holder, surface, 1);
    Ok(())
}
