//! Reads an HLS source as one transport stream: polls its playlist and joins its segments.
//! Knows no viewers. Encrypted and fragmented-MP4 sources are refused by name.

use super::read_text;
use bytes::Bytes;
use futures_util::StreamExt;
use host_core::port::{ByteRange, ByteStream, Fetch, FetchError};
use m3u8_rs::{KeyMethod, MediaPlaylist, MediaSegment, Playlist};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// Reading begins so many segments before the end, as players do.
const BEGIN_BEFORE_END: usize = 3;
/// When so many segments wait, we are too slow: the older ones are left out.
const MAX_WAITING: usize = 8;
/// So many failures in a row end the source.
const MAX_FAILURES: u32 = 3;

/// Opens an HLS source. The bytes end with the playlist's end, or with an error when it keeps failing.
pub(crate) async fn open_source(fetch: Arc<dyn Fetch>, address: &str) -> Result<ByteStream, FetchError> {
    let mut source = Source {
        fetch,
        address: address.to_owned(),
        waiting: VecDeque::new(),
        next_number: None,
        poll_at: Instant::now(),
        has_ended: false,
        failures: 0,
        open: None,
        is_first: true,
    };
    source.refresh().await?;
    Ok(Box::pin(futures_util::stream::unfold(source, |mut source| async {
        let item = source.next().await?;
        Some((item, source))
    })))
}

struct Source {
    fetch: Arc<dyn Fetch>,
    address: String,
    waiting: VecDeque<Segment>,
    next_number: Option<u64>,
    poll_at: Instant,
    has_ended: bool,
    failures: u32,
    open: Option<Open>,
    is_first: bool,
}

struct Segment {
    url: String,
    range: Option<ByteRange>,
    lasts: Duration,
}

/// A segment that is being read, spread over its own length so that viewers get an even stream.
struct Open {
    body: ByteStream,
    began: Instant,
    spread: Duration,
    length: Option<u64>,
    read: u64,
}

impl Open {
    /// When the next bytes are due.
    fn due(&self) -> Instant {
        match self.length {
            Some(length @ 1..) => self.began + self.spread.mul_f64((self.read as f64 / length as f64).min(1.0)),
            _ => self.began,
        }
    }
}

impl Source {
    async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        loop {
            let step = if let Some(open) = &mut self.open {
                sleep_until(open.due()).await;
                match open.body.next().await {
                    Some(Ok(bytes)) => {
                        open.read += bytes.len() as u64;
                        self.failures = 0;
                        return Some(Ok(bytes));
                    }
                    end => {
                        self.open = None;
                        end.transpose().map(|_| ())
                    }
                }
            } else if let Some(segment) = self.waiting.pop_front() {
                self.begin(segment).await
            } else if self.has_ended {
                return None;
            } else {
                sleep_until(self.poll_at).await;
                self.refresh().await
            };
            if let Err(error) = step {
                self.failures += 1;
                // What can never work is not tried again; the rest may be one bad answer.
                if self.failures >= MAX_FAILURES || matches!(error, FetchError::Forbidden(_)) {
                    self.has_ended = true;
                    self.waiting.clear();
                    return Some(Err(error));
                }
                self.poll_at = self.poll_at.max(Instant::now() + Duration::from_millis(500));
            }
        }
    }

    async fn begin(&mut self, segment: Segment) -> Result<(), FetchError> {
        let fetched = self.fetch.open(&segment.url, segment.range).await?;
        if !matches!(fetched.status, 200 | 206) {
            return Err(FetchError::Broken(format!("status {} for a segment", fetched.status)));
        }
        // The first one fills the viewers' buffers; the others keep pace, a little ahead.
        let spread = if self.is_first { Duration::ZERO } else { segment.lasts.mul_f64(0.9) };
        self.is_first = false;
        let length = fetched.content_length;
        self.open = Some(Open { body: fetched.body, began: Instant::now(), spread, length, read: 0 });
        Ok(())
    }

    /// Reads the playlist and notes the segments that are new. Follows a main playlist once.
    async fn refresh(&mut self) -> Result<(), FetchError> {
        for _ in 0..2 {
            let fetched = self.fetch.open(&self.address, None).await?;
            if fetched.status != 200 {
                return Err(FetchError::Broken(format!("status {} for a playlist", fetched.status)));
            }
            let base = Url::parse(&fetched.final_url).map_err(|_| broken("its address is none"))?;
            let text = read_text(fetched.body).await?;
            match m3u8_rs::parse_playlist_res(text.as_bytes()).map_err(|_| broken("the playlist is none"))? {
                Playlist::MediaPlaylist(playlist) => return self.note(&base, &playlist),
                Playlist::MasterPlaylist(main) => {
                    let best = main.variants.iter().filter(|variant| !variant.is_i_frame).max_by_key(|v| v.bandwidth);
                    let best = best.ok_or_else(|| broken("the playlist names no variant"))?;
                    self.address = joined(&base, &best.uri)?;
                }
            }
        }
        Err(broken("a main playlist leads to another one"))
    }

    fn note(&mut self, base: &Url, playlist: &MediaPlaylist) -> Result<(), FetchError> {
        if let Some(reason) = playlist.segments.iter().find_map(unplayable) {
            return Err(FetchError::Forbidden(reason));
        }
        if playlist.media_sequence > u64::from(u32::MAX) << 16 {
            return Err(broken("its sequence number is none"));
        }
        let end = playlist.media_sequence + playlist.segments.len() as u64;
        let from_end = if playlist.end_list { playlist.segments.len() } else { BEGIN_BEFORE_END };
        let begin = end.saturating_sub(from_end as u64);
        // A number that went back means that the source began anew.
        let next = self.next_number.filter(|next| *next <= end).unwrap_or(begin);
        let mut offset = 0;
        for (number, segment) in (playlist.media_sequence..).zip(&playlist.segments) {
            let range = segment.byte_range.as_ref().map(|range| {
                let first = range.offset.unwrap_or(offset);
                offset = first.saturating_add(range.length);
                ByteRange::Between(first, offset.saturating_sub(1))
            });
            if number >= next {
                let lasts = Duration::try_from_secs_f32(segment.duration).unwrap_or_default();
                let lasts = lasts.min(Duration::from_secs(20));
                self.waiting.push_back(Segment { url: joined(base, &segment.uri)?, range, lasts });
            }
        }
        while !playlist.end_list && self.waiting.len() > MAX_WAITING {
            self.waiting.pop_front();
        }
        self.has_ended = playlist.end_list;
        // Nothing new: ask again after half a segment, as the format's rules say.
        let target = Duration::from_secs(playlist.target_duration.clamp(1, 20));
        self.poll_at = Instant::now() + if end > next { target } else { target / 2 };
        self.next_number = Some(end);
        Ok(())
    }
}

/// Why a segment cannot become part of a transport stream.
fn unplayable(segment: &MediaSegment) -> Option<&'static str> {
    if segment.map.is_some() {
        return Some("its segments are fragmented MP4, which cannot be sent as .ts");
    }
    let key = segment.key.as_ref()?;
    (key.method != KeyMethod::None).then_some("its segments are encrypted, which only .m3u8 can hand on")
}

fn joined(base: &Url, address: &str) -> Result<String, FetchError> {
    base.join(address).map(String::from).map_err(|_| broken("an address in the playlist is none"))
}

fn broken(what: &str) -> FetchError {
    FetchError::Broken(what.to_owned())
}
