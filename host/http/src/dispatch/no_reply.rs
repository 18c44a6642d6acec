//! Requests without a reply: refused, over a limit, or broken. The surface's refusal table says what each becomes.

use super::request::SurfaceRequest;
use crate::answer;
use crate::confinement::confined;
use crate::cookies::cookie;
use crate::dialect::refusal::{self, Listener};
use crate::rate::Exceeded;
use crate::sign_in::SignInError;
use axum::response::Response;
use host_core::action::FAULT;
use host_core::port::StoreError;
use host_core::{Code, Refusal};
use host_runtime::CallError;
use http::HeaderValue;
use http::header::{ACCEPT, SET_COOKIE};
use std::sync::Arc;

/// Why there is no reply.
pub(super) enum NoReply {
    Refused(Refusal),
    Exceeded(Exceeded),
    /// A plugin's fault or ours; people find it in the log by this.
    Fault(Arc<str>),
    /// Ours, and whether the call was done is not known.
    Unsure(Arc<str>),
}

impl From<Refusal> for NoReply {
    fn from(refusal: Refusal) -> NoReply {
        NoReply::Refused(refusal)
    }
}

impl SurfaceRequest<'_> {
    /// The answer instead of a reply.
    pub(super) async fn without_reply(&self, no_reply: NoReply) -> Response {
        match no_reply {
            NoReply::Refused(refusal) => self.refused(&refusal).await,
            NoReply::Exceeded(exceeded) => {
                let refusal = Refusal::new(Code::RateLimited, "Too many requests; come back later.");
                let refusal = refusal.retry_after(exceeded.retry_after);
                answer::with_limits(self.refused(&refusal).await, &exceeded)
            }
            NoReply::Fault(incident) => {
                self.broken(format!("Something broke here. Tell the operator this incident: {incident}.")).await
            }
            NoReply::Unsure(incident) => {
                let message = "Something broke here, and whether this was done is not known yet. Look before you ask \
                               again, or repeat it under the same idempotency key. Tell the operator this incident";
                self.broken(format!("{message}: {incident}.")).await
            }
        }
    }

    /// Says a refusal in the surface's voice, with the tenant's own status where the table asks for one.
    async fn refused(&self, refusal: &Refusal) -> Response {
        self.visitor.told.refused(&refusal.code);
        let rule = self.surface().rule(refusal.code.as_str());
        let status = match rule.and_then(|(rule, _)| rule.http_setting.as_deref()) {
            Some(name) => self.setting(name).await,
            None => None,
        };
        let accept = self.parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let to = Listener { request: &self.visitor.id, accept, status };
        let mut said = answer::spoken(refusal::spoken(self.surface(), refusal, &to));
        if refusal.code == Code::AuthFailed
            && let Some(cookie) = self.dead_cookie()
        {
            said.headers_mut().insert(SET_COOKIE, cookie);
        }
        confined(said, self.at.entry.confinement, &self.at.entry.plugin, &self.visitor.origin)
    }

    /// Takes away the cookie of a session that is over: no page could, and with it nobody could sign in again.
    fn dead_cookie(&self) -> Option<HeaderValue> {
        let name = self.surface().session_cookie()?;
        cookie(&self.parts.headers, name)?;
        self.session_cookie(name, "", 0)
    }

    async fn broken(&self, message: String) -> Response {
        self.refused(&Refusal::new(Code::from(FAULT.to_owned()), message)).await
    }

    /// The tenant's value of a status setting.
    async fn setting(&self, name: &str) -> Option<u16> {
        let settings = self.http.engine.settings(self.tenant.id).await.ok()?;
        let document = serde_json::to_value(&*settings).ok()?;
        document.get(name)?.as_u64().and_then(|status| u16::try_from(status).ok())
    }

    pub(super) fn not_signed_in(&self, error: SignInError) -> NoReply {
        match error {
            SignInError::Refused(refusal) => NoReply::Refused(refusal),
            SignInError::Ours(error) => self.ours(&error),
        }
    }

    pub(super) fn failed(&self, error: CallError) -> NoReply {
        match error {
            CallError::Refusal(refusal) => refusal.into(),
            CallError::Fault { incident } => NoReply::Fault(incident),
            CallError::Busy { retry_after } => busy(retry_after),
            CallError::Ours(host_engine::Error::Refusal(refusal)) => refusal.into(),
            CallError::Ours(error) => self.ours(&error),
        }
    }

    /// Our own failure: the log has it, the caller gets the incident.
    fn ours(&self, error: &host_engine::Error) -> NoReply {
        match error {
            host_engine::Error::Store(StoreError::TooLong) => {
                let message = "This takes too long; ask for less, or try again.";
                return Refusal::new(Code::Unavailable, message).retry_after(2).into();
            }
            host_engine::Error::Store(error) if error.is_passing() => return busy(2),
            _ => {}
        }
        tracing::error!(incident = %self.visitor.id, %error, "a request failed");
        match error {
            host_engine::Error::Store(StoreError::Unknown(_)) => NoReply::Unsure(Arc::clone(&self.visitor.id)),
            _ => NoReply::Fault(Arc::clone(&self.visitor.id)),
        }
    }
}

fn busy(retry_after: u32) -> NoReply {
    Refusal::new(Code::Unavailable, "Too busy at the moment; try again.").retry_after(retry_after).into()
}
