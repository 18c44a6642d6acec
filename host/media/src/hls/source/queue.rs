//! The segments that are to be read, across the readings of a playlist. Each is read once and in
//! order; one that fails waits until it is read or has left the playlist.

use super::listing::{Media, Span};
use host_core::port::FetchError;
use std::collections::VecDeque;
use std::time::Duration;
use url::Url;

/// How many segments before the end reading begins, as players do.
const BEGIN_BEFORE_END: usize = 3;
/// When more segments wait, we are too slow: the older ones are left out.
const MAX_WAITING: usize = 8;

/// A segment to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) url: String,
    pub(super) span: Option<Span>,
    pub(super) lasts: Duration,
}

/// What waits.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Segment>,
    next: Option<u64>,
    /// The first number of the playlist as it was last read.
    oldest: u64,
    /// Everything there will ever be is known: it is a recording.
    pub(super) is_recording: bool,
}

impl Queue {
    /// The segment to be read now.
    pub(super) fn front(&self) -> Option<&Segment> {
        self.waiting.front()
    }

    /// It was read, or is given up.
    pub(super) fn done(&mut self) {
        self.waiting.pop_front();
    }

    /// Notes what is new in a playlist that was read from `base`, and whether anything was. Gives how
    /// many segments are left out because we are too slow.
    pub(super) fn note(&mut self, base: &Url, list: &Media) -> Result<Noted, FetchError> {
        if let Some(reason) = list.segments.iter().find_map(|segment| segment.unplayable) {
            return Err(FetchError::Unplayable(reason));
        }
        let end = list.sequence + list.segments.len() as u64;
        let from_end = if list.has_ended { list.segments.len() } else { BEGIN_BEFORE_END };
        let begin = end.saturating_sub(from_end as u64);
        // A number that went back means that the source began anew.
        let next = self.next.filter(|next| *next <= end).unwrap_or(begin).max(list.sequence);
        for (number, segment) in (list.sequence..).zip(&list.segments) {
            if number >= next && !segment.is_gap {
                let url = base.join(&segment.uri).map_err(|_| broken("an address in the playlist is none"))?.into();
                self.waiting.push_back(Segment { number, url, span: segment.span, lasts: segment.lasts });
            }
        }
        let mut left_out = 0;
        while !list.has_ended && self.waiting.len() > MAX_WAITING {
            self.waiting.pop_front();
            left_out += 1;
        }
        (self.oldest, self.is_recording) = (list.sequence, list.has_ended);
        self.next = Some(end);
        Ok(Noted { has_news: end > next, left_out })
    }

    /// Whether the segment to be read now has left the playlist.
    pub(super) fn front_has_left(&self) -> bool {
        self.front().is_some_and(|segment| segment.number < self.oldest)
    }
}

/// What a reading of the playlist brought.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Noted {
    pub(super) has_news: bool,
    pub(super) left_out: usize,
}

pub(super) fn broken(what: &str) -> FetchError {
    FetchError::Broken(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::source::listing::Listed;

    fn list(sequence: u64, count: u64, has_ended: bool) -> Media {
        let segments = (sequence..sequence + count).map(|number| Listed {
            uri: format!("{number}.ts"),
            span: None,
            lasts: Duration::from_secs(2),
            is_gap: number % 100 == 99,
            unplayable: None,
        });
        Media { sequence, target: Duration::from_secs(2), segments: segments.collect(), has_ended }
    }

    fn note(queue: &mut Queue, list: &Media) -> Noted {
        queue.note(&Url::parse("http://h/live/").unwrap(), list).unwrap()
    }

    fn numbers(queue: &Queue) -> Vec<u64> {
        queue.waiting.iter().map(|segment| segment.number).collect()
    }

    #[test]
    fn a_live_list_is_begun_three_segments_before_its_end_and_each_is_read_once() {
        let mut queue = Queue::default();
        assert!(note(&mut queue, &list(10, 6, false)).has_news);
        assert_eq!(numbers(&queue), [13, 14, 15]);
        assert!(!note(&mut queue, &list(10, 6, false)).has_news);
        assert!(note(&mut queue, &list(12, 6, false)).has_news);
        assert_eq!(numbers(&queue), [13, 14, 15, 16, 17]);
        assert_eq!(queue.front().unwrap().url, "http://h/live/13.ts");
    }

    #[test]
    fn a_recording_is_read_from_its_begin() {
        let mut queue = Queue::default();
        note(&mut queue, &list(0, 20, true));
        assert_eq!(numbers(&queue).len(), 20);
        assert!(queue.is_recording);
    }

    #[test]
    fn a_segment_stays_until_it_is_read_or_has_left_the_list() {
        let mut queue = Queue::default();
        note(&mut queue, &list(10, 3, false));
        note(&mut queue, &list(11, 3, false));
        assert!(queue.front_has_left());
        queue.done();
        assert!(!queue.front_has_left());
        assert_eq!(queue.front().unwrap().number, 11);
    }

    #[test]
    fn a_source_that_counts_anew_is_followed_and_its_own_gaps_are_passed_over() {
        let mut queue = Queue::default();
        note(&mut queue, &list(1_000, 3, false));
        (0..3).for_each(|_| queue.done());
        assert!(note(&mut queue, &list(0, 3, false)).has_news);
        assert_eq!(numbers(&queue), [0, 1, 2]);
        let mut queue = Queue::default();
        note(&mut queue, &list(97, 4, false));
        assert_eq!(numbers(&queue), [98, 100]);
    }

    #[test]
    fn who_is_too_slow_goes_on_with_what_is_newer() {
        let mut queue = Queue::default();
        note(&mut queue, &list(0, 3, false));
        assert_eq!(note(&mut queue, &list(0, 20, false)).left_out, 12);
        assert_eq!(numbers(&queue), (12..20).collect::<Vec<_>>());
    }
}
