//! The management listener: is the process alive, is it ready, and its metrics. Not for the public: it names tenants
//! that are in trouble. It shows no secret.

use crate::answer;
use crate::connection::{Answered, Answers, Arrival};
use crate::state::Http;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use host_core::TenantId;
use host_runtime::PluginStatus;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

/// What answers on the management listener.
#[derive(Clone)]
pub(crate) struct Management(Router);

impl Management {
    /// For this panel.
    pub(crate) fn new(http: Arc<Http>) -> Management {
        let router = Router::new()
            .route("/health/live", get(live))
            .route("/health/ready", get(ready))
            .route("/metrics", get(metrics))
            .fallback(|| async { answer::not_found() })
            .with_state(http);
        Management(router.layer(CatchPanicLayer::custom(panicked)))
    }
}

impl Answers for Management {
    async fn answer(&self, _: Arc<Arrival>, request: Request<Body>) -> Answered {
        let Ok(response) = self.0.clone().oneshot(request).await;
        response.into()
    }
}

/// The answer to a panic in a handler. What it said may hold anything, so it stays out of the log.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request to the management listener panicked");
    answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "Something broke here.\n")
}

async fn live() -> Response {
    told(StatusCode::OK, "live\n")
}

/// Ready while it takes requests, some tenant can be served and something can be written. What
/// costs one tenant something, and everyone else nothing, is told beside that: its database, its
/// plugins.
async fn ready(State(http): State<Arc<Http>>) -> Response {
    if http.draining.load(Ordering::Acquire) {
        return told(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let looked = async { Ok((http.tenants.all().await?, http.engine.condition().await?)) };
    let (tenants, condition) = match looked.await {
        Ok(found) => found,
        Err(error) => {
            let error: host_engine::Error = error;
            tracing::error!(%error, "not ready");
            return told(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n");
        }
    };
    let troubles: String = condition.troubles.iter().map(|trouble| format!("degraded: {trouble}\n")).collect();
    let (status, first) = match condition.out_of_service {
        None => (StatusCode::OK, "ready"),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
    };
    told(status, format!("{first}\n{troubles}{}", degraded(&http, &tenants)))
}

/// What does not work although the process does, a line each; nothing when all is well.
fn degraded(http: &Http, tenants: &[TenantId]) -> String {
    let plugins = tenants.iter().flat_map(|tenant| http.runtime.health(*tenant));
    let failed = plugins.filter(|plugin| matches!(plugin.status, PluginStatus::Failed { .. })).count();
    let line = |what: &str, count: usize| match count {
        0 => String::new(),
        count => format!("degraded: {what}: {count}; see linecard plugin list\n"),
    };
    line("plugins with an open breaker", http.runtime.tripped().len())
        + &line("plugins that could not be loaded", failed)
}

async fn metrics(State(http): State<Arc<Http>>) -> Response {
    let text = http.config.metrics.as_ref().map(|metrics| metrics()).unwrap_or_default();
    let mut response = Response::new(text.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    response
}

fn told(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = answer::plain(status, text);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
