//! One turn of a channel: a source is opened and read until it fails or nobody watches. While it is
//! not the first one, the first is tried again beside it.

use super::channel::{Channel, TICK};
use super::cutter::Cutter;
use super::list;
use super::order::Order;
use super::returning::{Back, Reason, Returning};
use super::upstream::Opened;
use crate::options::Timing;
use futures_util::StreamExt;
use host_core::port::{ByteStream, FetchError};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Why a source is no longer read.
pub(super) enum End {
    /// Nobody watches, or the channel was stopped.
    Over,
    /// It failed or ended.
    Failed(Failure),
}

/// How a source failed.
pub(super) struct Failure {
    /// For the log. Names no address, which may hold credentials.
    pub(super) reason: Reason,
    /// What it sends can never be played, for a reason that viewers may hear.
    pub(super) unplayable: Option<&'static str>,
}

impl From<&FetchError> for Failure {
    fn from(error: &FetchError) -> Failure {
        let unplayable = match error {
            FetchError::Unplayable(reason) => Some(*reason),
            _ => None,
        };
        Failure { reason: error.to_string().into(), unplayable }
    }
}

impl From<&'static str> for Failure {
    fn from(reason: &'static str) -> Failure {
        Failure { reason: reason.into(), unplayable: None }
    }
}

impl<T: Into<Failure>> From<T> for End {
    fn from(failure: T) -> End {
        End::Failed(failure.into())
    }
}

/// A source while it is open.
pub(super) struct Play<'a> {
    channel: &'a Channel,
    order: &'a mut Order,
    /// When the source that plays began to.
    pub(super) started: Duration,
    /// When bytes came last.
    pub(super) last: Option<Duration>,
}

/// What is read, and what it is cut with.
struct Reading {
    bytes: ByteStream,
    cutter: Cutter,
    opened: Duration,
    stall: Duration,
}

impl<'a> Play<'a> {
    /// With the source that `order` has current.
    pub(super) fn new(channel: &'a Channel, order: &'a mut Order) -> Play<'a> {
        Play { started: channel.now(), channel, order, last: None }
    }

    /// Plays until the end.
    pub(super) async fn run(&mut self) -> End {
        let mut reading = match self.open().await {
            Ok(reading) => reading,
            Err(end) => return end,
        };
        let mut returning = Returning::default();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What happens at one moment is taken in one order, so that a seed can be run again.
        loop {
            tokio::select! {
                biased;
                _ = tick.tick() => {
                    if let Some(end) = self.look(&mut reading) {
                        return end;
                    }
                    if !returning.is_trying() && self.order.should_return(self.channel.now()) {
                        self.channel.first_source().into_iter().for_each(|trial| returning.begin(trial));
                    }
                }
                outcome = returning.outcome() => match outcome {
                    Ok(back) => self.go_back(&mut reading, back),
                    Err(reason) => self.stay(&reason),
                },
                next = reading.bytes.next() => match next {
                    Some(Ok(bytes)) => self.take(&mut reading.cutter, &bytes),
                    end => {
                        reading.cutter.finish(self.channel.now(), |piece| self.channel.ring.push(piece));
                        return match end.and_then(Result::err) {
                            Some(error) => End::from(&error),
                            None => End::from("it ended"),
                        };
                    }
                },
            }
        }
    }

    async fn open(&mut self) -> Result<Reading, End> {
        let channel = self.channel;
        let timing = channel.plan.timing;
        let (upstream, how) = (&channel.plan.upstream, channel.how());
        let source = channel.plan.sources.get(self.order.place());
        let opening = async {
            match (&channel.plan.list, source) {
                (Some(items), _) => list::open(upstream, items, &how).await,
                (None, Some(source)) => upstream.open(source, &how).await,
                (None, None) => Err(FetchError::Broken("there is no source".into())),
            }
        };
        let opened = tokio::select! {
            biased;
            () = self.unwatched() => return Err(End::Over),
            opened = timeout(timing.open, opening) => opened,
        };
        let opened = opened.map_err(|_| End::from("it took too long to open"))?;
        let Opened { bytes, rests } = opened.map_err(|error| End::from(&error))?;
        let program = source.and_then(|source| source.program).filter(|_| channel.plan.profile.is_none());
        let cutter = Cutter::new(channel.versions.clone(), program);
        Ok(Reading { bytes, cutter, opened: channel.now(), stall: timing.stall_of(rests) })
    }

    fn take(&mut self, cutter: &mut Cutter, bytes: &[u8]) {
        let now = self.channel.now();
        self.last = Some(now);
        self.channel.bytes_in.fetch_add(bytes.len() as u64, Relaxed);
        cutter.feed(bytes, now, |piece| self.channel.ring.push(piece));
    }

    /// Moves the viewers to the first source, which has shown a place to enter.
    fn go_back(&mut self, reading: &mut Reading, back: Back) {
        let (channel, now) = (self.channel, self.channel.now());
        reading.cutter.finish(now, |piece| channel.ring.push(piece));
        back.pieces.into_iter().for_each(|piece| channel.ring.push(piece));
        *reading = Reading { bytes: back.bytes, cutter: back.cutter, opened: now, stall: back.stall };
        channel.bytes_in.fetch_add(back.read, Relaxed);
        self.order.returned();
        (self.started, self.last) = (now, Some(now));
        channel.source.store(0, Relaxed);
        channel.switches.fetch_add(1, Relaxed);
    }

    fn stay(&mut self, reason: &str) {
        self.order.return_failed(self.channel.now());
        let (tenant, stream) = (self.channel.plan.tenant.0, self.channel.plan.stream.0);
        tracing::warn!(tenant.id = tenant, stream.id = stream, source = 0, reason, "a source is not back yet");
        self.channel.tell(0, reason);
    }

    /// Looks at the time: whether anyone watches, and whether the source still gives something.
    fn look(&self, reading: &mut Reading) -> Option<End> {
        let now = self.channel.now();
        reading.cutter.ripen(now, |piece| self.channel.ring.push(piece));
        let Timing { linger, open, .. } = self.channel.plan.timing;
        if self.channel.plan.stop.is_cancelled() || self.channel.ring.end_if_unwatched(now, linger) {
            return Some(End::Over);
        }
        if let Some(trouble) = reading.cutter.trouble(reading.opened, now, open) {
            return Some(trouble.into());
        }
        let last = self.last.unwrap_or(reading.opened).max(reading.opened);
        (now >= last + reading.stall).then(|| "it went silent".into())
    }

    /// Resolves when the channel is stopped or nobody waits for the source any more.
    async fn unwatched(&self) {
        let channel = self.channel;
        while !channel.plan.stop.is_cancelled()
            && !channel.ring.end_if_unwatched(channel.now(), channel.plan.timing.linger)
        {
            channel.pause(TICK).await;
        }
    }
}
