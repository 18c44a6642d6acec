//! The bytes of one segment: asked for from where an earlier attempt broke off, cut out of a file
//! where the server has no ranges, and noticed when they end too early.

use super::queue::{Segment, broken};
use bytes::Bytes;
use futures_util::StreamExt;
use host_core::port::{ByteRange, ByteStream, Fetch, FetchError, Fetched};

/// Most bytes of a file that are thrown away to come to a segment in it.
const MAX_SKIPPED: u64 = 16 << 20;

/// A segment that is being read.
pub(super) struct Part {
    body: ByteStream,
    /// Bytes before it that the server sends all the same.
    skip: u64,
    /// Bytes that are still to come, where that is known.
    left: Option<u64>,
    /// All bytes of this attempt, where that is known.
    pub(super) length: Option<u64>,
}

impl Part {
    /// Asks for a segment, of which `given` bytes have been read before.
    pub(super) async fn open(fetch: &dyn Fetch, segment: &Segment, given: u64) -> Result<Part, FetchError> {
        let first = segment.span.map_or(0, |span| span.first) + given;
        let wanted = segment.span.map(|span| span.length.saturating_sub(given));
        let range = match wanted {
            Some(length) => Some(ByteRange::Between(first, first + length.saturating_sub(1))),
            None => (given > 0).then_some(ByteRange::From(given)),
        };
        let fetched = fetch.open(&segment.url, range).await?;
        let skip = skipped(&fetched, first, range.is_some())?;
        let sent = fetched.content_length.map(|length| length.saturating_sub(skip));
        let length = wanted.or(sent);
        Ok(Part { body: fetched.body, skip, left: length, length })
    }

    /// The next bytes; an error when they end too early.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        loop {
            if self.left == Some(0) {
                return None;
            }
            let Some(bytes) = self.body.next().await else {
                return self.left.map(|_| Err(broken("a segment broke off")));
            };
            let Ok(mut bytes) = bytes else { return Some(bytes) };
            let skip = self.skip.min(bytes.len() as u64);
            self.skip -= skip;
            let _ = bytes.split_to(usize::try_from(skip).unwrap_or(0));
            if let Some(left) = &mut self.left {
                bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= bytes.len() as u64;
            }
            if !bytes.is_empty() {
                return Some(Ok(bytes));
            }
        }
    }
}

/// How much of an answer lies before what was asked for.
fn skipped(fetched: &Fetched, first: u64, is_range: bool) -> Result<u64, FetchError> {
    match fetched.status {
        200 if first <= MAX_SKIPPED => Ok(first),
        200 => {
            Err(FetchError::Unplayable("its segments are parts of one file, which its server sends only as a whole"))
        }
        206 if !is_range => Ok(0),
        206 => {
            let begins = fetched.content_range.as_deref().and_then(|range| range.trim().strip_prefix("bytes "));
            let begins = begins.and_then(|range| range.split('-').next()).and_then(|first| first.trim().parse().ok());
            if begins.is_none_or(|begins: u64| begins == first) {
                Ok(0)
            } else {
                Err(broken("it sent another range than was asked for"))
            }
        }
        status => Err(FetchError::Status(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::source::listing::Span;
    use futures_util::stream;
    use host_core::port::{Pending, Validators};
    use host_core::source::Source;
    use std::sync::Arc;
    use std::time::Duration;

    /// A file of 256 bytes, on a server that knows ranges or does not, and that may stop early.
    struct Server {
        knows_ranges: bool,
        stops_after: usize,
    }

    impl Fetch for Server {
        fn open<'a>(&'a self, _: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
            let file: Vec<u8> = (0..=255).collect();
            let (status, part) = match range.filter(|_| self.knows_ranges) {
                Some(ByteRange::Between(first, last)) => (206, &file[first as usize..=last as usize]),
                Some(ByteRange::From(first)) => (206, &file[first as usize..]),
                _ => (200, &file[..]),
            };
            let first = part[0];
            let sent = Bytes::copy_from_slice(&part[..part.len().min(self.stops_after)]);
            let pieces: Vec<_> = sent.chunks(7).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let fetched = Fetched {
                status,
                content_type: None,
                content_length: Some(part.len() as u64),
                validators: Validators::default(),
                content_range: (status == 206).then(|| format!("bytes {first}-9/256")),
                final_url: String::new(),
                body: Box::pin(stream::iter(pieces)),
            };
            Pending::ready(Ok(fetched))
        }

        fn for_one_source(self: Arc<Self>, _: &Source) -> Arc<dyn Fetch> {
            self
        }
    }

    async fn read(server: &Server, span: Option<Span>, given: u64) -> (Vec<u8>, bool) {
        let segment = Segment { number: 0, url: String::new(), span, lasts: Duration::ZERO };
        let mut part = Part::open(server, &segment, given).await.unwrap();
        let mut all = Vec::new();
        loop {
            match part.next().await {
                Some(Ok(bytes)) => all.extend_from_slice(&bytes),
                end => return (all, end.is_none()),
            }
        }
    }

    #[tokio::test]
    async fn the_same_bytes_come_whether_a_server_knows_ranges_or_not() {
        for knows_ranges in [true, false] {
            let server = Server { knows_ranges, stops_after: 256 };
            let span = Some(Span { first: 50, length: 100 });
            assert_eq!(read(&server, span, 0).await, ((50..150).collect(), true));
            assert_eq!(read(&server, span, 30).await, ((80..150).collect(), true));
            assert_eq!(read(&server, None, 0).await, ((0..=255).collect(), true));
            assert_eq!(read(&server, None, 200).await, ((200..=255).collect(), true));
        }
    }

    #[tokio::test]
    async fn an_end_that_comes_too_early_is_noticed() {
        for knows_ranges in [true, false] {
            let server = Server { knows_ranges, stops_after: 90 };
            assert!(!read(&server, None, 0).await.1);
            assert!(!read(&server, Some(Span { first: 50, length: 100 }), 0).await.1);
        }
    }

    #[tokio::test]
    async fn a_far_part_of_a_file_that_only_comes_whole_is_refused_by_name() {
        let server = Server { knows_ranges: false, stops_after: 256 };
        let span = Some(Span { first: MAX_SKIPPED + 1, length: 9 });
        let segment = Segment { number: 0, url: String::new(), span, lasts: Duration::ZERO };
        assert!(matches!(Part::open(&server, &segment, 0).await, Err(FetchError::Unplayable(_))));
    }
}
