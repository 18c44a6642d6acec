//! Responses: how what a dialect says, a short text or a limit becomes status, headers and body.

use crate::dialect::Rendered;
use crate::rate::Exceeded;
use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use std::fmt::Display;

/// A response of a dialect.
pub(crate) fn spoken(said: Rendered) -> Response {
    let mut response = Response::new(Body::from(said.body));
    *response.status_mut() = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(content_type) = said.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if let Some(seconds) = said.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A response in plain text, where no surface has a say.
pub(crate) fn plain(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The answer to a method that leads nowhere from this path, where no surface has a say.
pub(crate) fn method_not_allowed(methods: impl Display) -> Response {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, format!("Use {methods}.\n"));
    allow(&mut response, methods);
    response
}

/// Says which methods lead somewhere.
pub(crate) fn allow(response: &mut Response, methods: impl Display) {
    if let Ok(methods) = HeaderValue::from_str(&methods.to_string()) {
        response.headers_mut().insert(ALLOW, methods);
    }
}

/// A response without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The one answer to a path that leads nowhere, and to a door that does not open.
pub(crate) fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND, "Not found.\n")
}

/// Adds what a response over a limit says about it.
pub(crate) fn with_limits(mut response: Response, exceeded: &Exceeded) -> Response {
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, exceeded.retry_after.into());
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), exceeded.limit.into());
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), 0.into());
    headers.insert(HeaderName::from_static("x-ratelimit-reset"), exceeded.reset.into());
    response
}

/// Adds the headers that every response has.
pub(crate) fn finished(mut response: Response, request: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(request) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// The answer when the control database does not answer.
pub(crate) fn broken(id: &str, error: &host_engine::Error) -> Response {
    tracing::error!(incident = id, %error, "the control database does not answer");
    plain(StatusCode::SERVICE_UNAVAILABLE, "Not available at the moment; try again.\n")
}
