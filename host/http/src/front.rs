//! The front door: every request passes here first, gets an id, an address, a tenant and a route,
//! and leaves with the headers that all answers have.

use crate::access::Access;
use crate::approach::Approach;
use crate::connection::{Answered, Answers, Arrival};
use crate::events::{self, Followed};
use crate::gate::Gate;
use crate::host::Host;
use crate::methods::Methods;
use crate::mounts::Target;
use crate::opening::Opening;
use crate::origin::Origin;
use crate::rate::Counted;
use crate::request_metrics::Kind;
use crate::route::first_segment;
use crate::state::Http;
use crate::visitor::{Told, Visitor};
use crate::{answer, start_page};
use axum::body::Body;
use axum::response::Response;
use futures_util::FutureExt;
use host_core::action::{Method as ActionMethod, Surface};
use host_core::tenant::Tenant;
use host_engine::LogScope;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, ORIGIN, USER_AGENT,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Longest path and query, in bytes.
const MAX_TARGET: usize = 8 << 10;
/// Longest `User-Agent` that is looked at, in bytes.
const MAX_AGENT: usize = 256;
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What answers on the public listeners.
#[derive(Clone)]
pub(crate) struct Public(pub(crate) Arc<Http>);

impl Answers for Public {
    async fn answer(&self, arrival: Arc<Arrival>, request: Request<Body>) -> Answered {
        let http = &self.0;
        let id = http.ids.next();
        let began = http.engine.clock().monotonic();
        let method = request.method().clone();
        let approach = approach(http, &arrival, request.headers());
        let mut tag = RequestTag::default();
        let (parts, body) = request.into_parts();
        let again = events::wished(&parts);
        let request = Request::from_parts(parts, body);
        let mut response = {
            // Lent and not handed on: each move of a future copies all that it may ever hold.
            let routed = pin!(routed(http, &arrival, &approach, &id, request, &mut tag));
            AssertUnwindSafe(routed).catch_unwind().await.unwrap_or_else(|_| panicked(&id))
        };
        if let (Some(again), Some(followed)) = (again, response.extensions().get().copied()) {
            response = Box::pin(self.followed(response, followed, again, &arrival)).await;
        }
        let took = http.engine.clock().monotonic().saturating_sub(began);
        http.metrics.answered(tag.kind, &response, took);
        let access = Access {
            scope: tag.scope.unwrap_or_else(|| LogScope::new(Arc::clone(&id), named(&method), None, None)),
            kind: tag.kind,
            status: response.status(),
            milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            address: approach.client,
            caller: tag.told.caller.into_inner(),
            refused: tag.told.refused.into_inner(),
        };
        Answered { response: answer::finished(response, &id), access: Some(access) }
    }
}

impl Public {
    /// An answer that goes on: the request is made again and again.
    async fn followed(&self, first: Response, followed: Followed, again: Parts, arrival: &Arc<Arrival>) -> Response {
        let (http, arrival) = (Arc::clone(&self.0), Arc::clone(arrival));
        let ending = Arc::clone(&http);
        let ask = move |request: Request<Body>| {
            let (http, arrival) = (Arc::clone(&http), Arc::clone(&arrival));
            async move {
                let approach = approach(&http, &arrival, request.headers());
                let id = http.ids.next();
                let mut tag = RequestTag::default();
                let routed = routed(&http, &arrival, &approach, &id, request, &mut tag);
                AssertUnwindSafe(routed).catch_unwind().await.unwrap_or_else(|_| panicked(&id))
            }
        };
        let is_ending = move || ending.draining.load(Ordering::Relaxed);
        events::followed(first, followed, again, ask, is_ending).await
    }
}

/// Where a request led, for log and metrics.
struct RequestTag {
    kind: Kind,
    /// None before a route was found.
    scope: Option<Arc<LogScope>>,
    told: Told,
}

impl Default for RequestTag {
    fn default() -> RequestTag {
        RequestTag { kind: Kind::None, scope: None, told: Told::default() }
    }
}

async fn routed(
    http: &Arc<Http>,
    arrival: &Arrival,
    approach: &Approach,
    id: &Arc<str>,
    request: Request<Body>,
    tag: &mut RequestTag,
) -> Response {
    let (parts, body) = request.into_parts();
    if parts.uri.path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET) {
        return answer::plain(StatusCode::URI_TOO_LONG, "The address is too long.\n");
    }
    let address = approach.client;
    if !http.limiter.is_exempt(address)
        && let Err(exceeded) = http.limiter.take(Counted::Address(address), http.engine.clock().monotonic())
    {
        let response = answer::plain(StatusCode::TOO_MANY_REQUESTS, "Too many requests; come back later.\n");
        return answer::with_limits(response, &exceeded);
    }
    if ActionMethod::of(parts.method.as_str()).is_none() && parts.method != Method::OPTIONS {
        return answer::method_not_allowed(METHODS.join(", "));
    }
    let Ok(host) = Host::asked(&parts, arrival.ends.local).and_then(|asked| approach.host(asked)) else {
        return answer::plain(StatusCode::BAD_REQUEST, "Send exactly one Host.\n");
    };
    match tenant(http, &host, arrival, address, &parts).await {
        Err(error) => answer::broken(id, &error),
        Ok(None) => answer::plain(StatusCode::MISDIRECTED_REQUEST, "No panel answers to this host name.\n"),
        Ok(Some(tenant)) if tenant.suspended => {
            answer::plain(StatusCode::SERVICE_UNAVAILABLE, "This panel is suspended.\n")
        }
        Ok(Some(tenant)) => {
            // Where they cannot be read, whoever reads what is asked for says so.
            let settings = http.engine.settings(tenant.id).await.ok();
            let domains = settings.as_ref().map_or(&[][..], |settings| &settings.domains);
            let (public, local) = (http.public.as_ref(), arrival.ends.local);
            let is_tls = arrival.door.is_tls();
            let is_secure = approach.is_secure(is_tls);
            let visitor = Visitor {
                id: Arc::clone(id),
                address,
                is_certain: approach.is_certain(),
                agent: agent(&parts),
                uri: parts.uri.clone(),
                origin: Origin::of(&tenant, &host, approach, is_secure, local, public, domains),
                is_private: approach.is_private(is_tls, arrival.ends.local.ip()),
                pulse: Arc::clone(&arrival.pulse),
                told: Told::default(),
            };
            let response = in_tenant(http, arrival, &tenant, &visitor, &parts, body, tag).await;
            tag.told = visitor.told;
            response
        }
    }
}

