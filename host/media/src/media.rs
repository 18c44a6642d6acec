//! The door to media: watch, movie, restart, metrics, stop. The caller has admitted a viewer before
//! it asks.

use crate::MediaError;
use crate::budget::Budget;
use crate::fan_out::{Channel, List, Plan, Upstream, Viewer};
use crate::hls::{Proxy, Sealer, Segmenter};
use crate::metrics::Metrics;
use crate::movie::{Asked, Movies};
use crate::options::{MediaOptions, Timing};
use crate::served::Served;
use crate::supervisor::Supervisor;
use crate::test_source::TestSource;
use host_core::port::{Clock, Library};
use host_core::stream::{Delivery, Stream, StreamKind, Wanted};
use host_core::{StreamId, TenantId};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A stream of a tenant.
pub(crate) type Key = (TenantId, StreamId);

/// Most bytes that all channels together keep for newcomers.
const RING_BYTES: usize = 1 << 30;
/// Most bytes of all segments together.
const SEGMENT_BYTES: usize = 1 << 30;

/// Everything that sends bytes. One per process; cheap to hold.
pub struct Media {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sealer: Sealer,
    pub(crate) timing: Timing,
    pub(crate) upstream: Arc<Upstream>,
    /// For what channels keep for newcomers.
    rings: Arc<Budget>,
    /// For segments.
    segments: Arc<Budget>,
    pub(crate) supervisor: Arc<Supervisor>,
    pub(crate) movies: Movies,
    pub(crate) library: Arc<dyn Library>,
    pub(crate) proxy: Proxy,
    pub(crate) running: Mutex<Running>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

#[derive(Default)]
pub(crate) struct Running {
    pub(crate) channels: HashMap<Key, Arc<Channel>>,
    pub(crate) segmenters: HashMap<Key, Arc<Segmenter>>,
    /// Streams that run whether anybody watches or not; cancelled when that is over.
    pub(crate) kept: HashMap<Key, CancellationToken>,
}

impl Media {
    /// Nothing runs yet; ffmpeg is looked for once.
    pub fn new(options: MediaOptions) -> Arc<Media> {
        let MediaOptions { fetch, receive, clock, keyring, media_root, ffmpeg, mark, library, timing } = options;
        let stop = CancellationToken::new();
        let supervisor =
            Arc::new(Supervisor::new(&ffmpeg, mark.as_deref(), clock.clone(), library.clone(), stop.clone()));
        let test = TestSource { supervisor: supervisor.clone(), clock: clock.clone() };
        let sealer = Sealer::new(keyring, clock.clone());
        Arc::new(Media {
            upstream: Arc::new(Upstream {
                fetch: fetch.clone(),
                receive,
                test,
                supervisor: supervisor.clone(),
                library: library.clone(),
                root: media_root.clone(),
                known: Default::default(),
            }),
            movies: Movies { fetch: fetch.clone(), root: media_root, library: library.clone() },
            library,
            proxy: Proxy::new(fetch, clock.clone(), sealer.clone(), timing.open),
            rings: Budget::new(RING_BYTES),
            segments: Budget::new(SEGMENT_BYTES),
            running: Mutex::default(),
            tasks: TaskTracker::new(),
            clock,
            sealer,
            timing,
            supervisor,
            stop,
        })
    }

    /// Whether ffmpeg was found; without it test pictures are the bundled clip.
    pub fn has_ffmpeg(&self) -> bool {
        self.supervisor.is_there()
    }

    /// Joins a live stream as transport stream bytes; starts its channel when nobody watches yet.
    /// Resolves when there is something to send, so that a refusal can still have a status. With
    /// [`Delivery::Proxy`] the viewer gets a source connection of its own; redirecting is the
    /// caller's, and a stream that says so is fanned out when it gets here. Sources that cannot be
    /// delivered so are the caller's to leave out.
    pub async fn watch(&self, tenant: TenantId, stream: &Stream) -> Result<Viewer, MediaError> {
        runs(stream)?;
        let mut viewer = match stream.delivery {
            Delivery::Proxy => self.own_channel(tenant, stream)?,
            Delivery::FanOut | Delivery::Redirect => self.shared_channel(tenant, stream)?,
        };
        timeout(self.timing.begin, viewer.begin()).await.map_err(|_| MediaError::StreamDown)??;
        Ok(viewer)
    }

