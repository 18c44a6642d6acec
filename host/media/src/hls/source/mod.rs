//! Reads an HLS source as one transport stream: polls its playlist and joins its segments. A segment
//! that fails is asked for again, from where it broke off, until it is there or has left the
//! playlist. What cannot be joined is refused by name.

mod choice;
mod listing;
mod part;
mod queue;

use super::read_text;
use crate::form::Form;
use crate::sound::Packer;
use bytes::Bytes;
use host_core::port::{ByteStream, Fetch, FetchError, Fetched};
use listing::{Listing, Media};
use part::Part;
use queue::{Queue, broken};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// How many failures in a row end the source: of its playlist, or of segments that it does not let us
/// have.
const MAX_FAILURES: u32 = 3;
/// The first wait before a failed segment is asked for again; doubles.
const RETRY: Duration = Duration::from_millis(250);
/// A segment is given up when it has failed for this many times its target length. Where the playlist is
/// long, waiting for it to leave would take the channel away.
const GIVE_UP_AFTER: u32 = 3;

/// Reads the source whose first answer is `first`. The bytes end with the playlist's end, or with an
/// error when it keeps failing.
pub(crate) async fn open_source(fetch: Arc<dyn Fetch>, first: Fetched) -> Result<ByteStream, FetchError> {
    let now = Instant::now();
    let mut source = Source {
        fetch,
        address: first.final_url.clone(),
        queue: Queue::default(),
        target: Duration::from_secs(1),
        poll_at: now,
        failures: 0,
        open: None,
        given: 0,
        trouble: None,
        free_at: now,
        has_given: false,
        packer: None,
        is_over: false,
    };
    source.read_playlist(first).await?;
    Ok(Box::pin(futures_util::stream::unfold(source, |mut source| async {
        let item = source.next().await?;
        Some((item, source))
    })))
}

struct Source {
    fetch: Arc<dyn Fetch>,
    address: String,
    queue: Queue,
    target: Duration,
    poll_at: Instant,
    /// Of the playlist, in a row.
    failures: u32,
    open: Option<Open>,
    /// Bytes of the segment in front that were given on, over all attempts.
    given: u64,
    trouble: Option<Trouble>,
    /// When the last segment's time is over.
    free_at: Instant,
    has_given: bool,
    packer: Option<Packer>,
    is_over: bool,
}

/// The segment in front fails.
struct Trouble {
    since: Instant,
    tries: u32,
    again_at: Instant,
}

/// A segment that is being read, spread over its own length so that viewers get an even stream.
struct Open {
    part: Part,
    began: Instant,
    spread: Duration,
    read: u64,
    /// Whether it is bare sound, once its first bytes are there.
    is_sound: Option<bool>,
}

impl Open {
    /// When the next bytes are due.
    fn due(&self) -> Instant {
        match self.part.length {
            Some(length @ 1..) => self.began + self.spread.mul_f64((self.read as f64 / length as f64).min(1.0)),
            _ => self.began,
        }
    }
}

