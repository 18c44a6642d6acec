//! A channel, as those hold it who watch it and the task that fills its ring.

use super::list::List;
use super::returning::Trial;
use super::ring::Ring;
use super::upstream::{How, Upstream};
use crate::budget::Budget;
use crate::metrics::{ChannelMetrics, ChannelState};
use crate::options::Timing;
use crate::supervisor::Owner;
use crate::ts::Versions;
use host_core::port::{Clock, Content};
use host_core::source::Source;
use host_core::time::Unix;
use host_core::{DocumentId, StreamId, TenantId};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
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
    pub(crate) sources: Vec<Source>,
    /// What is played instead of sources.
    pub(crate) list: Option<Arc<List>>,
    /// In which form it is sent.
    pub(crate) profile: Option<DocumentId>,
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
    pub(super) lost: Arc<AtomicU64>,
    /// Of the tables that its viewers get, whatever source they come from.
    pub(super) versions: Versions,
    /// Since when there is this channel.
    pub(crate) began: Unix,
    /// What is in it, and whether somebody looks.
    pub(crate) content: OnceLock<Content>,
    pub(crate) is_looked_at: AtomicBool,
}

impl Channel {
    /// A channel that [`Channel::run`] has yet to fill.
    pub(crate) fn new(plan: Plan) -> Arc<Channel> {
        let ring = Arc::new(Ring::new(plan.clock.monotonic(), &plan.budget));
        let began = plan.clock.now();
        let (source, bytes_in, switches, lost, versions) = Default::default();
        let (content, is_looked_at) = Default::default();
        Arc::new(Channel { plan, ring, source, bytes_in, switches, lost, versions, began, content, is_looked_at })
    }

    /// The address that plays or is being opened; that of a list's first item.
    pub(crate) fn address(&self) -> &str {
        let sources = self.plan.list.as_ref().map_or(&self.plan.sources, |list| &list.items);
        let place = if self.plan.list.is_some() { 0 } else { self.source.load(Relaxed) };
        sources.get(place).map_or("", |source| source.url.as_str())
    }

    pub(super) fn how(&self) -> How {
        let owner = Owner { tenant: self.plan.tenant, stream: self.plan.stream };
        How { owner, profile: self.plan.profile, lost: self.lost.clone() }
    }

    /// Ends it; its viewers' streams end.
    pub(crate) fn stop(&self) {
        self.ring.end();
        self.plan.stop.cancel();
    }

    /// Whether nobody can enter any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ring.metrics().1 == ChannelState::Ended
    }

    /// Its numbers.
    pub(crate) fn metrics(&self) -> ChannelMetrics {
        let (viewers, state, bytes_out, skips) = self.ring.metrics();
        ChannelMetrics {
            tenant: self.plan.tenant,
            stream: self.plan.stream,
            viewers,
            state,
            source: self.source.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out,
            skips,
            switches: self.switches.load(Relaxed),
            lost: self.lost.load(Relaxed),
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
            how: self.how(),
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
}