    /// A movie or episode, or the range of it that the `Range` header asks for, unless `If-Range` names
    /// another state of it.
    pub async fn movie(
        &self,
        tenant: TenantId,
        stream: &Stream,
        range: Option<&str>,
        if_range: Option<&str>,
    ) -> Result<Served, MediaError> {
        runs(stream)?;
        self.movies.open(tenant, stream, &Asked { range, if_range }).await
    }

    /// Ends a live stream's channel, so that its viewers come back to its new sources. It is no longer kept.
    pub fn restart(&self, tenant: TenantId, stream: StreamId) {
        let mut running = self.running.lock();
        if let Some(kept) = running.kept.remove(&(tenant, stream)) {
            kept.cancel();
        }
        running.segmenters.remove(&(tenant, stream));
        if let Some(channel) = running.channels.remove(&(tenant, stream)) {
            channel.stop();
        }
    }

    /// Ends every channel of a tenant, as when it is suspended or deleted.
    pub fn end_tenant(&self, tenant: TenantId) {
        let mut running = self.running.lock();
        running.kept.extract_if(|(owner, _), _| *owner == tenant).for_each(|(_, kept)| kept.cancel());
        running.segmenters.retain(|(owner, _), _| *owner != tenant);
        running.channels.retain(|(owner, _), channel| {
            let stays = *owner != tenant;
            if !stays {
                channel.stop();
            }
            stays
        });
    }

    /// Drops what is kept of a tenant's channels for newcomers and slow players, but for the newest of it; how many bytes
    /// that were. Whoever watches goes on.
    pub fn clear(&self, tenant: TenantId) -> u64 {
        let (channels, segmenters) = {
            let running = self.running.lock();
            let own = |(owner, _): &&Key| *owner == tenant;
            let channels = running.channels.iter().filter(|(key, _)| own(key)).map(|(_, channel)| Arc::clone(channel));
            let segmenters = running.segmenters.iter().filter(|(key, _)| own(key)).map(|(_, it)| Arc::clone(it));
            (channels.collect::<Vec<_>>(), segmenters.collect::<Vec<_>>())
        };
        let rings = channels.iter().map(|channel| channel.ring.clear()).sum::<usize>();
        let segments = segmenters.iter().map(|segmenter| segmenter.clear()).sum::<usize>();
        (rings + segments) as u64
    }

    /// What runs now.
    pub fn metrics(&self) -> Metrics {
        let mut running = self.running.lock();
        running.forget_ended();
        let channels = running.channels.values().map(|channel| channel.metrics()).collect();
        Metrics { channels, children: self.supervisor.running() }
    }

    /// Ends all channels and waits, at most 10 s, until tasks are over and children are reaped.
    pub async fn stop(&self) {
        self.stop.cancel();
        for channel in std::mem::take(&mut *self.running.lock()).channels.values() {
            channel.stop();
        }
        self.tasks.close();
        let over = async {
            self.tasks.wait().await;
            self.supervisor.reaped().await;
        };
        if timeout(Duration::from_secs(10), over).await.is_err() {
            tracing::warn!("media did not stop within 10 s");
        }
    }

    /// Whether the playlists of a stream are handed on. Where nothing is known of its sources, its
    /// channel opens them, as a source may allow no second connection, and they tell.
    pub(crate) async fn hands_on(&self, tenant: TenantId, stream: &Stream) -> Result<bool, MediaError> {
        runs(stream)?;
        // What it sends is of our making.
        if stream.profile.is_some() || has_list(stream) {
            return Ok(false);
        }
        if let Some(are_hls) = self.upstream.are_hls(&stream.sources) {
            return Ok(are_hls);
        }
        let mut viewer = self.shared_channel(tenant, stream)?;
        tokio::select! {
            biased;
            () = self.upstream.until_known(&stream.sources) => {}
            begun = timeout(self.timing.begin, viewer.begin()) => begun.map_err(|_| MediaError::StreamDown)??,
        }
        Ok(self.upstream.are_hls(&stream.sources).unwrap_or(false))
    }

