//! What is going on, as numbers. A channel is a tenant and a stream id: media has no names.

use host_core::{StreamId, TenantId};

/// What a channel is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelState {
    /// Opening a source; nothing was sent yet.
    Starting,
    /// A source plays.
    Flowing,
    /// All sources failed; the next round waits.
    Down,
    /// It is over.
    Ended,
}

/// One running channel.
#[derive(Clone, Debug)]
pub struct ChannelMetrics {
    /// Whose.
    pub tenant: TenantId,
    /// Which stream.
    pub stream: StreamId,
    /// Viewers now; a segmenter counts as one, and so does what keeps a stream that is started.
    pub viewers: usize,
    /// What it is doing.
    pub state: ChannelState,
    /// Which of its sources plays or is being opened, from 0.
    pub source: usize,
    /// Bytes that came in.
    pub bytes_in: u64,
    /// Bytes handed to viewers; a segmenter counts as one.
    pub bytes_out: u64,
    /// How often a viewer was too slow and skipped to a newer picture.
    pub skips: u64,
    /// How often a source that played ended and another was opened.
    pub switches: u64,
    /// Packets of its RTP sources that never came in time.
    pub lost: u64,
}

/// Everything that runs.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Shared channels, in no order.
    pub channels: Vec<ChannelMetrics>,
    /// Children that run now.
    pub children: usize,
}
