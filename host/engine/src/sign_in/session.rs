//! Sign-in by the token of a session. Tokens are kept as SHA-256 only.

use super::SignInFrom;
use super::key::digest;
use super::lockout::{Suspect, Verdict};
use super::note::Who;
use crate::{Engine, Result};
use host_core::TenantId;
use host_core::api_key::ApiKey;
use host_core::caller::{Caller, Identity};
use host_core::line::Line;
use host_core::plan::Database;
use host_core::secret::Secret;
use host_core::session::{Holder, Session};
use host_core::unique::Unique;
use std::sync::Arc;

/// Who signed in by a session.
#[derive(Clone, Debug)]
pub struct SignedSession {
    /// The caller they are, with their session.
    pub caller: Caller,
    /// The session.
    pub session: Session,
    /// The line, when one holds it. Its status may be anything, as after [`Engine::sign_in_line`].
    pub line: Option<Arc<Line>>,
}

/// What a session stands on, as it is now.
struct Standing {
    identity: Identity,
    line: Option<Arc<Line>>,
    key_prefix: Option<String>,
}

impl Standing {
    fn who(&self) -> Who {
        match (&self.line, &self.identity) {
            (Some(line), _) => Who::line(line),
            (None, Identity::User { id, .. }) => Who::user(*id),
            (None, _) => Who::default(),
        }
    }
}

impl Engine {
    /// Signs in by the token of a session on this surface; `bound` is what was shown beside it.
    ///
    /// # Errors
    /// `auth_failed` for an unknown or ended token, one of another surface, one that is bound to something else,
    /// and when its user or one above them is disabled, its line gone, or the key that it was issued to no longer
    /// good from there; `rate_limited` after too many failures.
    pub async fn sign_in_session(
        &self,
        tenant: TenantId,
        surface: &str,
        token: &Secret,
        bound: Option<&str>,
        from: &SignInFrom,
    ) -> Result<SignedSession> {
        let digest = digest(token);
        let found: Option<Session> = self.row_of(Database::Tenant(tenant), Unique::SessionDigest(digest)).await?;
        let standing = match &found {
            Some(session) if session.is_usable(surface, bound, self.clock().now()) => {
                self.standing(tenant, session, from).await?
            }
            _ => None,
        };
        let suspect = self.token_suspect(tenant, surface, &digest, from);
        let known = found.as_ref().map(|session| session.holder);
        let verdict = self.sign_ins.lockout.judge(suspect, standing.is_some(), known, self.clock().monotonic());
        match (found, standing) {
            (Some(session), Some(standing)) if verdict == Verdict::Passed => {
                self.note_sign_in(tenant, standing.who(), from);
                let caller = from.caller(tenant, standing.identity, standing.key_prefix);
                let caller = Caller { session: Some(session.id), ..caller };
                Ok(SignedSession { caller, session, line: standing.line })
            }
            _ => {
                let who = self.who_holds(tenant, known).await?;
                Err(self.refuse_sign_in(tenant, verdict, who, from).into())
            }
        }
    }

    /// Lets a token in that was tried in vain from there before it was a session's: its client was let in otherwise.
    pub(crate) fn unlock_token(&self, tenant: TenantId, token: &Secret, from: &SignInFrom) {
        let suspect = self.token_suspect(tenant, &from.surface, &digest(token), from);
        self.sign_ins.lockout.unlock(suspect, self.clock().monotonic());
    }

    /// A token is counted on each surface by itself: what is wrong on one may be right on another.
    fn token_suspect(&self, tenant: TenantId, surface: &str, digest: &[u8; 32], from: &SignInFrom) -> Suspect {
        let identifier = format!("{surface} {}", hex::encode(digest));
        self.sign_ins.lockout.suspect("session", tenant, &identifier, from.address)
    }

    async fn who_holds(&self, tenant: TenantId, holder: Option<Holder>) -> Result<Who> {
        Ok(match holder {
            Some(Holder::User(id)) => Who::user(id),
            Some(Holder::Line(id)) => self.line_row(tenant, id).await?.as_ref().map(Who::line).unwrap_or_default(),
            None => Who::default(),
        })
    }

    /// What the session stands on; none when that is gone or stopped.
    async fn standing(&self, tenant: TenantId, session: &Session, from: &SignInFrom) -> Result<Option<Standing>> {
        let database = Database::Tenant(tenant);
        let key = match session.key {
            Some(id) => match self.row::<ApiKey>(database, id).await? {
                Some(key) if key.is_usable(from.address, self.clock().now()) => Some(key),
                _ => return Ok(None),
            },
            None => None,
        };
        let key_prefix = key.map(|ApiKey { prefix, .. }| prefix);
        Ok(match session.holder {
            Holder::User(id) => self.enabled_user(tenant, id).await?.map(|user| Standing {
                identity: Identity::User { id, role: user.role, key: session.key },
                line: None,
                key_prefix,
            }),
            Holder::Line(id) => self.row::<Line>(database, id).await?.map(|line| Standing {
                identity: Identity::Line { id },
                line: Some(Arc::new(line)),
                key_prefix,
            }),
        })
    }
}
