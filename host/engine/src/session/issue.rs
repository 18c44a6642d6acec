//! Issues a session to a caller who signed in by another credential.

use super::lasting::{guard, lasting};
use super::options::Wish;
use super::token;
use crate::sign_in::digest;
use crate::{Result, Work};
use host_core::caller::Identity;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::session::{Holder, MOST, Session, SessionOutcome};
use host_core::unique::Unique;
use host_core::user::User;
use host_core::{ApiKeyId, Refusal, SessionId, Version};
use serde_json::{Map, Value};

/// Issues a session to the caller on the surface of this action, and returns its token; it is never shown again.
/// `options` is `{"seconds","bound","token"}`: how long it lasts (1 to 34,560,000, otherwise 30 days), a text that
/// has to be shown beside the token each time, and a token that the client made and would like to go on using.
/// That one is taken when it is nobody's; when it is the caller's own, bound to the same, it stays as it is.
/// Otherwise a new token is made. Of more than 64 sessions of the caller on the surface the oldest end.
///
/// # Errors
/// `not_permitted` for strangers, the host itself and callers with a session, `auth_failed` for a caller who has
/// changed since they signed in, `invalid_input`.
pub async fn issue(work: &mut Work, options: &Map<String, Value>) -> Result<Secret> {
    if work.caller().session.is_some() {
        let message = "This caller has signed in by a session; rotate it to get another token.";
        return Err(Refusal::new(Code::NotPermitted, message).into());
    }
    let Some(holder) = work.caller().holder() else {
        return Err(Refusal::new(Code::NotPermitted, "Sign in first: a session is a user's or a line's.").into());
    };
    let key = match work.caller().identity {
        Identity::User { key, .. } => key,
        _ => None,
    };
    let wish = Wish::read(options)?;
    if !is_as_signed_in(work, holder).await? {
        return Err(Refusal::new(Code::AuthFailed, "The credentials are no longer valid; sign in again.").into());
    }
    give(work, holder, key, wish).await
}

/// Whether the holder is there as they signed in, and stays so until commit.
async fn is_as_signed_in(work: &mut Work, holder: Holder) -> Result<bool> {
    Ok(match holder {
        Holder::User(id) => work.know::<User>(id).await?.is_some_and(|user| user.enabled),
        Holder::Line(id) => {
            let signed = work.line.clone();
            let now = work.know::<Line>(id).await?;
            now.is_some_and(|now| signed.is_none_or(|signed| signed.password_mac == now.password_mac))
        }
    })
}

/// Gives the holder a session, or lets them go on with the one whose token they have.
pub(super) async fn give(work: &mut Work, holder: Holder, key: Option<ApiKeyId>, wish: Wish) -> Result<Secret> {
    if matches!(work.session_outcome, Some(SessionOutcome::Issued { .. })) {
        return Err(Refusal::new(Code::NotPermitted, "One call issues one session; ask for one only.").into());
    }
    let mut session = Session {
        id: SessionId(0),
        version: Version(0),
        surface: work.from()?.surface.to_string(),
        holder,
        key,
        digest: [0; 32],
        bound: wish.bound,
        created_at: work.now(),
        expiry: work.now().plus(wish.seconds),
    };
    let mut adopted = None;
    if let Some(token) = wish.token {
        match work.find::<Session>(Unique::SessionDigest(digest(&token))).await? {
            None => {
                unlock(work, &token)?;
                adopted = Some(token);
            }
            Some(own) if is_same(&own, &session) => {
                unlock(work, &token)?;
                return go_on(work, &own, session, token).await;
            }
            Some(_) => {}
        }
    }
    make_room(work, &session).await?;
    let token = adopted.unwrap_or_else(|| token::fresh(work));
    session.id = SessionId(work.next_id(Kind::Session).await?);
    session.digest = digest(&token);
    work.insert(session.clone());
    Ok(token::shown(work, &session, token))
}

/// Earlier attempts of the client with its token no longer count as guesses.
fn unlock(work: &Work, token: &Secret) -> Result<()> {
    if !work.is_dry_run() {
        work.engine().unlock_token(work.caller().tenant, token, &*work.from()?);
    }
    Ok(())
}

/// Whether a session is what is asked for, but for its times.
fn is_same(own: &Session, asked: &Session) -> bool {
    own.holder == asked.holder && own.surface == asked.surface && own.key == asked.key && own.bound == asked.bound
}

/// Goes on with the holder's own: one that lasts stays as it is, one that is over begins anew.
async fn go_on(work: &mut Work, own: &Session, asked: Session, token: Secret) -> Result<Secret> {
    if !own.is_over(work.now()) {
        return Ok(token::shown(work, own, token));
    }
    make_room(work, &asked).await?;
    let anew = Session { id: own.id, version: own.version, digest: own.digest, ..asked };
    work.update(own, anew.clone());
    Ok(token::shown(work, &anew, token))
}

/// Ends the oldest, so that there is room for one more when nobody else takes it meanwhile.
async fn make_room(work: &mut Work, session: &Session) -> Result<()> {
    let (holder, surface) = (session.holder, &session.surface);
    let sessions = lasting(work, holder, Some(surface)).await?;
    let too_many = (sessions.len() + 1).saturating_sub(MOST);
    for oldest in sessions.iter().take(too_many) {
        work.delete(oldest);
    }
    guard(work, holder, Some(surface), MOST);
    work.engine().due.sweep_sessions(work.caller().tenant, work.now());
    Ok(())
}
