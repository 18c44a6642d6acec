//! The one path of a request to a surface: parameters, sign-in, limits, rights, validation, the
//! call, and the answer in the surface's voice.

use crate::confinement::confined;
use crate::dialect::columns;
use crate::dialect::envelope::{self, Success};
use crate::dialect::refusal::{self, FAULT};
use crate::dialect::unknown::{self, DRY_RUN, IDEMPOTENCY_KEY};
use crate::dialect::{self, Gathered, Refused, coerce, paging};
use crate::rate::{Counted, Exceeded};
use crate::sign_in::{self, SignInError, Signed};
use crate::state::Http;
use crate::visitor::Visitor;
use crate::{answer, gather, reply_body};
use axum::body::{Body, Bytes};
use axum::response::Response;
use host_core::action::{ActionKind, Credential, Mount, RateClass, Surface};
use host_core::caller::Identity;
use host_core::port::StoreError;
use host_core::tenant::Tenant;
use host_core::{Code, Refusal};
use host_runtime::{Call, CallError, Reply, RequestFacts, Route, Snapshot, SurfaceEntry};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, REFERRER_POLICY};
use http::request::Parts;
use http::{HeaderValue, Method};
use std::borrow::Cow;
use std::sync::Arc;

/// A request to a surface.
pub(crate) struct SurfaceRequest<'r> {
    pub(crate) http: &'r Http,
    pub(crate) tenant: &'r Tenant,
    pub(crate) snapshot: &'r Arc<Snapshot>,
    pub(crate) entry: &'r SurfaceEntry,
    pub(crate) surface: &'r Surface,
    pub(crate) mount: &'r Mount,
    pub(crate) parts: &'r Parts,
    /// The variable segments of the path, without the access code.
    pub(crate) captures: &'r [(&'r str, &'r str)],
    pub(crate) visitor: &'r Visitor,
}

/// Why there is no reply.
enum NoReply {
    Refused(Refused),
    Exceeded(Exceeded),
    /// A plugin's fault or ours; people find it in the log by this.
    Fault(String),
    /// Ours, and whether the call was done is not known.
    Unsure(String),
}

impl From<Refused> for NoReply {
    fn from(refused: Refused) -> NoReply {
        NoReply::Refused(refused)
    }
}

impl From<Refusal> for NoReply {
    fn from(refusal: Refusal) -> NoReply {
        NoReply::Refused(refusal.into())
    }
}

