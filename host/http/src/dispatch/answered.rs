//! Replies: data in the surface's envelope with the status, tag and links of how the call ended, or a body of its own.

use super::place::{below_mount, next_page};
use super::request::SurfaceRequest;
use crate::conditional::has_tag;
use crate::confinement::confined;
use crate::dialect::envelope::{self, Said};
use crate::events::Followed;
use crate::forgery::proof;
use crate::reply_body;
use axum::body::Body;
use axum::response::Response;
use host_core::action::{ActionKind, Ending, OutcomeKind};
use host_core::session::SessionOutcome;
use host_runtime::{Reply, Route};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, LINK, LOCATION, SET_COOKIE};
use http::{HeaderValue, StatusCode};

/// What an answer tells beside the reply.
pub(super) struct Beside {
    /// Names that were sent and passed over.
    pub(super) ignored: Vec<String>,
    /// The most rows of a page.
    pub(super) limit: Option<u64>,
    /// The proof of the session that the request came with.
    pub(super) proof: Option<String>,
}

impl SurfaceRequest<'_> {
    /// The answer with a reply, as the plugin that made it may answer.
    pub(super) fn reply(&self, route: &Route, reply: Reply, beside: &Beside) -> Response {
        let response = match reply {
            Reply::Body(body) => reply_body::response(&body, &self.parts.headers),
            Reply::Data { data, total, matching, ending, session, plan } => {
                // Nothing was done in a dry run: its plan is what there is to show.
                let ending = if plan.is_some() { Ending::default() } else { ending };
                let issued = session.as_ref().and_then(|session| self.proof_of(session));
                let said = Said {
                    data: Some(&data),
                    total,
                    matching,
                    limit: beside.limit,
                    cursor: ending.cursor.as_deref(),
                    more: route.action.reply.cursor.as_ref().map(|_| ending.cursor.is_some()),
                    ignored: &beside.ignored,
                    csrf: issued.as_deref().or(beside.proof.as_deref()),
                    plan: plan.as_ref(),
                    status: ending.kind.status(),
                    request: &self.visitor.id,
                    ..Said::default()
                };
                let mut response = self.data(route, &said, &ending);
                if let Some(seconds) = route.action.reply.follow {
                    response.extensions_mut().insert(Followed::of(seconds, &data));
                }
                insert(&mut response, SET_COOKIE, session.and_then(|session| self.cookie_of(&session)));
                response
            }
        };
        let plugin = &route.plugin.manifest.name;
        confined(response, route.confinement(), plugin, &self.visitor.origin)
    }

    /// The proof of a session that was issued, for the pages of its client.
    fn proof_of(&self, session: &SessionOutcome) -> Option<String> {
        let SessionOutcome::Issued { token, .. } = session else { return None };
        Some(proof(&self.http.engine, self.tenant.id, token))
    }

    /// The cookie of a session that was issued or ended, where it lives in one.
    fn cookie_of(&self, session: &SessionOutcome) -> Option<HeaderValue> {
        let name = self.surface().session_cookie()?;
        match session {
            SessionOutcome::Issued { token, expiry, .. } => {
                let seconds = expiry.0.saturating_sub(self.http.engine.clock().now().0);
                self.session_cookie(name, token.reveal(), seconds)
            }
            SessionOutcome::Ended => self.session_cookie(name, "", 0),
        }
    }

    fn data(&self, route: &Route, said: &Said<'_>, ending: &Ending) -> Response {
        let kind = ending.kind;
        let tag = ending.version.map(|version| format!("\"{version}\""));
        let is_known = tag.as_ref().is_some_and(|tag| has_tag(&self.parts.headers, tag));
        let tag = tag.and_then(|tag| HeaderValue::from_str(&tag).ok());
        if route.action.kind == ActionKind::Read && is_known {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            insert(&mut response, ETAG, tag);
            return response;
        }
        let mut response = Response::new(match kind {
            OutcomeKind::None => Body::empty(),
            _ => Body::from(envelope::success(&self.surface().envelope, route.action.reply.envelope.as_ref(), said)),
        });
        *response.status_mut() = StatusCode::from_u16(kind.status()).unwrap_or_default();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if kind != OutcomeKind::None {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(envelope::JSON));
        }
        insert(&mut response, ETAG, tag);
        let place = ending.location.as_deref().map(|place| below_mount(self.parts.uri.path(), self.at.mount, place));
        insert(&mut response, LOCATION, place.and_then(|place| HeaderValue::from_str(&place).ok()));
        let next = ending.cursor.as_deref().zip(route.action.reply.cursor.as_deref());
        let next = next.map(|(cursor, name)| next_page(&self.parts.uri, name, cursor, self.surface()));
        insert(&mut response, LINK, next.and_then(|next| HeaderValue::from_str(&next).ok()));
        response
    }
}

fn insert(response: &mut Response, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().insert(name, value);
    }
}
