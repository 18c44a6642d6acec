//! What the log says of a request: one span, with the matched route instead of the path, so that
//! no credential of a path or query gets there. Refuses to know bodies and headers.

use crate::figures::Kind;
use axum::response::Response;
use host_core::tenant::Tenant;
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

/// The span of a request that a route was found for. It is there at the default filter, so that
/// every line that is written on the way says which request it is about; a request without a line
/// costs its fields alone, and those least when they come all at once.
pub(crate) fn span(id: &str, method: &Method, tenant: &Tenant, surface: &str, route: &str) -> Span {
    let (method, tenant) = (method.as_str(), tenant.name.as_str());
    tracing::info_span!("request", id, method, tenant, surface, route, action = field::Empty)
}

/// The span of a request that led nowhere, perhaps not even to a tenant.
pub(crate) fn stray(id: &str, method: &Method, tenant: Option<&str>) -> Span {
    tracing::info_span!("request", id, method = method.as_str(), tenant)
}

/// Notes the end of a request.
pub(crate) fn answered(span: &Span, kind: Kind, response: &Response, took: Duration) {
    let status = response.status();
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| match (status.as_u16(), kind) {
        (code @ 500.., _) => ended!(WARN, code, milliseconds),
        (code, Kind::Panel) => ended!(INFO, code, milliseconds),
        (code, _) => ended!(DEBUG, code, milliseconds),
    });
}
