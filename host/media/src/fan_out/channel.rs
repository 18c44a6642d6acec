//! A running channel: the task that keeps one source open and fills the ring.

use super::order::{Order, Step};
use super::play::{End, Play};
use super::returning::Trial;
use super::ring::Ring;
use super::upstream::Upstream;
use crate::budget::Budget;
use crate::figures::{ChannelFigures, ChannelState};
use crate::options::Timing;
use crate::ts::Versions;
use host_core::port::Clock;
use host_core::{StreamId, TenantId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often a channel looks at the time.
pub(super) const TICK: Duration = Duration::from_millis(100);

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
    /// Where the memory for what is kept comes from.
    pub(crate) budget: Arc<Budget>,
    /// Ends with everything else.
    pub(crate) stop: CancellationToken,
}

/// A channel, as those who watch it hold it.
pub(crate) struct Channel {
    pub(super) plan: Plan,
    /// What its viewers read.
    pub(crate) ring: Arc<Ring>,
    pub(super) source: AtomicUsize,
    pub(super) bytes_in: AtomicU64,
    pub(super) switches: AtomicU64,
    /// Of the tables that its viewers get, whatever source they come from.
    pub(super) versions: Versions,
}

impl Channel {
    /// A channel that [`Channel::run`] has yet to fill.
    pub(crate) fn new(plan: Plan) -> Arc<Channel> {
        let ring = Arc::new(Ring::new(plan.clock.monotonic(), &plan.budget));
        let (source, bytes_in, switches, versions) = Default::default();
        Arc::new(Channel { plan, ring, source, bytes_in, switches, versions })
    }

    /// Ends it; its viewers' streams end.
    pub(crate) fn stop(&self) {
        self.ring.end();
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
        let Timing { back_off, return_after, .. } = self.plan.timing;
        let mut order = Order::new(self.plan.sources.len(), back_off, return_after);
        let mut silent_since = self.now();
        // Of a round of sources, what viewers hear when none of them plays.
        let mut unplayable = None;
        loop {
            match order.step(self.now()) {
                Step::Open(place) => self.source.store(place, Relaxed),
                Step::Wait(wait) => {
                    self.pause(wait.min(TICK)).await;
                    if self.is_over(silent_since) {
                        break;
                    }
                    continue;
                }
            }
            let mut play = Play::new(&self, &mut order);
            let end = play.run().await;
            let played = play.last.map_or(Duration::ZERO, |last| last.saturating_sub(play.started));
            silent_since = play.last.unwrap_or(silent_since);
            let End::Failed(failure) = end else { break };
            let (tenant, stream) = (self.plan.tenant.0, self.plan.stream.0);
            let (source, reason) = (order.place(), &*failure.reason);
            tracing::warn!(tenant.id = tenant, stream.id = stream, source, reason, "a source failed");
            unplayable = failure.unplayable.or(unplayable);
            if order.failed(self.now(), played) {
                self.ring.down(unplayable.take());
            }
            self.switches.fetch_add(1, Relaxed);
        }
    }

    /// What the first source is tried with while another one plays.
    pub(super) fn first_source(&self) -> Option<Trial> {
        Some(Trial {
            upstream: self.plan.upstream.clone(),
            source: self.plan.sources.first()?.clone(),
            timing: self.plan.timing,
            clock: self.plan.clock.clone(),
            versions: self.versions.clone(),
        })
    }

    pub(super) fn now(&self) -> Duration {
        self.plan.clock.monotonic()
    }

    pub(super) async fn pause(&self, wait: Duration) {
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
        self.0.end();
    }
}
