//! Bodies of media: bytes that a seat is held for. The body ends when the seat does, and every
//! piece is counted and keeps the seat.

use crate::connection::Pulse;
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use host_engine::Seat;
use host_media::Served;
use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderValue, StatusCode};
use std::future::ready;
use std::io;
use std::sync::Arc;
use tokio::sync::oneshot::{self, error::TryRecvError};

/// The bytes while the seat is held, for the client of this connection.
pub(super) fn seated(
    bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    seat: Arc<Seat>,
    pulse: &Arc<Pulse>,
) -> Body {
    let until = {
        let seat = Arc::clone(&seat);
        async move { seat.ended().await }
    };
    // Dropped with the body.
    let (here, gone) = oneshot::channel::<()>();
    tokio::spawn(see_out(Arc::clone(&seat), Arc::clone(pulse), pulse.begun(), gone));
    let held = bytes.take_until(Box::pin(until)).take_while(move |piece| {
        let _ = &here;
        let sent = piece.as_ref().map_or(0, |piece| piece.len() as u64);
        ready(seat.count(sent))
    });
    Body::from_stream(held)
}

/// Waits for the end of a body or of its seat. A client that reads gets the end of the answer
/// when the seat is over; of one that does not, nobody asks the body anything any more, so its
/// connection is cut from here.
async fn see_out(seat: Arc<Seat>, pulse: Arc<Pulse>, request: u64, mut gone: oneshot::Receiver<()>) {
    let is_gone = tokio::select! {
        _ = &mut gone => true,
        _ = seat.ended() => false,
    };
    if seat.is_ended().is_none() {
        return;
    }
    drop(seat);
    tokio::time::sleep(pulse.last_words()).await;
    if !is_gone && gone.try_recv() == Err(TryRecvError::Empty) {
        pulse.cut();
    } else {
        pulse.cut_if_blocked(request);
    }
}

/// The body of an answer to HEAD: nothing, without a length that would be told instead of the
/// one that a GET would have, or of none.
pub(super) fn unsent() -> Body {
    Body::from_stream(stream::empty::<io::Result<Bytes>>())
}

/// The head of a live transport stream: it must look as if nobody could seek in it, or players
/// open it three times.
pub(super) fn endless(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A playlist.
pub(super) fn playlist(body: impl Into<Body>) -> Response {
    endless("application/x-mpegurl", body.into())
}

/// A reply of media with its head, its bytes in the hands of `body`.
pub(super) fn served(served: Served, body: impl FnOnce(host_media::Body) -> Body) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(served.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(&served.content_type) {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(length) = served.length {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    if let Some(range) = served.content_range.and_then(|range| HeaderValue::from_str(&range).ok()) {
        headers.insert(CONTENT_RANGE, range);
    }
    for (name, value) in [(ETAG, served.validators.etag), (LAST_MODIFIED, served.validators.last_modified)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    if served.accepts_ranges {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    *response.body_mut() = body(served.body);
    response
}
