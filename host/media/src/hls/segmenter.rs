//! Cuts a channel into segments that begin with key frames, and keeps the last ones in memory.
//! Knows no source and no session; it reads the channel as one viewer.

mod builder;

use crate::MediaError;
use crate::fan_out::Viewer;
use crate::options::Timing;
use builder::Builder;
use bytes::Bytes;
use host_core::port::Clock;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// A playlist lists so many segments.
const LISTED: usize = 6;
/// So many are kept, so that a slow player still gets what it read of.
const KEPT: usize = LISTED + 3;

/// A finished segment.
pub(crate) struct Segment {
    pub(super) duration: Duration,
    pub(super) pieces: Vec<Bytes>,
    pub(super) is_break: bool,
}

impl Segment {
    /// Its bytes, in order.
    pub(crate) fn pieces(&self) -> Vec<Bytes> {
        self.pieces.clone()
    }
}

/// The segments of one channel.
pub(crate) struct Segmenter {
    window: Mutex<Window>,
    changed: watch::Sender<()>,
    clock: Arc<dyn Clock>,
}

struct Window {
    segments: VecDeque<Arc<Segment>>,
    first_number: u64,
    /// Breaks before the first segment.
    breaks: u64,
    target: u64,
    read_at: Duration,
    has_ended: bool,
}

impl Segmenter {
    /// An empty one; [`Segmenter::run`] fills it.
    pub(crate) fn new(clock: Arc<dyn Clock>, timing: &Timing) -> Arc<Segmenter> {
        let window = Window {
            segments: VecDeque::new(),
            // Numbers go on when a channel begins anew: a segment lasts more than a second.
            first_number: clock.now().0.unsigned_abs(),
            breaks: 0,
            target: timing.segment.as_secs() + 2,
            read_at: clock.monotonic(),
            has_ended: false,
        };
        Arc::new(Segmenter { window: Mutex::new(window), changed: watch::channel(()).0, clock })
    }

    /// Reads the channel until it ends or nobody has read the playlist for a while.
    pub(crate) async fn run(self: Arc<Segmenter>, mut viewer: Viewer, timing: Timing) {
        let _end = EndWithTask(&self);
        let mut builder = Builder::new(timing.segment);
        let mut tick = interval(Duration::from_millis(500));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                piece = viewer.piece() => match piece {
                    Some((piece, is_fresh)) => {
                        if let Some(segment) = builder.push(&piece, is_fresh) {
                            self.add(segment);
                        }
                    }
                    None => break,
                },
                _ = tick.tick() => {
                    let read_at = self.window.lock().read_at;
                    if self.clock.monotonic() >= read_at + timing.segmenter_linger {
                        break;
                    }
                }
            }
        }
    }

    /// Whether it no longer reads its channel.
    pub(crate) fn has_ended(&self) -> bool {
        self.window.lock().has_ended
    }

    /// Waits for the first segment.
    pub(crate) async fn begun(&self) -> Result<(), MediaError> {
        let mut changed = self.changed.subscribe();
        loop {
            {
                let window = self.window.lock();
                if !window.segments.is_empty() {
                    return Ok(());
                }
                if window.has_ended {
                    return Err(MediaError::StreamDown);
                }
            }
            if changed.changed().await.is_err() {
                return Err(MediaError::StreamDown);
            }
        }
    }

    /// The playlist; `path` gives the address of a segment by its number.
    pub(crate) fn playlist(&self, path: impl Fn(u64) -> String) -> String {
        let mut window = self.window.lock();
        window.read_at = self.clock.monotonic();
        window.playlist(path)
    }

    /// A segment that is still kept.
    pub(crate) fn segment(&self, number: u64) -> Option<Arc<Segment>> {
        let mut window = self.window.lock();
        window.read_at = self.clock.monotonic();
        let place = number.checked_sub(window.first_number)?;
        window.segments.get(usize::try_from(place).ok()?).cloned()
    }

    fn add(&self, segment: Segment) {
        self.window.lock().add(segment);
        self.changed.send_replace(());
    }
}

/// Whatever ends the task, nobody reads a window that nobody fills.
struct EndWithTask<'a>(&'a Segmenter);

impl Drop for EndWithTask<'_> {
    fn drop(&mut self) {
        self.0.window.lock().has_ended = true;
        self.0.changed.send_replace(());
    }
}

impl Window {
    fn add(&mut self, segment: Segment) {
        self.target = self.target.max(segment.duration.as_secs_f64().round() as u64);
        self.segments.push_back(Arc::new(segment));
        if self.segments.len() > KEPT
            && let Some(gone) = self.segments.pop_front()
        {
            self.first_number += 1;
            self.breaks += u64::from(gone.is_break);
        }
    }

    fn playlist(&self, path: impl Fn(u64) -> String) -> String {
        let skip = self.segments.len().saturating_sub(LISTED);
        let breaks = self.breaks + self.segments.iter().take(skip).filter(|segment| segment.is_break).count() as u64;
        let number = self.first_number + skip as u64;
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{number}\n",
            self.target
        );
        if breaks > 0 {
            let _ = writeln!(text, "#EXT-X-DISCONTINUITY-SEQUENCE:{breaks}");
        }
        for (number, segment) in (number..).zip(self.segments.iter().skip(skip)) {
            if segment.is_break {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            let _ = writeln!(text, "#EXTINF:{:.3},\n{}", segment.duration.as_secs_f64(), path(number));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(first_number: u64) -> Window {
        let read_at = Duration::ZERO;
        Window { segments: VecDeque::new(), first_number, breaks: 0, target: 6, read_at, has_ended: false }
    }

    fn parsed(window: &Window) -> m3u8_rs::MediaPlaylist {
        let text = window.playlist(|number| format!("/hls/{number}.ts"));
        m3u8_rs::parse_media_playlist_res(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_playlist_slides_and_counts_segments_and_breaks_that_left_it() {
        let mut window = window(100);
        for n in 0..20_u64 {
            let is_break = n % 4 == 1;
            window.add(Segment { duration: Duration::from_millis(4_000 + n * 200), pieces: Vec::new(), is_break });
            let list = parsed(&window);
            let end = list.media_sequence + list.segments.len() as u64;
            assert_eq!(end, 101 + n, "numbers never skip or repeat");
            assert!(list.segments.len() <= LISTED && window.segments.len() <= KEPT);
            let gone = (0..list.media_sequence - 100).filter(|n| n % 4 == 1).count() as u64;
            assert_eq!(list.discontinuity_sequence, gone);
            for (number, segment) in (list.media_sequence..).zip(&list.segments) {
                assert_eq!(segment.uri, format!("/hls/{number}.ts"));
                assert_eq!(segment.discontinuity, (number - 100) % 4 == 1);
                assert!(segment.duration.round() as u64 <= list.target_duration);
            }
            assert!(!list.end_list);
            assert_eq!(list.version, Some(3));
        }
    }
}
