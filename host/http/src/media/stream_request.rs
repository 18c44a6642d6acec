//! A request for a stream, by a line that signed in, and how it is admitted.

use super::refusal::Denied;
use super::{playing, signed};
use crate::dialect::credential::unspaced;
use crate::rate::Counted;
use crate::route::stream_file;
use crate::state::Http;
use crate::visitor::Visitor;
use host_core::action::RateClass;
use host_core::line::{Line, Output, Visit, panel_sign};
use host_core::secret::Secret;
use host_core::stream::Stream;
use host_core::tenant::Tenant;
use host_core::{Code, Refusal, StreamId};
use host_engine::{Seat, SessionKey};
use http::Method;
use http::header::{HeaderName, IF_RANGE, RANGE};
use http::request::Parts;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// The surface that sign-ins and refusals of media are journalled under.
const SURFACE: &str = "live";

/// For so long a start waits for a seat when all are taken: a connection that its player has closed
/// is seen to be closed within it.
const CLOSING: Duration = Duration::from_millis(250);

/// A request for a stream, by a line that signed in.
pub(super) struct StreamRequest<'r> {
    pub(super) http: &'r Http,
    pub(super) tenant: &'r Tenant,
    pub(super) visitor: &'r Visitor,
    pub(super) line: Arc<Line>,
    pub(super) stream: Stream,
    pub(super) isp: Option<String>,
    pub(super) country: Option<String>,
    /// The extension in the path.
    pub(super) extension: Option<&'r str>,
    pub(super) range: Option<&'r str>,
    pub(super) if_range: Option<&'r str>,
    /// Only the head is wanted: no seat is taken.
    pub(super) is_head: bool,
    /// By what the player is known to be another panel, if it is.
    panel_sign: Option<String>,
}

impl<'r> StreamRequest<'r> {
    pub(super) async fn of(
        http: &'r Http,
        tenant: &'r Tenant,
        visitor: &'r Visitor,
        parts: &'r Parts,
        captures: &[(&'r str, &'r str)],
    ) -> Result<StreamRequest<'r>, Denied> {
        let [(_, username), (_, password), (_, file)] = *captures else { return Err(Denied::NotFound) };
        let (id, extension) = stream_file(file).ok_or(Denied::NotFound)?;
        let range = text_of(parts, RANGE);
        let line = match signed::of(parts, (username, password), file) {
            Some(signed) => signed.sign_in(http, tenant, visitor, (SURFACE, range)).await?,
            None => signed_in(http, tenant, visitor, (username, password)).await?,
        };
        let counted = Counted::Line(RateClass::Player, tenant.id, line.id, visitor.address);
        if !http.limiter.is_exempt(visitor.address) {
            http.limiter.take(counted, http.engine.clock().monotonic()).map_err(Denied::Exceeded)?;
        }
        let networks = http.engine.networks();
        Ok(StreamRequest {
            stream: stream(http, tenant, StreamId(id)).await?,
            isp: networks.isp(visitor.address),
            country: networks.country(visitor.address),
            line,
            range,
            if_range: text_of(parts, IF_RANGE),
            is_head: parts.method == Method::HEAD,
            panel_sign: panel_sign(&visitor.agent, parts.headers.keys().map(HeaderName::as_str)),
            http,
            tenant,
            visitor,
            extension,
        })
    }

    /// Who comes, from where, for which form.
    fn visit(&self, output: Option<Output>) -> Visit<'_> {
        Visit {
            address: self.visitor.address,
            agent: &self.visitor.agent,
            isp: self.isp.as_deref(),
            country: self.country.as_deref(),
            output,
        }
    }

    /// Admits the start and takes its seat.
    pub(super) async fn admitted(&self, output: Option<Output>, session: SessionKey) -> Result<Seat, Denied> {
        let (tenant, stream) = (self.tenant.id, self.stream.id);
        let (visit, engine) = (self.visit(output), &self.http.engine);
        let closing = tokio::time::sleep(CLOSING);
        let seat = engine.admit_within(&self.line, tenant, stream, session, &visit, closing).await?;
        if let Some(sign) = &self.panel_sign {
            engine.restreamed(tenant, &self.line, stream, &visit, sign);
        }
        Ok(seat)
    }

    /// Admits a request that goes on with a session.
    pub(super) async fn admitted_again(&self, output: Option<Output>, session: SessionKey) -> Result<Seat, Denied> {
        let (tenant, stream) = (self.tenant.id, self.stream.id);
        Ok(self.http.engine.admit_again(&self.line, tenant, stream, session, &self.visit(output)).await?)
    }

    /// The checks of a start without taking a seat, for a HEAD.
    pub(super) async fn would_be_admitted(&self, output: Option<Output>) -> Result<(), Denied> {
        let (tenant, stream) = (self.tenant.id, self.stream.id);
        Ok(self.http.engine.would_admit(&self.line, tenant, stream, &self.visit(output)).await?)
    }

    /// The session of all requests of one player for one stream, where nothing else tells them apart.
    pub(super) fn session(&self, what: &str) -> SessionKey {
        playing::session(self.http, self.tenant, self.visitor, (self.line.id.0, self.stream.id.0), what)
    }
}

/// The line that signs in by user name and password.
async fn signed_in(
    http: &Http,
    tenant: &Tenant,
    visitor: &Visitor,
    (username, password): (&str, &str),
) -> Result<Arc<Line>, Denied> {
    let (Some(username), Some(password)) = (text(username), text(password)) else {
        return Err(Refusal::new(Code::AuthFailed, "The credentials are not valid.").into());
    };
    let (username, from) = (unspaced(&username), visitor.from(SURFACE));
    let signed = http.engine.sign_in_line(tenant.id, &username, &Secret::new(password), &from).await?;
    visitor.told.caller(signed.caller.identity);
    Ok(signed.line)
}

/// An enabled stream of the tenant.
pub(super) async fn stream(http: &Http, tenant: &Tenant, id: StreamId) -> Result<Stream, Denied> {
    http.engine.enabled_stream(tenant.id, id).await?.ok_or(Denied::NotFound)
}

/// A credential out of a path segment.
fn text(segment: &str) -> Option<Cow<'_, str>> {
    crate::gather::decoded(segment)
}

/// A header that is text.
pub(super) fn text_of(parts: &Parts, name: HeaderName) -> Option<&str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}
