//! One request and its answer on a connection: notes for the connection whose turn it is, and writes the request's line
//! in the log when the last byte was handed over.

use super::answers::{Answered, Answers};
use super::arrival::Arrival;
use super::framing;
use super::pulse::Exchange;
use crate::access::Access;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http::Request;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Answers one request.
pub(super) fn answered<A: Answers>(
    answers: &A,
    arrival: &Arc<Arrival>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<NotedBody>, Infallible>> + Send + use<A> {
    // Begins with the request's head, and not when the answer is first asked for.
    let mut exchange = arrival.pulse.begin();
    let (answers, arrival) = (answers.clone(), Arc::clone(arrival));
    async move {
        let Answered { response, access } = match framing::refused(request.headers()) {
            Some(response) => response.into(),
            None => answers.answer(arrival, request.map(Body::new)).await,
        };
        exchange.hand_over();
        Ok(response.map(|inner| NotedBody { inner, exchange, access, sent: 0 }))
    }
}

/// The body of an answer; dropped when the last of it was handed over, or the client is gone.
pub(crate) struct NotedBody {
    inner: Body,
    exchange: Exchange,
    access: Option<Access>,
    /// Bytes that were handed over.
    sent: u64,
}

impl HttpBody for NotedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(context);
        match &frame {
            Poll::Pending => self.exchange.hand_back(),
            Poll::Ready(frame) => {
                self.exchange.hand_over();
                if let Some(Ok(frame)) = frame {
                    self.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
                }
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for NotedBody {
    fn drop(&mut self) {
        if let Some(access) = self.access.take() {
            access.written(self.sent);
        }
    }
}
