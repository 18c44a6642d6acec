//! Cuts a channel into segments that begin with key frames, and keeps the last ones in memory. It
//! reads the channel as one viewer.

mod builder;
mod segment;

pub(crate) use segment::Segment;

use crate::MediaError;
use crate::budget::{Budget, Share};
use crate::fan_out::Viewer;
use crate::options::Timing;
use builder::Builder;
use host_core::port::Clock;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How many segments a playlist lists.
const LISTED: usize = 6;
/// How many are kept: what stood in a playlist must still be there when a slow player comes for it.
const KEPT: usize = 2 * LISTED;
/// How many the first playlist lists at least; it also lasts two target lengths: a player asks again after
/// one, and must have something to show until then.
const FIRST: usize = 3;
/// Longest segment when no key frame comes and no playlist was given yet; then it is cut
/// anywhere.
const LONGEST: Duration = Duration::from_secs(12);

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
    /// Longest length of a segment that players are told, in seconds. It must never change, so it is
    /// settled when the first playlist is given, and segments are cut to it from then on.
    target: Option<u64>,
    read_at: Duration,
    /// Why no segment comes any more.
    over: Option<MediaError>,
    share: Share,
}

impl Segmenter {
    /// An empty one, which takes its memory from a budget; [`Segmenter::run`] fills it.
    pub(crate) fn new(clock: Arc<dyn Clock>, budget: &Arc<Budget>) -> Arc<Segmenter> {
        let window = Window {
            segments: VecDeque::new(),
            // Numbers go on when a channel begins anew: a segment lasts more than a second.
            first_number: clock.now().0.unsigned_abs(),
            breaks: 0,
            target: None,
            read_at: clock.monotonic(),
            over: None,
            share: budget.join(),
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
                    Ok((piece, is_fresh)) => {
                        let longest = self.window.lock().longest();
                        if let Some(segment) = builder.push(&piece, is_fresh, longest) {
                            self.add(segment);
                        }
                    }
                    Err(error) => {
                        self.window.lock().over = Some(error);
                        break;
                    }
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
        self.window.lock().over.is_some()
    }

    /// Waits until the first playlist keeps a player busy until it asks again. Where key frames are so
    /// rare that this takes longer than `within`, what is there must do.
    pub(crate) async fn begun(&self, within: Duration) -> Result<(), MediaError> {
        let begun = timeout(within, self.settled()).await;
        begun.unwrap_or_else(|_| if self.window.lock().settle(1) { Ok(()) } else { Err(MediaError::StreamDown) })
    }

    async fn settled(&self) -> Result<(), MediaError> {
        let mut changed = self.changed.subscribe();
        loop {
            {
                let mut window = self.window.lock();
                if window.settle(FIRST) {
                    return Ok(());
                }
                if let Some(error) = &window.over {
                    return Err(error.clone());
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

    /// Drops all segments but the newest, so that a playlist is never empty; how many bytes that were.
    pub(crate) fn clear(&self) -> usize {
        self.window.lock().clear()
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
        self.0.window.lock().over.get_or_insert(MediaError::StreamDown);
        self.0.changed.send_replace(());
    }
}

impl Window {
    fn add(&mut self, segment: Segment) {
        self.share.take(segment.bytes());
        self.segments.push_back(Arc::new(segment));
        while self.segments.len() > KEPT || self.segments.len() > FIRST && self.share.held() > self.share.most() {
            self.drop_first();
        }
    }

    fn clear(&mut self) -> usize {
        let before = self.share.held();
        while self.segments.len() > 1 {
            self.drop_first();
        }
        before - self.share.held()
    }

    fn drop_first(&mut self) {
        if let Some(gone) = self.segments.pop_front() {
            self.share.give(gone.bytes());
            self.first_number += 1;
            self.breaks += u64::from(gone.is_break);
        }
    }

    /// How long a segment may get.
    fn longest(&self) -> Duration {
        self.target.map_or(LONGEST, Duration::from_secs)
    }

    /// Settles the target length when there is enough for a first playlist: `least` segments, and where
    /// more than one is asked for, two target lengths. True when it is settled.
    fn settle(&mut self, least: usize) -> bool {
        let lengths = || self.segments.iter().map(|segment| segment.duration);
        let Some(longest) = lengths().max() else { return self.target.is_some() };
        // One second more than needed so far: groups of pictures are not all the same.
        let target = longest.as_secs_f64().round() as u64 + 1;
        let is_enough = least == 1 || lengths().sum::<Duration>() >= Duration::from_secs(2 * target);
        if self.target.is_none() && self.segments.len() >= least && is_enough {
            self.target = Some(target);
        }
        self.target.is_some()
    }

    fn playlist(&self, path: impl Fn(u64) -> String) -> String {
        let skip = self.segments.len().saturating_sub(LISTED);
        let breaks = self.breaks + self.segments.iter().take(skip).filter(|segment| segment.is_break).count() as u64;
        let number = self.first_number + skip as u64;
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{number}\n",
            self.longest().as_secs()
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
mod tests;