/// The way that a request came to us.
fn approach(http: &Http, arrival: &Arrival, headers: &HeaderMap) -> Approach {
    Approach::of(arrival.ends.peer.ip(), arrival.ends.way, headers, &http.config.trusted_proxies)
}

/// The tenant by host, or by an access code at the front of the path.
async fn tenant(
    http: &Http,
    host: &Host,
    arrival: &Arrival,
    address: IpAddr,
    parts: &Parts,
) -> host_engine::Result<Option<Arc<Tenant>>> {
    if let Some(tenant) = http.tenants.of_host(host, arrival.ends.local).await? {
        return Ok(Some(tenant));
    }
    let code = http.tenants.of_code(first_segment(parts.uri.path()), address).await?;
    Ok(code.map(|(_, tenant)| tenant))
}

async fn in_tenant(
    http: &Arc<Http>,
    arrival: &Arrival,
    tenant: &Arc<Tenant>,
    visitor: &Visitor,
    parts: &Parts,
    body: Body,
    tag: &mut RequestTag,
) -> Response {
    let snapshot = http.runtime.asked(tenant.id);
    let routes = http.mounts.of(snapshot.layout()).await;
    let scope = |place| LogScope::new(Arc::clone(&visitor.id), named(&parts.method), Some(Arc::clone(tenant)), place);
    let Some(found) = routes.find(&parts.method, parts.uri.path()) else {
        tag.scope = Some(scope(None));
        return match parts.method {
            Method::OPTIONS => options(Methods::ASKED),
            Method::GET | Method::HEAD if start_page::is_at(parts.uri.path()) => {
                start_page::response(&arrival.door, visitor.origin.scheme == "https")
            }
            _ => answer::not_found(),
        };
    };
    let kind = match found.target {
        Target::Media(_) => Kind::Player,
        Target::Surface(at) => of_surface(&at.entry.surface),
        Target::Assets(entry) => of_surface(&entry.surface),
        Target::Docs(_) => Kind::Panel,
    };
    tag.kind = kind;
    let mut response = match found.target {
        _ if parts.method == Method::OPTIONS => options(found.methods),
        _ => {
            let scope = scope(Some(Arc::clone(found.place)));
            tag.scope = Some(Arc::clone(&scope));
            let gate = Gate(Opening { http, arrival, tenant, snapshot: &snapshot, visitor, parts });
            scope.during(pin!(gate.respond(&found, body))).await
        }
    };
    if kind == Kind::Player
        && parts.headers.contains_key(ORIGIN)
        && http.engine.settings(tenant.id).await.is_ok_and(|s| s.player_cors)
    {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

/// Whose surface it is.
fn of_surface(surface: &Surface) -> Kind {
    if surface.is_for_players() { Kind::Player } else { Kind::Panel }
}

/// The method's name, as logs have it; they have none of a stranger's making.
fn named(method: &Method) -> &'static str {
    METHODS.into_iter().find(|name| method.as_str() == *name).unwrap_or("another")
}

/// The `User-Agent`, cut; bytes that are no text do not take the rest of it away.
fn agent(parts: &Parts) -> Arc<str> {
    let bytes = parts.headers.get(USER_AGENT).map_or(&[][..], HeaderValue::as_bytes);
    let text = String::from_utf8_lossy(bytes);
    text.get(..text.floor_char_boundary(MAX_AGENT)).unwrap_or_default().into()
}

/// The answer to every OPTIONS: browser players ask before they send.
fn options(methods: Methods) -> Response {
    let mut response = answer::empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    if let Ok(methods) = HeaderValue::from_str(&format!("{methods}, OPTIONS")) {
        headers.insert(ALLOW, methods.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type, range"));
    response
}

/// The answer to a panic. What it said may hold anything, so it stays out of the log.
fn panicked(id: &str) -> Response {
    tracing::error!(incident = id, "a request panicked");
    let text = format!("Something broke here. Tell the operator this incident: {id}.\n");
    answer::plain(StatusCode::INTERNAL_SERVER_ERROR, text)
}
