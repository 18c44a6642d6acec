//! A running channel: the task that keeps one source open and fills the ring.
//! Knows no viewers beyond whether there are any.

use super::cutter::Cutter;
use super::order::{Order, Step};
use super::returning::Returning;
use super::ring::Ring;
use super::upstream::Upstream;
use crate::figures::{ChannelFigures, ChannelState};
use crate::options::Timing;
use futures_util::StreamExt;
use host_core::port::{ByteStream, Clock, FetchError};
use host_core::stream::{SourceForm, source_form};
use host_core::{StreamId, TenantId};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How often a channel looks at the time.
const TICK: Duration = Duration::from_millis(100);

/// What a channel is started from.
pub(crate) struct Plan {
    /// Whose.
    pub(crate) tenant: TenantId,
    /// Which stream.
    pub(crate) stream: StreamId,
    /// In order of preference.
    pub(crate) sources: Vec<String>,
    /// How long things last.
    pub(crate) timing: Timing,
    /// What time it is.
    pub(crate) clock: Arc<dyn Clock>,
    /// What sources are opened with.
    pub(crate) upstream: Arc<Upstream>,
    /// Ends with everything else.
    pub(crate) stop: CancellationToken,
}

impl Plan {
    /// Opens the first source and waits until it gives bytes: merely answering is not being back.
    fn first_source(&self, within: Duration) -> impl Future<Output = Option<ByteStream>> + use<> {
        let (upstream, source) = (self.upstream.clone(), self.sources.first().cloned());
        let opened = async move {
            let mut bytes = upstream.open(&source?).await.ok()?.peekable();
            Pin::new(&mut bytes).peek().await?.as_ref().ok()?;
            Some(Box::pin(bytes) as ByteStream)
        };
        async move { timeout(within, opened).await.ok().flatten() }
    }
}

/// A channel, as those who watch it hold it.
pub(crate) struct Channel {
    plan: Plan,
    /// What its viewers read.
    pub(crate) ring: Arc<Ring>,
    source: AtomicUsize,
    bytes_in: AtomicU64,
    switches: AtomicU64,
}

/// Why a source is no longer read.
enum End {
    /// Nobody watches, or the channel was stopped.
    Over,
    /// It failed or ended.
    Failed(&'static str),
}

impl Channel {
    /// A channel that [`Channel::run`] has yet to fill.
    pub(crate) fn new(plan: Plan) -> Arc<Channel> {
        let ring = Arc::new(Ring::new(plan.clock.monotonic()));
        let (source, bytes_in, switches) = Default::default();
        Arc::new(Channel { plan, ring, source, bytes_in, switches })
    }

    /// Ends it; its viewers' streams end.
    pub(crate) fn stop(&self) {
        self.ring.set(ChannelState::Ended);
        self.plan.stop.cancel();
    }

    /// Whether nobody can enter any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ring.figures().1 == ChannelState::Ended
    }

    /// Its numbers.
    pub(crate) fn figures(&self) -> ChannelFigures {
        let (viewers, state, bytes_out, skips) = self.ring.figures();
        ChannelFigures {
            tenant: self.plan.tenant,
            stream: self.plan.stream,
            viewers,
            state,
            source: self.source.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out,
            skips,
            switches: self.switches.load(Relaxed),
        }
    }

    /// Keeps a source open until nobody watches any more.
    pub(crate) async fn run(self: Arc<Channel>) {
        let _end = EndWithTask(&self.ring);
        let mut order = Order::new(self.plan.sources.len(), self.plan.timing.back_off);
        let mut silent_since = self.now();
        loop {
            let place = match order.step(self.now()) {
                Step::Open(place) => place,
                Step::Wait(wait) => {
                    self.pause(wait.min(TICK)).await;
                    if self.is_over(silent_since) {
                        break;
                    }
                    continue;
                }
            };
            self.source.store(place, Relaxed);
            let mut play = Play { channel: &self, order: &mut order, started: self.now(), last: None };
            let end = play.run(place).await;
            let played = play.last.map_or(Duration::ZERO, |last| last.saturating_sub(play.started));
            silent_since = play.last.unwrap_or(silent_since);
            let End::Failed(reason) = end else { break };
            let (tenant, stream) = (self.plan.tenant.0, self.plan.stream.0);
            tracing::warn!(tenant.id = tenant, stream.id = stream, source = place, reason, "a source failed");
            if order.failed(self.now(), played) {
                self.ring.set(ChannelState::Down);
            }
            self.switches.fetch_add(1, Relaxed);
        }
    }

    fn now(&self) -> Duration {
        self.plan.clock.monotonic()
    }

    async fn pause(&self, wait: Duration) {
        tokio::select! {
            biased;
            () = self.plan.stop.cancelled() => {}
            () = sleep(wait) => {}
        }
    }