impl SurfaceRequest<'_> {
    /// Answers it.
    pub(crate) async fn respond(&self, body: Body) -> Response {
        let mut response = match self.answered(body).await {
            Ok(response) => response,
            Err(NoReply::Refused(refused)) => self.refused(&refused).await,
            Err(NoReply::Exceeded(exceeded)) => {
                let refusal = Refusal::new(Code::RateLimited, "Too many requests; come back later.");
                let refusal = refusal.retry_after(exceeded.retry_after);
                answer::with_limits(self.refused(&refusal.into()).await, &exceeded)
            }
            Err(NoReply::Fault(incident)) => {
                self.broken(format!("Something broke here. Tell the operator this incident: {incident}.")).await
            }
            Err(NoReply::Unsure(incident)) => {
                let message = "Something broke here, and whether this was done is not known yet. Look before you ask \
                               again, or repeat it under the same idempotency key. Tell the operator this incident";
                self.broken(format!("{message}: {incident}.")).await
            }
        };
        if matches!(self.surface.credential, Credential::ApiKey { .. }) {
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        response
    }

    async fn answered(&self, body: Body) -> Result<Response, NoReply> {
        let bytes: Bytes = gather::body(self.parts, body, self.http.patience.body).await?;
        let mut gathered = gather::gathered(self.surface, self.parts, self.captures, &bytes).await?;
        let engine = &self.http.engine;
        let signed = sign_in::signed(engine, self.tenant.id, self.surface, self.parts, &gathered, self.visitor).await;
        let signed = signed.map_err(|error| match error {
            SignInError::Refused(refused) => NoReply::Refused(refused),
            SignInError::Ours(error) => self.ours(&error),
        })?;
        gathered.forget(self.surface.credential.parameters());
        let route = self.route(dialect::named(self.surface, self.mount, &gathered)?);
        self.count(route, &signed)?;
        let route = route.ok_or_else(|| Refusal::new(Code::UnknownAction, "This surface has no such action."))?;
        let route = self.open_to(route, &signed)?;
        tracing::Span::current().record("action", route.action.name.as_str());
        self.by_method(route, &signed)?;
        let columns = columns::asked(&gathered)?;
        let ignored = self.passed_over(route, &gathered, &signed)?;
        let passes_over = signed.key.as_ref().is_some_and(|key| key.compatible);
        let parameters = coerce::parameters(&route.action, &gathered, signed.caller.role(), passes_over)?;
        let limit = paging::limit(&route.action, &parameters);
        let call = Call {
            parameters,
            columns,
            request: self.facts(),
            dry_run: self.wants_dry_run(&gathered)?,
            idempotency: self.idempotency(route, &gathered)?,
            line: signed.line,
            password: signed.password,
            caller: signed.caller,
        };
        match self.http.runtime.call(self.snapshot, route, call).await {
            Ok(Reply::Body(body)) => Ok(self.by(route, reply_body::response(&body, &self.parts.headers))),
            Ok(Reply::Data { data, total, matching, plan }) => {
                let (plan, ignored, request) = (plan.as_ref(), &ignored[..], &*self.visitor.id);
                let said = Success { data: &data, total, matching, limit, plan, ignored, request };
                Ok(self.by(route, self.success(&said)))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The action of that name, or the surface's fallback.
    fn route(&self, name: &str) -> Option<&Route> {
        let named = if name.is_empty() { None } else { self.snapshot.route(&self.surface.name, name) };
        named.or_else(|| self.snapshot.route(&self.surface.name, self.surface.fallback.as_deref()?))
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
        let class: RateClass = route.and_then(|route| route.action.rate).unwrap_or(self.surface.rate);
        let counted = match (&signed.caller.identity, &signed.key) {
            (Identity::Line { id }, _) => Counted::Line(class, self.tenant.id, *id, address),
            (_, Some(key)) => Counted::Key(class, self.tenant.id, key.id),
            _ => Counted::Stranger(class, self.tenant.id, address),
        };
        limiter.take(counted, now).map_err(NoReply::Exceeded)
    }

    /// The action, when the caller may call it; for a line in a state that the action does not
    /// answer for, the action that the refusal table names instead.
    fn open_to<'s>(&'s self, route: &'s Route, signed: &Signed) -> Result<&'s Route, NoReply> {
        let mut route = route;
        if let Some(line) = &signed.line {
            let may_read = |also_for: &[String]| self.http.engine.may_read(line, also_for, self.visitor.address);
            if let Err(refusal) = may_read(&route.action.also_for) {
                let sound = refusal::sound(self.surface, refusal.code.as_str());
                let instead = sound.and_then(|(sound, _)| sound.answer_with.as_deref());
                route = instead.and_then(|name| self.snapshot.route(&self.surface.name, name)).ok_or(refusal)?;
                may_read(&route.action.also_for)?;
            }
        }
        if !route.action.roles.contains(&signed.caller.role()) {
            return Err(Refusal::new(Code::NotPermitted, "This account may not do this.").into());
        }
        Ok(route)
    }

    /// A write needs POST, unless the key was made for old scripts; HEAD never writes.
    fn by_method(&self, route: &Route, signed: &Signed) -> Result<(), NoReply> {
        let by_get = signed.key.as_ref().is_some_and(|key| key.writes_by_get) && self.parts.method == Method::GET;
        if route.action.kind == ActionKind::Read || self.parts.method == Method::POST || by_get {
            return Ok(());
        }
        Err(Refusal::new(Code::NotPermitted, "This action changes something; send it with POST.").into())
    }

    fn wants_dry_run(&self, gathered: &Gathered<'_>) -> Result<bool, NoReply> {
        let header = self.header("dry-run");
        Ok(matches!(header.or(gathered.one(DRY_RUN)?), Some("1" | "true")))
    }

    /// The names that were sent and mean nothing. A write is refused for them, unless its key was made
    /// for old scripts, which post whole forms.
    fn passed_over(&self, route: &Route, gathered: &Gathered<'_>, signed: &Signed) -> Result<Vec<String>, NoReply> {
        let Some(key) = signed.key.as_ref().filter(|_| route.action.kind == ActionKind::Write) else {
            return Ok(Vec::new());
        };
        let role = signed.caller.role();
        let names = unknown::unknown(self.surface, &route.action, role, gathered);
        if !names.is_empty() && !key.compatible {
            return Err(unknown::refusal(&route.action, role, &names).into());
        }
        metrics::counter!("linecard_http_ignored_parameters_total").increment(names.len() as u64);
        Ok(names)
    }

    /// The idempotency key of a write as it was sent, right or wrong: the engine knows which it takes.
    fn idempotency(&self, route: &Route, gathered: &Gathered<'_>) -> Result<Option<String>, NoReply> {
        if route.action.kind != ActionKind::Write {
            return Ok(None);
        }
        let headers = self.parts.headers.get_all(HeaderName::from_static("idempotency-key"));
        let headers = headers.iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let mut keys = headers.chain(gathered.one(IDEMPOTENCY_KEY)?.map(Cow::from));
        let Some(key) = keys.next() else { return Ok(None) };
        if keys.any(|other| other != key) {
            return Err(Refused::malformed("Send one idempotency key, not two.").into());
        }
        Ok(Some(key.into_owned()))
    }

    fn header(&self, name: &'static str) -> Option<&str> {
        self.parts.headers.get(HeaderName::from_static(name)).and_then(|value| value.to_str().ok())
    }

    fn facts(&self) -> RequestFacts {
        let origin = &self.visitor.origin;
        RequestFacts {
            scheme: origin.scheme.to_owned(),
            host: origin.host.clone(),
            port: origin.port,
            address: self.visitor.address,
            agent: self.visitor.agent.clone(),
        }
    }

    /// An answer of the plugin that answers the action.
    fn by(&self, route: &Route, response: Response) -> Response {
        let plugin = &route.plugin.manifest.name;
        confined(response, route.confinement(), plugin, &self.visitor.origin)
    }

    fn success(&self, said: &Success<'_>) -> Response {
        let mut response = Response::new(Body::from(envelope::success(&self.surface.envelope, said)));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(envelope::JSON));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// Says a refusal in the surface's voice, with the tenant's own status where the table asks for one.
    async fn refused(&self, refused: &Refused) -> Response {
        self.visitor.told.refused(&refused.refusal.code);
        let code = refused.refusal.code.as_str();
        let setting = refusal::sound(self.surface, code).and_then(|(sound, _)| sound.http_setting.as_deref());
        let status = match setting {
            Some(name) => self.setting(name).await,
            None => None,
        };
        let said = answer::spoken(refusal::spoken(self.surface, refused, &self.visitor.id, |_| status));
        confined(said, self.entry.confinement, &self.entry.plugin, &self.visitor.origin)
    }

    async fn broken(&self, message: String) -> Response {
        self.refused(&Refusal::new(Code::from(FAULT.to_owned()), message).into()).await
    }

    /// The tenant's value of a status setting.
    async fn setting(&self, name: &str) -> Option<u16> {
        let settings = self.http.engine.settings(self.tenant.id).await.ok()?;
        let document = serde_json::to_value(&*settings).ok()?;
        document.get(name)?.as_u64().and_then(|status| u16::try_from(status).ok())
    }

    fn failed(&self, error: CallError) -> NoReply {
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
            host_engine::Error::Store(StoreError::Unknown(_)) => NoReply::Unsure(self.visitor.id.clone()),
            _ => NoReply::Fault(self.visitor.id.clone()),
        }
    }
}

fn busy(retry_after: u32) -> NoReply {
    Refusal::new(Code::Unavailable, "Too busy at the moment; try again.").retry_after(retry_after).into()
}
