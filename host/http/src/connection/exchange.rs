//! The service of a connection: answers as the one below does, and notes for the connection whose
//! turn it is. Refuses to know what is answered.

use super::pulse::{Exchange, Pulse};
use axum::body::HttpBody;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tower::Service;

/// A service whose answers are noted.
#[derive(Clone)]
pub(crate) struct Noted<S> {
    inner: S,
    pulse: Arc<Pulse>,
}

impl<S> Noted<S> {
    pub(super) fn new(inner: S, pulse: Arc<Pulse>) -> Noted<S> {
        Noted { inner, pulse }
    }
}

impl<S, R, B> Service<R> for Noted<S>
where
    S: Service<R, Response = Response<B>>,
    S::Future: Unpin,
{
    type Response = Response<NotedBody<B>>;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let exchange = self.pulse.begin();
        Answering { inner: self.inner.call(request), exchange: Some(exchange) }
    }
}

/// A request that is being answered.
pub(crate) struct Answering<F> {
    inner: F,
    /// Until the answer takes it along.
    exchange: Option<Exchange>,
}

impl<F, B, E> Future for Answering<F>
where
    F: Future<Output = Result<Response<B>, E>> + Unpin,
{
    type Output = Result<Response<NotedBody<B>>, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(Pin::new(&mut self.inner).poll(context));
        let mut exchange = self.exchange.take();
        if let Some(exchange) = &mut exchange {
            exchange.hand_over();
        }
        Poll::Ready(response.map(|response| response.map(|inner| NotedBody { inner, exchange })))
    }
}

/// The body of an answer; dropped when the last of it was handed over.
pub(crate) struct NotedBody<B> {
    inner: B,
    exchange: Option<Exchange>,
}

impl<B: HttpBody + Unpin> HttpBody for NotedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(context);
        if let Some(exchange) = &mut self.exchange {
            match frame {
                Poll::Pending => exchange.hand_back(),
                Poll::Ready(_) => exchange.hand_over(),
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
