//! The management listener: is the process alive, is it ready, and its figures.
//! Refuses to know tenants and secrets; nothing here names either.

use crate::Http;
use crate::answer;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
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

/// Ready while it takes requests and its database answers.
async fn ready(State(http): State<Arc<Http>>) -> Response {
    if http.draining.load(Ordering::Acquire) {
        return told(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match http.tenants.check().await {
        Ok(()) => told(StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            told(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

async fn figures(State(http): State<Arc<Http>>) -> Response {
    let text = http.config.metrics.as_ref().map(|metrics| metrics()).unwrap_or_default();
    let mut response = Response::new(text.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    response
}

fn told(status: StatusCode, text: &'static str) -> Response {
    let mut response = answer::plain(status, text);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