impl Source {
    async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        while !self.is_over {
            let step = if self.open.is_some() { self.read().await } else { self.turn().await.map(|()| None) };
            match step {
                Ok(None) => {}
                Ok(Some(bytes)) => return Some(Ok(bytes)),
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// What comes next while no segment is being read: a segment, or the playlist.
    async fn turn(&mut self) -> Result<(), FetchError> {
        while !self.queue.is_recording && self.queue.front_has_left() {
            self.lose("it left the playlist");
        }
        let Some(_) = self.queue.front() else {
            self.is_over = self.queue.is_recording;
            return if self.is_over { Ok(()) } else { self.poll().await };
        };
        let mut begin_at = self.trouble.as_ref().map_or(Instant::now(), |trouble| trouble.again_at);
        if self.queue.is_recording {
            begin_at = begin_at.max(self.free_at);
        } else if self.trouble.is_some() && self.poll_at < begin_at {
            // Only the playlist tells whether waiting still makes sense.
            return self.poll().await;
        }
        sleep_until(begin_at).await;
        match self.begin().await {
            Ok(()) => Ok(()),
            Err(error) => self.segment_failed(error),
        }
    }

    async fn begin(&mut self) -> Result<(), FetchError> {
        let Some(segment) = self.queue.front() else { return Ok(()) };
        let part = Part::open(&*self.fetch, segment, self.given).await?;
        // The first one fills the viewers' buffers; a recording then goes on in its own time, and a
        // live source is read a little faster, so that we never fall behind.
        let spread = match (self.has_given || self.given > 0, self.queue.is_recording) {
            (false, _) => Duration::ZERO,
            (true, true) => segment.lasts,
            (true, false) => segment.lasts.mul_f64(0.9),
        };
        let began = Instant::now();
        self.free_at = began + spread;
        let is_sound = (self.given > 0).then_some(self.packer.is_some());
        self.open = Some(Open { part, began, spread, read: 0, is_sound });
        Ok(())
    }

    /// The next bytes of the segment that is open.
    async fn read(&mut self) -> Result<Option<Bytes>, FetchError> {
        let Some(open) = &mut self.open else { return Ok(None) };
        sleep_until(open.due()).await;
        match open.part.next().await {
            Some(Ok(bytes)) => {
                open.read += bytes.len() as u64;
                match self.taken(bytes) {
                    Ok(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
                    Err(error) => self.segment_failed(error).map(|()| None),
                }
            }
            Some(Err(error)) => self.segment_failed(error).map(|()| None),
            None => {
                self.finish_segment();
                self.has_given = true;
                Ok(self.packer.as_mut().map(Packer::end_segment).filter(|bytes| !bytes.is_empty()))
            }
        }
    }

    /// Bytes of a segment as bytes of a transport stream.
    fn taken(&mut self, bytes: Bytes) -> Result<Bytes, FetchError> {
        let Some(open) = &mut self.open else { return Ok(bytes) };
        let is_sound = match open.is_sound {
            Some(is_sound) => is_sound,
            None => match Form::of(None, &bytes) {
                Form::Transport => false,
                Form::Sound => true,
                Form::Mp4 => return Err(FetchError::Unplayable(MP4)),
                _ => return Err(broken("a segment is no media")),
            },
        };
        open.is_sound = Some(is_sound);
        self.given += bytes.len() as u64;
        self.trouble = None;
        if !is_sound {
            self.packer = None;
            return Ok(bytes);
        }
        self.packer.get_or_insert_with(Packer::new).push(&bytes).map_err(FetchError::Unplayable)
    }

    fn finish_segment(&mut self) {
        self.queue.done();
        (self.open, self.trouble, self.given) = (None, None, 0);
    }

    /// The segment in front will not come.
    fn lose(&mut self, reason: &str) {
        let segment = self.queue.front().map_or(0, |segment| segment.number);
        tracing::warn!(segment, reason, "a segment of an HLS source is lost");
        self.finish_segment();
    }

    /// Decides whether the segment in front is asked for again.
    fn segment_failed(&mut self, error: FetchError) -> Result<(), FetchError> {
        self.open = None;
        let now = Instant::now();
        let trouble = self.trouble.get_or_insert(Trouble { since: now, tries: 0, again_at: now });
        trouble.tries += 1;
        trouble.again_at = now + RETRY * (1 << (trouble.tries - 1).min(4));
        let (tries, since) = (trouble.tries, trouble.since);
        let is_refused = matches!(error, FetchError::Status(401 | 403 | 451)) || !self.has_given;
        let is_final = matches!(error, FetchError::Forbidden(_) | FetchError::Unplayable(_));
        if is_final || is_refused && tries >= MAX_FAILURES {
            return Err(error);
        }
        if now >= since + self.target * GIVE_UP_AFTER {
            self.lose(&error.to_string());
        }
        Ok(())
    }

    /// Reads the playlist when it is time, and notes the segments that are new.
    async fn poll(&mut self) -> Result<(), FetchError> {
        sleep_until(self.poll_at).await;
        let fetched = match self.fetch.open(&self.address, None).await {
            Ok(fetched) => self.read_playlist(fetched).await,
            Err(error) => Err(error),
        };
        let Err(error) = fetched else {
            self.failures = 0;
            return Ok(());
        };
        self.failures += 1;
        // What can never work is not tried again; the rest may be one bad answer.
        if self.failures >= MAX_FAILURES || matches!(error, FetchError::Forbidden(_) | FetchError::Unplayable(_)) {
            return Err(error);
        }
        self.poll_at = self.poll_at.max(Instant::now() + Duration::from_millis(500));
        Ok(())
    }

    /// Follows a main playlist once.
    async fn read_playlist(&mut self, mut fetched: Fetched) -> Result<(), FetchError> {
        for _ in 0..2 {
            if !matches!(fetched.status, 200 | 206) {
                return Err(FetchError::Status(fetched.status));
            }
            let base = Url::parse(&fetched.final_url).map_err(|_| broken("its address is none"))?;
            match listing::read(&read_text(fetched.body).await?)? {
                Listing::Media(list) => return self.note(&base, &list),
                Listing::Main(main) => {
                    let best = choice::best(&main)?;
                    let address = base.join(&best.uri).map_err(|_| broken("an address in the playlist is none"))?;
                    self.address = address.into();
                    fetched = self.fetch.open(&self.address, None).await?;
                }
            }
        }
        Err(broken("a main playlist leads to another one"))
    }

    fn note(&mut self, base: &Url, list: &Media) -> Result<(), FetchError> {
        let noted = self.queue.note(base, list)?;
        if noted.left_out > 0 {
            tracing::warn!(segments = noted.left_out, "an HLS source is read too slowly, and segments are left out");
        }
        self.target = list.target;
        // Nothing new: ask again after half a segment, as the format's rules say.
        self.poll_at = Instant::now() + if noted.has_news { list.target } else { list.target / 2 };
        Ok(())
    }
}

/// Segments that only say what they are when they are read.
const MP4: &str = "its segments are fragmented MP4, which cannot be sent as .ts; use .m3u8";

#[cfg(test)]
mod tests;
