//! The one path of a request to a surface: what was sent, sign-in, limits, the call, and the answer in the surface's
//! voice. What the action takes and whom it answers, the runtime knows.

mod answered;
mod no_reply;
pub(crate) mod place;
mod request;

pub(crate) use request::SurfaceRequest;

use crate::gather;
use crate::rate::Counted;
use crate::sign_in::{self, Signed};
use crate::{answer, dialect, forgery};
use answered::Beside;
use axum::body::{Body, Bytes};
use axum::response::Response;
use host_core::action::{ActionKind, RateClass, Sent};
use host_core::caller::Identity;
use host_core::secret::Secret;
use host_core::{Code, Refusal};
use host_engine::LogScope;
use host_runtime::{Asked, Prepared, RequestFacts, Route};
use http::header::{CACHE_CONTROL, HeaderName, REFERRER_POLICY};
use http::{HeaderValue, Method};
use no_reply::NoReply;
use std::borrow::Cow;
use std::sync::Arc;

/// The action that a request asks for.
struct Named<'s> {
    route: &'s Route,
    /// What was asked for, where no action has that name and a fallback answers.
    asked: Option<String>,
}

impl SurfaceRequest<'_> {
    /// Answers it.
    pub(crate) async fn respond(&self, body: Body) -> Response {
        let mut response = match self.answered(body).await {
            Ok(response) => response,
            Err(no_reply) => Box::pin(self.without_reply(no_reply)).await,
        };
        if self.surface().is_panel() {
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        if !self.found.is_allowed {
            answer::allow(&mut response, self.found.methods);
        }
        response
    }

    async fn answered(&self, body: Body) -> Result<Response, NoReply> {
        if !self.found.is_allowed {
            let message = format!("This path does not take {}; use {}.", self.parts.method, self.found.methods);
            return Err(Refusal::new(Code::MethodNotAllowed, message).into());
        }
        let bytes: Bytes = gather::body(self.parts, body, self.http.patience.body).await?;
        let reads_body = self.at.action.as_deref().and_then(|name| self.action(name));
        let reads_body = reads_body.is_some_and(|route| route.action.raw_body);
        let (read, raw) = if reads_body { (Bytes::new(), bytes) } else { (bytes, Bytes::new()) };
        let captures: Vec<_> = self.found.captures.iter().copied().filter(|(name, _)| *name != "code").collect();
        let mut sent = gather::sent(self.surface(), self.parts, &captures, &read).await?;
        let signed =
            sign_in::signed(&self.http.engine, self.tenant.id, self.surface(), self.parts, &sent, self.visitor);
        let signed = signed.await.map_err(|error| self.not_signed_in(error))?;
        self.refuse_forged(&signed)?;
        sent.forget(self.surface().credential_parameters());
        let named = self.named(&sent)?;
        self.count(named.as_ref().map(|named| named.route), &signed)?;
        let unknown = || Refusal::new(Code::UnknownAction, "This surface has no such action.");
        let Named { route, asked } = named.ok_or_else(unknown)?;
        let route = self.open_to(route, &signed)?;
        if let Some(scope) = LogScope::current() {
            scope.asks_for(&route.action);
        }
        self.by_method(route, &signed)?;
        gather::add_headers(&mut sent, &route.action, &self.parts.headers)?;
        let keys = self.parts.headers.get_all(HeaderName::from_static("idempotency-key"));
        let prepared = route.prepare(Asked {
            surface: self.surface(),
            sent: &sent,
            is_compatible: signed.key.as_ref().is_some_and(|key| key.compatible),
            name: asked,
            request: self.facts(),
            dry_run: self.header("dry-run"),
            idempotency: keys.iter().map(|key| String::from_utf8_lossy(key.as_bytes())).collect(),
            body: raw,
            caller: signed.caller,
            line: signed.line,
            password: signed.password,
        })?;
        let proof = signed.session.map(|session| session.proof);
        let Prepared { call, ignored, limit } = prepared;
        if !ignored.is_empty() {
            metrics::counter!("linecard_http_ignored_parameters_total").increment(ignored.len() as u64);
        }
        match self.http.runtime.call(self.snapshot, route, call).await {
            Ok(reply) => Ok(self.reply(route, reply, &Beside { ignored, limit, proof })),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Where callers have a session in a cookie, nothing is done in their name that they did not ask for.
    fn refuse_forged(&self, signed: &Signed) -> Result<(), Refusal> {
        if signed.caller.identity == Identity::System {
            return forgery::refuse_from_elsewhere(&self.parts.headers, &self.visitor.origin);
        }
        if self.surface().session_cookie().is_none() {
            return Ok(());
        }
        let session = signed.session.as_ref().filter(|session| session.in_cookie);
        let (method, headers) = (&self.parts.method, &self.parts.headers);
        forgery::refuse(method, headers, &self.visitor.origin, session.map(|session| session.proof.as_str()))
    }

    /// The action that the path or the request names, or the path's or the surface's fallback for such names.
    fn named(&self, sent: &Sent<'_>) -> Result<Option<Named<'_>>, Refusal> {
        let name = match &self.at.action {
            Some(name) => Cow::Borrowed(name.as_str()),
            None => dialect::named(self.surface(), sent)?,
        };
        let route = if name.is_empty() { None } else { self.action(&name) };
        if let Some(route) = route {
            return Ok(Some(Named { route, asked: None }));
        }
        let here = self.at.fallback.as_deref().or_else(|| self.surface().fallback(&name));
        let route = here.and_then(|instead| self.action(instead));
        Ok(route.map(|route| Named { route, asked: Some(name.into_owned()) }))
    }

    /// Counts the request against the tenant's quota, which has no exempt addresses, and in its
    /// rate class.
    fn count(&self, route: Option<&Route>, signed: &Signed) -> Result<(), NoReply> {
        let (limiter, address) = (&self.http.limiter, self.visitor.address);
        let now = self.http.engine.clock().monotonic();
        let quota = Counted::Tenant(self.tenant.id, self.tenant.quotas.requests_per_second);
        limiter.take(quota, now).map_err(NoReply::Exceeded)?;
        if limiter.is_exempt(address) {
            return Ok(());
        }
        let class: RateClass = route.and_then(|route| route.action.rate).unwrap_or(self.surface().rate);
        let counted = match (&signed.caller.identity, &signed.key) {
            (Identity::Line { id }, _) => Counted::Line(class, self.tenant.id, *id, address),
            (_, Some(key)) => Counted::Key(class, self.tenant.id, key.id),
            (Identity::User { id, .. }, None) => Counted::User(class, self.tenant.id, *id),
            _ => Counted::Stranger(class, self.tenant.id, address),
        };
        limiter.take(counted, now).map_err(NoReply::Exceeded)
    }

    /// The action, or, for a line in a state that the action does not answer for, the action that the refusal
    /// table names instead.
    fn open_to<'s>(&'s self, route: &'s Route, signed: &Signed) -> Result<&'s Route, NoReply> {
        let Some(line) = &signed.line else { return Ok(route) };
        let may_read = |also_for: &[String]| self.http.engine.may_read(line, also_for, self.visitor.address);
        let Err(refusal) = may_read(&route.action.also_for) else { return Ok(route) };
        let rule = self.surface().rule(refusal.code.as_str());
        let instead = rule.and_then(|(rule, _)| rule.answer_with.as_deref());
        let route = instead.and_then(|name| self.action(name)).ok_or(refusal)?;
        may_read(&route.action.also_for)?;
        Ok(route)
    }

    /// A write needs POST where the path does not say what is asked for, unless the key was made for old scripts.
    fn by_method(&self, route: &Route, signed: &Signed) -> Result<(), NoReply> {
        let may_by_get =
            self.surface().reading.writes_by_get || signed.key.as_ref().is_some_and(|key| key.writes_by_get);
        let by_get = may_by_get && self.parts.method == Method::GET;
        let is_read = route.action.kind == ActionKind::Read;
        if is_read || self.at.is_route || self.parts.method == Method::POST || by_get {
            return Ok(());
        }
        Err(Refusal::new(Code::NotPermitted, "This action changes something; send it with POST.").into())
    }

    fn facts(&self) -> RequestFacts {
        let origin = &self.visitor.origin;
        let code = self.found.captures.iter().find(|(name, _)| *name == "code");
        RequestFacts {
            scheme: origin.scheme,
            host: Arc::clone(&origin.host),
            port: origin.port,
            address: self.visitor.address,
            agent: Arc::clone(&self.visitor.agent),
            code: code.map(|(_, code)| Secret::new(*code)).unwrap_or_default(),
        }
    }
}
