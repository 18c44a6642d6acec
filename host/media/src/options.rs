//! What media is built from: the ports it uses and the times it keeps.

use crate::supervisor::Detect;
use host_core::port::{Clock, Fetch, Keyring, Library, Receive};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What [`crate::Media`] is built from.
pub struct MediaOptions {
    /// Where outgoing bytes come from.
    pub fetch: Arc<dyn Fetch>,
    /// Where datagrams come from.
    pub receive: Arc<dyn Receive>,
    /// What time it is. Waiting itself is done by the runtime's timers.
    pub clock: Arc<dyn Clock>,
    /// Makes the keys that seal the addresses in playlists (purposes `hls-key` and `hls-nonce`).
    pub keyring: Arc<dyn Keyring>,
    /// The folder that `file:` sources are below; without one there are no local files.
    pub media_root: Option<PathBuf>,
    /// Whether and where to look for ffmpeg.
    pub ffmpeg: Detect,
    /// A word that no other process's children have in their environment: those that an earlier run of this one left
    /// behind are ended at the start. Without one none is looked for.
    pub mark: Option<String>,
    /// Where transcode profiles come from, and who hears what is in movies.
    pub library: Arc<dyn Library>,
    /// Times; the default is right outside tests.
    pub timing: Timing,
}

/// How long things last.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a channel runs on after its last viewer.
    pub linger: Duration,
    /// A source that opened and sends nothing for this time has failed. HLS sources get four times this.
    pub stall: Duration,
    /// A source must answer, and name its program, within this.
    pub open: Duration,
    /// A viewer who has got nothing this time after asking is told that the stream is down.
    pub begin: Duration,
    /// After this time on another source the first one is tried again; each time in vain doubles it, up
    /// to half an hour.
    pub return_after: Duration,
    /// Viewers who get nothing for this time are let go.
    pub give_up: Duration,
    /// First wait after all sources failed; doubles up to 30 s.
    pub back_off: Duration,
    /// Shortest length of a segment that is cut from a transport stream; it ends at the next key frame.
    pub segment: Duration,
    /// How long a segmenter runs on after its last reader.
    pub segmenter_linger: Duration,
}

impl Timing {
    /// How long a source may be silent; one that `rests` between its segments may be longer.
    pub(crate) fn stall_of(&self, rests: bool) -> Duration {
        if rests { self.stall * 4 } else { self.stall }
    }
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            linger: Duration::from_secs(5),
            stall: Duration::from_secs(5),
            open: Duration::from_secs(12),
            begin: Duration::from_secs(20),
            return_after: Duration::from_secs(60),
            give_up: Duration::from_secs(30),
            back_off: Duration::from_secs(1),
            segment: Duration::from_secs(2),
            segmenter_linger: Duration::from_secs(30),
        }
    }
}
