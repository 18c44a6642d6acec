//! Floor 1: the only bytes. Fan-out of live streams, HLS in and out, movies with byte ranges, test
//! pictures, RTP, and the ffmpeg supervisor.
//!
//! Knows [`host_core`] only: no line, no seat, no HTTP head. It opens no outgoing socket; what it
//! needs from elsewhere it asks of the ports [`host_core::port::Fetch`] and [`host_core::port::Receive`]. Who may watch is decided
//! before it is called.
//!
//! [`Media`] is the door: [`Media::watch`] for `.ts`, [`Media::hls`] for `.m3u8` and what it
//! leads to, [`Media::movie`] for files.

mod budget;
mod error;
mod fan_out;
mod form;
mod hls;
mod keep;
mod media;
mod metrics;
mod movie;
mod on_air;
mod options;
mod rtp;
mod served;
mod sound;
mod supervisor;
mod test_source;
mod ts;

pub use error::MediaError;
pub use fan_out::Viewer;
pub use hls::{HLS_PATH, Pass};
pub use media::Media;
pub use metrics::{ChannelMetrics, ChannelState, Metrics};
pub use movie::{Requested, content_type, open_below, parse_range};
pub use options::{MediaOptions, Timing};
pub use served::{Body, Served};
pub use supervisor::Detect;
pub use test_source::sample_clip;
