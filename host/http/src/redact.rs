//! What the log says of a request: one span, with the matched route instead of the path, so that no
//! credential of a path or query gets there.

use crate::request_metrics::Kind;
use host_core::caller::Identity;
use host_core::tenant::Tenant;
use http::{Method, StatusCode};
use std::net::IpAddr;
use tracing::{Span, field};

/// The one event that every request ends with; its target is for log filters.
///
/// By default (`info`) the log has what people and their scripts do on the panel surfaces, and
/// what broke. Players ask thousands of times a second; a line of each would cost about as much
/// as a small answer and say nothing that the journal of sign-ins, refusals and connections does
/// not. `info,access=debug` shows them too, `info,access=warn` shows failures alone.
///
/// Address, caller and bytes are the event's own fields and not the span's: written down only where
/// the line is, and known by then.
macro_rules! ended {
    ($level:ident, $access:expr, $bytes:expr) => {
        tracing::event!(
            target: "access",
            tracing::Level::$level,
            status = $access.status.as_u16(),
            milliseconds = $access.milliseconds,
            bytes = $bytes,
            address = %$access.address,
            line = $access.line(),
            user = $access.user(),
            refused = $access.refused,
            "answered"
        )
    };
}

/// What became of a request, for its one line in the log.
pub(crate) struct Access {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    pub(crate) status: StatusCode,
    /// Until its answer began.
    pub(crate) milliseconds: u64,
    /// The client's.
    pub(crate) address: IpAddr,
    /// Who signed in.
    pub(crate) caller: Option<Identity>,
    /// By which code it was refused, if by one of the host's own.
    pub(crate) refused: Option<&'static str>,
}

impl Access {
    /// Writes the line, after so many bytes of the answer's body.
    pub(crate) fn written(&self, bytes: u64) {
        self.span.in_scope(|| match (self.status.as_u16(), self.kind) {
            (500.., _) => ended!(WARN, self, bytes),
            (_, Kind::Panel) => ended!(INFO, self, bytes),
            _ => ended!(DEBUG, self, bytes),
        });
    }

    fn line(&self) -> Option<u32> {
        match self.caller {
            Some(Identity::Line { id }) => Some(id.0),
            _ => None,
        }
    }

    fn user(&self) -> Option<u32> {
        match self.caller {
            Some(Identity::User { id, .. }) => Some(id.0),
            _ => None,
        }
    }
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
