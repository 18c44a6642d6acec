//! The line that a request leaves in the log when it has ended. Which request it was, each line on its way says by
//! itself ([`LogScope`]), with the matched route instead of the path, so that no credential of a path or query gets
//! there.

use crate::request_metrics::Kind;
use host_core::caller::Identity;
use host_engine::LogScope;
use http::StatusCode;
use std::net::IpAddr;
use std::sync::Arc;

/// The one event that every request ends with; its target is for log filters.
///
/// By default (`info`) the log has what people and their scripts do on the panel surfaces, and
/// what broke. Players ask thousands of times a second; a line of each would cost about as much
/// as a small answer and say nothing that the journal of sign-ins, refusals and connections does
/// not. `info,access=debug` shows them too, `info,access=warn` shows failures alone.
///
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
    /// Which request it was.
    pub(crate) scope: Arc<LogScope>,
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
        self.scope.within(|| match (self.status.as_u16(), self.kind) {
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
