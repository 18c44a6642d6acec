//! The management listener: is the process alive, is it ready, and its figures.
//! Refuses to know tenants and secrets; nothing here names either.

use crate::Http;
use crate::answer;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use host_core::TenantId;
use host_runtime::PluginStatus;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The routes of the management listener.
pub(crate) fn router(http: Arc<Http>) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(figures))
        .fallback(|| async { answer::not_found() })
        .with_state(http)
}

async fn live() -> Response {
    told(StatusCode::OK, "live\n")
}

/// Ready while it takes requests and its database answers. Plugins that do not answer are told
/// beside that: they cost their tenants some actions, and everyone else nothing, so the process
/// stays in service.
async fn ready(State(http): State<Arc<Http>>) -> Response {
    if http.draining.load(Ordering::Acquire) {
        return told(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match http.tenants.all().await {
        Ok(tenants) => told(StatusCode::OK, format!("ready\n{}", degraded(&http, &tenants))),
        Err(error) => {
            tracing::error!(%error, "not ready");
            told(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
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

async fn figures(State(http): State<Arc<Http>>) -> Response {
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
