//! The servers that streams come from, behind the outgoing port: they answer, refuse, keep silent or break off as the
//! walk says. They count what is open.

use super::trace::Trace;
use bytes::Bytes;
use futures_util::Stream;
use host_core::port::{ByteRange, ByteStream, Fetch, FetchError, Fetched, Pending, Receive};
use host_core::reception::Reception;
use host_core::source::Source;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Bytes that a server sends at a time.
const PIECE: usize = 188 * 40;

/// How a server answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mood {
    /// It sends, as fast as time goes by.
    #[default]
    Up,
    /// It answers and sends nothing.
    Silent,
    Down,
    /// It takes the connection and says nothing.
    Hung,
}

/// A connection that is open.
pub struct Open {
    pub tenant: String,
    pub stream: String,
    pub place: usize,
    /// How much of the clip it has sent.
    pub sent: usize,
    /// When its channel was ended by a restart, in milliseconds.
    pub ended: Option<u64>,
    feed: UnboundedSender<Result<Bytes, FetchError>>,
}

#[derive(Default)]
struct Inner {
    moods: BTreeMap<(String, String, usize), Mood>,
    open: BTreeMap<u64, Open>,
    next: u64,
    waiting: Vec<Waker>,
    /// The process that had the connections is gone.
    is_over: bool,
}

/// All of them.
pub struct Origins {
    trace: Arc<Trace>,
    inner: Arc<Mutex<Inner>>,
}

impl Origins {
    pub fn new(trace: Arc<Trace>) -> Origins {
        Origins { trace, inner: Arc::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// The servers after the process that talked to them is gone.
    pub fn abandoned(&self) -> Origins {
        let mut inner = self.inner();
        inner.is_over = true;
        let left = Inner { moods: inner.moods.clone(), next: inner.next, ..Inner::default() };
        Origins { trace: self.trace.clone(), inner: Arc::new(Mutex::new(left)) }
    }

    pub fn set(&self, tenant: &str, stream: usize, place: usize, mood: Mood) {
        let mut inner = self.inner();
        inner.moods.insert((tenant.to_owned(), stream.to_string(), place), mood);
        inner.waiting.drain(..).for_each(Waker::wake);
    }

    pub fn all_up(&self) {
        let mut inner = self.inner();
        inner.moods.clear();
        inner.waiting.drain(..).for_each(Waker::wake);
    }

    /// What is open now.
    pub fn open(&self) -> Vec<u64> {
        self.inner().open.keys().copied().collect()
    }

    /// Every server that is well sends the next bytes of the clip.
    pub fn play(&self) {
        let clip = host_media::sample_clip();
        let mut inner = self.inner();
        let Inner { moods, open, .. } = &mut *inner;
        for open in open.values_mut() {
            let mood = moods.get(&(open.tenant.clone(), open.stream.clone(), open.place)).copied().unwrap_or_default();
            if mood == Mood::Up {
                let from = open.sent % clip.len();
                let to = (from + PIECE).min(clip.len());
                open.sent += to - from;
                let _ = open.feed.send(Ok(Bytes::from_static(&clip[from..to])));
            }
        }
    }

    /// Breaks a connection off.
    pub fn break_off(&self, number: u64) {
        if let Some(open) = self.inner().open.get(&number) {
            let _ = open.feed.send(Err(FetchError::Broken("it broke off".into())));
        }
    }

    /// The channel of a stream was ended; its connections have to go.
    pub fn restarted(&self, tenant: &str, stream: usize, now: u64) {
        let stream = stream.to_string();
        for open in self.inner().open.values_mut().filter(|open| open.tenant == tenant && open.stream == stream) {
            open.ended.get_or_insert(now);
        }
    }

    /// What should not be, once everybody had a turn. A stream has one source at a time; beside
    /// one that stands in, the preferred one may be tried. What was ended is gone soon.
    pub fn findings(&self, now: u64) -> Vec<String> {
        let inner = self.inner();
        let mut running: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        let mut findings = Vec::new();
        for (number, open) in &inner.open {
            match open.ended {
                None => running.entry((&open.tenant, &open.stream)).or_default().push(open.place),
                // A channel looks at the time ten times a second.
                Some(ended) if now <= ended + 200 => {}
                Some(_) => findings.push(format!("connection {number} outlives its channel's end")),
            }
        }
        running.values_mut().for_each(|places| places.sort_unstable());
        let too_many = running.iter().filter(|(_, places)| !matches!(places.as_slice(), [_] | [0, 1]));
        findings.extend(too_many.map(|(stream, places)| format!("{stream:?}: the sources {places:?} run at once")));
        findings
    }
}

impl Fetch for Origins {
    fn open<'a>(&'a self, url: &'a str, _: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        Pending::later(async move {
            let mut parts = url.trim_start_matches("http://origin.test/").split('/').map(str::to_owned);
            let (tenant, stream) = (parts.next().unwrap(), parts.next().unwrap());
            let place: usize = parts.next().unwrap().parse().unwrap();
            let mood = std::future::poll_fn(|context| {
                let mut inner = self.inner();
                match inner.moods.get(&(tenant.clone(), stream.clone(), place)).copied().unwrap_or_default() {
                    Mood::Hung => {
                        inner.waiting.push(context.waker().clone());
                        Poll::Pending
                    }
                    mood => Poll::Ready(mood),
                }
            })
            .await;
            if mood == Mood::Down {
                return Err(FetchError::Unreachable("it is down".into()));
            }
            let (feed, bytes) = unbounded_channel();
            let mut inner = self.inner();
            inner.next += 1;
            let number = inner.next;
            self.trace.note(format!("connection {number} to {url} opens"));
            inner.open.insert(number, Open { tenant, stream, place, sent: 0, ended: None, feed });
            let line = Line { number, bytes, inner: self.inner.clone(), trace: self.trace.clone() };
            Ok(Fetched {
                status: 200,
                content_type: Some("video/mp2t".to_owned()),
                content_length: None,
                content_range: None,
                validators: Default::default(),
                final_url: url.to_owned(),
                body: Box::pin(line) as ByteStream,
            })
        })
    }

    fn for_one_source(self: Arc<Self>, _: &Source) -> Arc<dyn Fetch> {
        self
    }
}

impl Receive for Origins {
    fn receive(&self, _: &Reception) -> Result<ByteStream, FetchError> {
        Err(FetchError::Forbidden("there are no datagrams"))
    }
}

/// The panel's end of a connection.
struct Line {
    number: u64,
    bytes: UnboundedReceiver<Result<Bytes, FetchError>>,
    inner: Arc<Mutex<Inner>>,
    trace: Arc<Trace>,
}

impl Stream for Line {
    type Item = Result<Bytes, FetchError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.bytes.poll_recv(context)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut inner = self.inner.lock().unwrap();
        if !inner.is_over {
            inner.open.remove(&self.number);
            self.trace.note(format!("connection {} closes", self.number));
        }
    }
}
