//! Answers that go on (`text/event-stream`, WHATWG HTML, 9.2): the same request is made again after some seconds, by the
//! same way as any other, and what has changed is sent. So a session that has ended hears nothing more.

use axum::body::{Body, Bytes, to_bytes};
use axum::response::Response;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode};
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use tokio::time::sleep;

const KIND: &str = "text/event-stream";
/// Most bytes of one event's data.
const MOST: usize = 1 << 20;
/// How often something is sent although nothing changes, so that nobody on the way takes the connection for dead; also
/// how often it is looked whether the panel ends.
const QUIET: Duration = Duration::from_secs(15);
/// How long one answer goes on; clients then ask again by themselves.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Marks an answer that can be followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followed {
    /// After how many seconds it is asked for again.
    pub(crate) seconds: u32,
    /// What its data comes to: an answer with another has changed, whatever else stands around the data.
    pub(crate) state: u64,
}

impl Followed {
    /// Of an answer with this data.
    pub(crate) fn of(seconds: u32, data: &str) -> Followed {
        let mut hasher = DefaultHasher::new();
        data.hash(&mut hasher);
        Followed { seconds, state: hasher.finish() }
    }
}

/// The request to make again, where a client wants to follow what it asks for.
pub(crate) fn wished(parts: &Parts) -> Option<Parts> {
    let accepts = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let follows = parts.method == Method::GET && accepts.split(',').any(|kind| kind.trim().starts_with(KIND));
    follows.then(|| {
        let mut again = parts.clone();
        again.headers.remove(ACCEPT);
        again.headers.remove(IF_NONE_MATCH);
        again
    })
}

/// The answer that goes on: the first one, and those to the same request made again while they differ. It ends with
/// the first that is none, or when `is_ending`.
pub(crate) async fn followed<A, F>(
    first: Response,
    Followed { seconds, state }: Followed,
    again: Parts,
    ask: A,
    is_ending: impl Fn() -> bool + Send + 'static,
) -> Response
where
    A: Fn(Request<Body>) -> F + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let (mut parts, body) = first.into_parts();
    let Ok(data) = to_bytes(body, MOST).await else {
        let mut response = Response::new(Body::from("This is too large to be followed.\n"));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return response;
    };
    for name in [CONTENT_LENGTH, ETAG] {
        parts.headers.remove(name);
    }
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(KIND));
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let pause = Duration::from_secs(seconds.into());
    let (quiet, left) = (Duration::ZERO, LONGEST);
    let following = Following { first: Some(data), state, again, ask, is_ending, pause, wait: pause, quiet, left };
    let stream = futures_util::stream::unfold(Some(following), next);
    Response::from_parts(parts, Body::from_stream(stream))
}

struct Following<A, E> {
    /// What is sent first.
    first: Option<Bytes>,
    /// What the data comes to that was sent last.
    state: u64,
    again: Parts,
    ask: A,
    is_ending: E,
    pause: Duration,
    /// How long until it is asked again.
    wait: Duration,
    /// For how long nothing was sent.
    quiet: Duration,
    left: Duration,
}

impl<A, E, F> Following<A, E>
where
    A: Fn(Request<Body>) -> F,
    F: Future<Output = Response>,
{
    /// What the same request is answered with now, where that has changed; none when there is no answer any more.
    async fn asked_again(&mut self) -> Option<Option<Bytes>> {
        self.wait = self.pause;
        self.quiet += self.pause;
        let answer = (self.ask)(Request::from_parts(self.again.clone(), Body::empty())).await;
        let state = answer.extensions().get::<Followed>()?.state;
        let data = to_bytes(answer.into_body(), MOST).await.ok()?;
        if state == self.state {
            return Some(None);
        }
        (self.state, self.quiet) = (state, Duration::ZERO);
        Some(Some(data))
    }
}

type Piece = Result<Bytes, std::convert::Infallible>;

/// The next piece to send; after the end there is nothing left.
async fn next<A, F, E>(following: Option<Following<A, E>>) -> Option<(Piece, Option<Following<A, E>>)>
where
    A: Fn(Request<Body>) -> F,
    F: Future<Output = Response>,
    E: Fn() -> bool,
{
    let mut following = following?;
    if let Some(first) = following.first.take() {
        return Some((Ok(event(&first)), Some(following)));
    }
    loop {
        let pause = following.wait.min(QUIET);
        sleep(pause).await;
        following.wait -= pause;
        following.left = following.left.saturating_sub(pause);
        let is_over = following.left.is_zero() || (following.is_ending)();
        if !is_over && !following.wait.is_zero() {
            return Some((Ok(Bytes::from_static(b":\n\n")), Some(following)));
        }
        let changed = if is_over { None } else { following.asked_again().await };
        match changed {
            None => return Some((Ok(Bytes::from_static(b"event: end\ndata:\n\n")), None)),
            Some(Some(data)) => return Some((Ok(event(&data)), Some(following))),
            Some(None) if following.quiet >= QUIET => {
                following.quiet = Duration::ZERO;
                return Some((Ok(Bytes::from_static(b":\n\n")), Some(following)));
            }
            Some(None) => {}
        }
    }
}

/// An event; each line of its data stands by itself.
fn event(data: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(data.len() + 16);
    for line in data.split(|byte| *byte == b'\n') {
        text.extend_from_slice(b"data: ");
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.push(b'\n');
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn each_line_of_the_data_is_a_line_of_the_event() {
        assert_eq!(&event(b"{\n}")[..], b"data: {\ndata: }\n\n");
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_changed_is_sent_until_the_answer_is_none() {
        let (parts, ()) = Request::get("/x").header(ACCEPT, "text/event-stream").body(()).unwrap().into_parts();
        let again = wished(&parts).unwrap();
        assert!(!again.headers.contains_key(ACCEPT));
        let asked = AtomicUsize::new(0);
        let ask = move |_| {
            let round = asked.fetch_add(1, Ordering::Relaxed);
            let data = if round < 20 { "same" } else { "other" };
            let mut response = Response::new(Body::from(data));
            if round < 22 {
                response.extensions_mut().insert(Followed::of(1, data));
            }
            std::future::ready(response)
        };
        let response = followed(Response::new(Body::from("same")), Followed::of(1, "same"), again, ask, || false).await;
        let pieces: Vec<_> = response.into_body().into_data_stream().map(|piece| piece.unwrap()).collect().await;
        let text = String::from_utf8(pieces.concat()).unwrap();
        assert_eq!(text, "data: same\n\n:\n\ndata: other\n\nevent: end\ndata:\n\n");
    }
}
