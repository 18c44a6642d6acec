//! The task of a channel: keeps one source open until nobody watches any more.

use super::channel::{Channel, TICK};
use super::order::{Order, Step};
use super::play::{End, Play};
use super::ring::Ring;
use crate::options::Timing;
use host_core::journal::Part;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

impl Channel {
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
            self.tell(source, reason);
            unplayable = failure.unplayable.or(unplayable);
            if order.failed(self.now(), played) {
                self.ring.down(unplayable.take());
            }
            self.switches.fetch_add(1, Relaxed);
        }
    }

    /// Tells that a source failed. Items of a list are told of one by one.
    pub(super) fn tell(&self, source: usize, reason: &str) {
        if self.plan.list.is_none() {
            let part = Part::Source(u32::try_from(source).unwrap_or(u32::MAX));
            self.plan.upstream.library.failed(self.plan.tenant, self.plan.stream, part, reason);
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
