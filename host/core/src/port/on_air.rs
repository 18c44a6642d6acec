//! What media tells of the streams that run, and what it is told of them.

use super::Pending;
use crate::journal::Part;
use crate::stream::Stream;
use crate::time::Unix;
use crate::transcode::Profile;
use crate::{DocumentId, StreamId, TenantId};
use std::sync::Arc;

/// What a stream that runs is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AirStatus {
    /// A source is being opened.
    #[default]
    Starting,
    /// It plays.
    Playing,
    /// No source of it gives anything.
    Down,
}

/// A stream that runs on this node.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OnAir {
    /// What it is doing.
    pub status: AirStatus,
    /// Since when it runs.
    pub began: Unix,
    /// The process that makes it, where one does.
    pub pid: Option<u32>,
    /// What it has now, in kbit a second.
    pub bitrate: u32,
    /// The address of the source that plays or is being opened.
    pub source: String,
    /// Who watches; a segmenter counts as one.
    pub clients: u32,
    /// What is in it, as soon as that is known.
    pub content: Option<Content>,
}

/// What is in a stream or a file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Content {
    /// The form of its pictures, as ffmpeg calls it; empty without any.
    pub video: String,
    /// The form of its sound; empty without any.
    pub audio: String,
    /// Width and height in pixels; 0 without pictures.
    pub size: (u32, u32),
    /// Pictures a second, rounded.
    pub frame_rate: u32,
    /// Its length in seconds; 0 of what has no end.
    pub duration: u32,
}

/// The streams of this node.
pub trait Airing: Send + Sync + 'static {
    /// What a stream is doing; none when it does not run.
    fn on_air(&self, tenant: TenantId, stream: StreamId) -> Option<OnAir>;
    /// Keeps a stream running from now on, whether anybody watches or not, until it is restarted. Into a movie or an
    /// episode it looks instead, and tells what it found.
    fn keep(self: Arc<Self>, tenant: TenantId, stream: Stream);
    /// Why this node could never play a stream: a program that it needs is not installed.
    fn lacks(&self, stream: &Stream) -> Option<&'static str>;
    /// When a process of a tenant's streams began; none for every other number.
    fn process(&self, tenant: TenantId, pid: u32) -> Option<u64>;
}

/// What media asks of the panel about its streams, and tells it.
pub trait Library: Send + Sync + 'static {
    /// The transcode profile with this id; none where there is none any more.
    fn profile(&self, tenant: TenantId, id: DocumentId) -> Pending<'_, Option<Profile>>;
    /// Hears that something of a stream failed, and why; the reason names no address.
    fn failed(&self, tenant: TenantId, stream: StreamId, part: Part, reason: &str) {
        let _ = (tenant, stream, part, reason);
    }
    /// Takes what was found in the file of a movie or an episode.
    fn found(self: Arc<Self>, tenant: TenantId, stream: StreamId, content: Content) -> Pending<'static, ()>;
}

/// There are no profiles, and nobody wants to know.
#[derive(Debug)]
pub struct NoLibrary;

impl Library for NoLibrary {
    fn profile(&self, _: TenantId, _: DocumentId) -> Pending<'_, Option<Profile>> {
        Pending::ready(Ok(None))
    }

    fn found(self: Arc<Self>, _: TenantId, _: StreamId, _: Content) -> Pending<'static, ()> {
        Pending::ready(Ok(()))
    }
}
