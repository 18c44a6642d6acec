//! Holds a recording back to the time that it plays in. A server sends a file as fast as it can; a
//! channel that took it so would show it in fast motion, and its viewers would skip.

use crate::ts::{Reader, TICKS_PER_SECOND, Versions, ticks_between};
use bytes::Bytes;
use futures_util::StreamExt;
use host_core::port::{ByteStream, FetchError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How much is given ahead of time, so that a player can fill its buffer.
const AHEAD: Duration = Duration::from_secs(2);
/// Most bytes that are given on at once, so that a low rate does not look like silence.
const PART: usize = 8 << 10;
/// A clock that jumps further than this (10 s), in ticks, was set anew.
const JUMP: u64 = 10 * TICKS_PER_SECOND;
/// A server that promises more bytes than this means a stream without an end.
const ENDLESS: u64 = 1 << 40;

/// Whether a length that a server names is that of a recording.
pub(super) fn is_recording(length: Option<u64>) -> bool {
    length.is_some_and(|length| length < ENDLESS)
}

/// The same bytes, in their own time: by the program's clock.
pub(super) fn paced(bytes: ByteStream) -> ByteStream {
    let reader = Reader::new(Versions::default());
    let paced = Paced { bytes, reader, waiting: Bytes::new(), began: None, clock: None, passed: 0 };
    Box::pin(futures_util::stream::unfold(paced, |mut paced| async {
        let next = paced.next().await?;
        Some((next, paced))
    }))
}

struct Paced {
    bytes: ByteStream,
    reader: Reader,
    waiting: Bytes,
    began: Option<Instant>,
    clock: Option<u64>,
    /// Ticks since the first clock.
    passed: u64,
}

impl Paced {
    async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        if self.waiting.is_empty() {
            match self.bytes.next().await? {
                Ok(bytes) => self.waiting = bytes,
                error => return Some(error),
            }
        }
        let part = self.waiting.split_to(self.waiting.len().min(PART));
        self.reader.feed(&part, |_, _| ());
        let before = std::mem::replace(&mut self.clock, self.reader.clock());
        let passed = before.zip(self.clock).and_then(|(before, now)| ticks_between(before, now, JUMP));
        self.passed += passed.unwrap_or(0);
        if self.clock.is_some() {
            let began = *self.began.get_or_insert_with(Instant::now);
            let due = Duration::from_micros(self.passed * 1_000_000 / TICKS_PER_SECOND);
            sleep_until(began + due.saturating_sub(AHEAD)).await;
        }
        Some(Ok(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_recording_takes_as_long_as_it_lasts_and_is_given_whole() {
        let clip = Bytes::from(crate::test_source::sample_clip().repeat(5));
        let began = Instant::now();
        let mut paced = paced(Box::pin(futures_util::stream::iter([Ok(clip.clone())])));
        let mut all = Vec::new();
        while let Some(bytes) = paced.next().await {
            all.extend(bytes.unwrap());
        }
        assert!(all == clip);
        // Five rounds of 4.8 s by the clip's own clock, less what is given ahead.
        let took = began.elapsed().as_millis();
        assert!((19_000..23_000).contains(&took), "{took} ms by the stopped clock");
    }
}
