//! What answers the requests of a listener.

use super::arrival::Arrival;
use crate::access::Access;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use std::sync::Arc;

/// What answers the requests of a listener.
pub(crate) trait Answers: Clone + Send + Sync + 'static {
    /// Answers one request that came in by this connection.
    fn answer(&self, arrival: Arc<Arrival>, request: Request<Body>) -> impl Future<Output = Answered> + Send;
}

/// An answer, and what the log is to say of it in the end.
pub(crate) struct Answered {
    /// Status, headers and body.
    pub(crate) response: Response,
    /// None writes no line.
    pub(crate) access: Option<Access>,
}

impl From<Response> for Answered {
    fn from(response: Response) -> Answered {
        Answered { response, access: None }
    }
}