    /// Stopped, unwatched, or silent for so long that viewers are let go.
    fn is_over(&self, silent_since: Duration) -> bool {
        let Timing { linger, give_up, .. } = self.plan.timing;
        self.plan.stop.is_cancelled()
            || self.ring.end_if_unwatched(self.now(), linger)
            || self.now() >= silent_since + give_up
    }
}

/// Whatever ends the task, no viewer waits for a channel that nobody fills.
struct EndWithTask<'a>(&'a Ring);

impl Drop for EndWithTask<'_> {
    fn drop(&mut self) {
        self.0.set(ChannelState::Ended);
    }
}

/// One source while it is open.
struct Play<'a> {
    channel: &'a Channel,
    order: &'a mut Order,
    started: Duration,
    /// When bytes came last.
    last: Option<Duration>,
}

impl Play<'_> {
    async fn run(&mut self, place: usize) -> End {
        let channel = self.channel;
        let Some(source) = channel.plan.sources.get(place) else { return End::Failed("it is not there") };
        // What happens at one moment is taken in one order, so that a seed can be run again.
        let mut bytes = tokio::select! {
            biased;
            () = self.unwatched() => return End::Over,
            opened = timeout(channel.plan.timing.open, channel.plan.upstream.open(source)) => match opened {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(error)) => return End::Failed(reason(&error)),
                Err(_) => return End::Failed("it took too long to open"),
            },
        };
        let mut stall = stall_of(source, channel.plan.timing.stall);
        let mut cutter = Cutter::new();
        let mut opened = channel.now();
        let mut returning = Returning::default();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = tick.tick() => {
                    if let Some(end) = self.look(&mut cutter, opened, stall) {
                        return end;
                    }
                    if self.order.is_away() {
                        let Timing { return_after, open, .. } = channel.plan.timing;
                        returning.step(channel.now(), return_after, || channel.plan.first_source(open));
                    }
                }
                first = returning.opened() => {
                    bytes = first;
                    cutter = Cutter::new();
                    opened = channel.now();
                    stall = channel.plan.sources.first().map_or(stall, |source| stall_of(source, channel.plan.timing.stall));
                    self.order.returned();
                    channel.source.store(0, Relaxed);
                    channel.switches.fetch_add(1, Relaxed);
                }
                next = bytes.next() => match next {
                    Some(Ok(piece)) => self.take(&mut cutter, &piece),
                    end => {
                        cutter.finish(channel.now(), |piece| channel.ring.push(piece));
                        let error = end.and_then(Result::err);
                        return End::Failed(error.as_ref().map_or("it ended", reason));
                    }
                },
            }
        }
    }

    fn take(&mut self, cutter: &mut Cutter, bytes: &[u8]) {
        let now = self.channel.now();
        self.last = Some(now);
        self.channel.bytes_in.fetch_add(bytes.len() as u64, Relaxed);
        cutter.feed(bytes, now, |piece| self.channel.ring.push(piece));
    }

    /// Looks at the time: whether anyone watches, and whether the source still gives something.
    fn look(&self, cutter: &mut Cutter, opened: Duration, stall: Duration) -> Option<End> {
        let now = self.channel.now();
        cutter.ripen(now, |piece| self.channel.ring.push(piece));
        if self.channel.plan.stop.is_cancelled()
            || self.channel.ring.end_if_unwatched(now, self.channel.plan.timing.linger)
        {
            return Some(End::Over);
        }
        if cutter.is_garbage() {
            return Some(End::Failed("it is no transport stream"));
        }
        if !cutter.has_entered() && now >= opened + self.channel.plan.timing.open {
            return Some(End::Failed("it gave no place to enter"));
        }
        (now >= self.last.unwrap_or(opened).max(opened) + stall).then_some(End::Failed("it went silent"))
    }

    /// Resolves when the channel is stopped or nobody waits for the source any more.
    async fn unwatched(&self) {
        while !self.channel.plan.stop.is_cancelled()
            && !self.channel.ring.end_if_unwatched(self.channel.now(), self.channel.plan.timing.linger)
        {
            self.channel.pause(TICK).await;
        }
    }
}

/// An HLS source rests between segments.
fn stall_of(source: &str, stall: Duration) -> Duration {
    if source_form(source) == Some(SourceForm::Hls) { stall * 4 } else { stall }
}

/// What the log says. An address may hold credentials, so only the kind of error is told.
fn reason(error: &FetchError) -> &'static str {
    match error {
        FetchError::Forbidden(_) => "its address is not allowed",
        FetchError::Unreachable(_) => "it cannot be reached",
        FetchError::TimedOut => "it took too long",
        FetchError::Broken(_) => "its answer broke off or is none that we can play",
    }
}
