//! What the streams of this process are doing, for those who look after them.

use crate::Media;
use crate::fan_out::Channel;
use crate::media::has_list;
use crate::metrics::ChannelState;
use crate::supervisor::{Input, Owner};
use host_core::port::{AirStatus, Airing, OnAir};
use host_core::stream::Stream;
use host_core::{StreamId, TenantId};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

impl Airing for Media {
    fn on_air(&self, tenant: TenantId, stream: StreamId) -> Option<OnAir> {
        let (channel, is_kept) = {
            let running = self.running.lock();
            let channel = running.channels.get(&(tenant, stream)).filter(|channel| !channel.has_ended())?.clone();
            (channel, running.kept.contains_key(&(tenant, stream)))
        };
        let metrics = channel.metrics();
        let status = match metrics.state {
            ChannelState::Starting => AirStatus::Starting,
            ChannelState::Flowing => AirStatus::Playing,
            ChannelState::Down => AirStatus::Down,
            ChannelState::Ended => return None,
        };
        let content = channel.content.get().cloned();
        if content.is_none() && status == AirStatus::Playing {
            self.look_into(&channel);
        }
        Some(OnAir {
            status,
            began: channel.began,
            pid: self.supervisor.child_of(Owner { tenant, stream }).map(|(pid, _)| pid),
            bitrate: channel.ring.rate(),
            source: channel.address().to_owned(),
            clients: u32::try_from(metrics.viewers.saturating_sub(usize::from(is_kept))).unwrap_or(u32::MAX),
            content,
        })
    }

    fn keep(self: Arc<Self>, tenant: TenantId, stream: Stream) {
        Media::keep(&self, tenant, stream);
    }

    fn lacks(&self, stream: &Stream) -> Option<&'static str> {
        if self.has_ffmpeg() {
            return None;
        }
        let is_made = has_list(stream) || stream.profile.is_some();
        is_made.then_some("ffmpeg is not installed; a list and a transcode profile need it.")
    }

    fn process(&self, tenant: TenantId, pid: u32) -> Option<u64> {
        self.supervisor.began(tenant, pid)
    }
}

impl Media {
    /// Ends a process of a tenant's streams that began then. Where its stream is to run, another one takes its place.
    pub fn end_process(&self, tenant: TenantId, pid: u32, began: u64) {
        self.supervisor.kill(tenant, pid, began);
    }

    /// Finds out what is in a channel that plays: what it keeps for newcomers is looked at by ffprobe, so that no
    /// source is opened twice. One look at a time, for those that are asked about.
    fn look_into(&self, channel: &Arc<Channel>) {
        let beginning = channel.ring.beginning();
        if beginning.is_empty() || channel.is_looked_at.swap(true, Relaxed) {
            return;
        }
        let (channel, supervisor) = (channel.clone(), self.supervisor.clone());
        self.tasks.spawn(async move {
            let beginning = futures_util::stream::iter(beginning.into_iter().map(Ok));
            if let Some(content) = supervisor.look(Input::Bytes(Box::pin(beginning))).await {
                let _ = channel.content.set(content);
            }
            channel.is_looked_at.store(false, Relaxed);
        });
    }
}