    fn own_channel(&self, tenant: TenantId, stream: &Stream) -> Result<Viewer, MediaError> {
        // Nobody else can find it, so there is nobody to linger for.
        let timing = Timing { linger: Duration::ZERO, ..self.timing };
        let channel = self.channel(tenant, stream, timing)?;
        let viewer = Viewer::enter(&channel.ring, &self.clock).ok_or(MediaError::StreamDown)?;
        self.tasks.spawn(channel.run());
        Ok(viewer)
    }

    pub(crate) fn shared_channel(&self, tenant: TenantId, stream: &Stream) -> Result<Viewer, MediaError> {
        self.enter(&mut self.running.lock(), tenant, stream)
    }

    /// Enters the running channel, or a new one: one lock, so that a stream never has two.
    fn enter(&self, running: &mut Running, tenant: TenantId, stream: &Stream) -> Result<Viewer, MediaError> {
        let known = running.channels.get(&(tenant, stream.id));
        if let Some(viewer) = known.and_then(|channel| Viewer::enter(&channel.ring, &self.clock)) {
            return Ok(viewer);
        }
        running.forget_ended();
        let channel = self.channel(tenant, stream, self.timing)?;
        let viewer = Viewer::enter(&channel.ring, &self.clock).ok_or(MediaError::StreamDown)?;
        running.channels.insert((tenant, stream.id), channel.clone());
        self.tasks.spawn(channel.run());
        Ok(viewer)
    }

    fn channel(&self, tenant: TenantId, stream: &Stream, timing: Timing) -> Result<Arc<Channel>, MediaError> {
        if self.stop.is_cancelled() {
            return Err(MediaError::StreamDown);
        }
        if !stream.has_something_to_play() {
            return Err(MediaError::WrongForm("this stream has no source; add one"));
        }
        let chance = u64::from(stream.id.0) ^ self.clock.now().0.unsigned_abs() << 32;
        let list = List { items: stream.playlist.clone(), is_shuffled: stream.shuffle, chance };
        Ok(Channel::new(Plan {
            tenant,
            stream: stream.id,
            sources: stream.sources.clone(),
            list: has_list(stream).then(|| Arc::new(list)),
            profile: stream.profile,
            timing,
            clock: self.clock.clone(),
            upstream: self.upstream.clone(),
            budget: self.rings.clone(),
            stop: self.stop.child_token(),
        }))
    }

    /// The running segmenter, or a new one.
    pub(crate) fn segmenter(&self, tenant: TenantId, stream: &Stream) -> Result<Arc<Segmenter>, MediaError> {
        let mut running = self.running.lock();
        let known = running.segmenters.get(&(tenant, stream.id));
        if let Some(segmenter) = known.filter(|segmenter| !segmenter.has_ended()) {
            return Ok(segmenter.clone());
        }
        if self.segments.is_spent() {
            tracing::warn!(tenant.id = tenant.0, stream.id = stream.id.0, "no memory is left to cut another channel");
            return Err(MediaError::StreamDown);
        }
        let viewer = self.enter(&mut running, tenant, stream)?;
        let segmenter = Segmenter::new(self.clock.clone(), &self.segments);
        running.segmenters.insert((tenant, stream.id), segmenter.clone());
        self.tasks.spawn(segmenter.clone().run(viewer, self.timing));
        Ok(segmenter)
    }
}

/// Refuses a stream that is stopped: it is away, as one whose sources are.
fn runs(stream: &Stream) -> Result<(), MediaError> {
    if stream.wanted == Wanted::Stopped { Err(MediaError::StreamDown) } else { Ok(()) }
}

/// Whether it plays a list, and not its sources.
pub(crate) fn has_list(stream: &Stream) -> bool {
    stream.kind == StreamKind::CreatedChannel && !stream.playlist.is_empty()
}

impl Running {
    fn forget_ended(&mut self) {
        self.segmenters.retain(|_, segmenter| !segmenter.has_ended());
        self.channels.retain(|_, channel| !channel.has_ended());
    }
}
