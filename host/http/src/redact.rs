//! What the log says of a request: one span, with the matched route instead of the path, so that
//! no credential of a path or query gets there. Refuses to know bodies and headers.

use axum::response::Response;
use http::Method;
use std::time::Duration;
use tracing::{Span, field};

/// The one event that every request ends with; its target is for log filters.
///
/// By default (`info`) the log has what people and their scripts do on the panel surfaces, and
/// what broke. Players ask thousands of times a second; a line of each would cost about as much
/// as a small answer and say nothing that the journal of sign-ins, refusals and connections does
/// not. `info,access=debug` shows them too, `info,access=warn` shows failures alone.
macro_rules! ended {
    ($level:ident, $status:expr, $milliseconds:expr) => {
        tracing::event!(
            target: "access",
            tracing::Level::$level,
            status = $status,
            milliseconds = $milliseconds,
            "answered"
        )
    };
}

/// The span of a request. It is there at the default filter, so that every line that is written
/// on the way says which request it is about; a request without a line costs its fields alone.
pub(crate) fn span(id: &str, method: &Method) -> Span {
    tracing::info_span!(
        "request",
        id,
        method = method.as_str(),
        tenant = field::Empty,
        surface = field::Empty,
        action = field::Empty,
        route = field::Empty,
    )
}

/// Notes where the request led.
pub(crate) fn routed(surface: &str, template: &str) {
    let span = Span::current();
    span.record("surface", surface);
    span.record("route", template);
}

/// Notes the end of a request, in the log and in the figures.
pub(crate) fn answered(span: &Span, surface: &'static str, response: &Response, took: Duration) {
    let status = response.status();
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| match (status.as_u16(), surface) {
        (code @ 500.., _) => ended!(WARN, code, milliseconds),
        (code, "panel") => ended!(INFO, code, milliseconds),
        (code, _) => ended!(DEBUG, code, milliseconds),
    });
    let class = match status.as_u16() {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("linecard_http_requests_total", "kind" => surface, "status" => class).increment(1);
    metrics::histogram!("linecard_http_request_seconds", "kind" => surface).record(took.as_secs_f64());
}
