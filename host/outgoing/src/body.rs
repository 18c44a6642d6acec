//! The body of an answer as it arrives, with an end to waiting and to size.

use crate::failure::failure;
use crate::request::Request;
use bytes::Bytes;
use host_core::port::{ByteStream, FetchError};
use reqwest::Response;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A body that is being read.
struct Body {
    /// None after an error.
    response: Option<Response>,
    idle: Duration,
    /// `None`: no deadline.
    deadline: Option<Instant>,
    max_bytes: Option<u64>,
    given: u64,
}

/// The answer's bytes. Fails when none arrive for `idle`, or beyond the request's own limits;
/// nothing follows an error.
pub(crate) fn body(response: Response, idle: Duration, request: &Request<'_>) -> ByteStream {
    let deadline = request.max_time.map(|time| Instant::now() + time);
    let body = Body { response: Some(response), idle, deadline, max_bytes: request.max_bytes, given: 0 };
    Box::pin(futures_util::stream::unfold(body, |mut body| async move {
        let chunk = body.next().await?;
        if chunk.is_err() {
            body.response = None;
        }
        Some((chunk, body))
    }))
}

impl Body {
    async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        let idle = Instant::now() + self.idle;
        let until = self.deadline.map_or(idle, |deadline| deadline.min(idle));
        let chunk = match timeout_at(until, self.response.as_mut()?.chunk()).await {
            Ok(Ok(chunk)) => chunk?,
            Ok(Err(error)) => return Some(Err(failure(error))),
            Err(_) => return Some(Err(FetchError::TimedOut)),
        };
        self.given += chunk.len() as u64;
        Some(within(self.given, self.max_bytes).map(|()| chunk))
    }
}

/// Refuses a size beyond the cap.
pub(crate) fn within(bytes: u64, max_bytes: Option<u64>) -> Result<(), FetchError> {
    match max_bytes {
        Some(max) if bytes > max => Err(FetchError::Broken(format!("it is larger than {max} bytes"))),
        _ => Ok(()),
    }
}
