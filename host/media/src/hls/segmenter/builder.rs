//! Joins a channel's pieces to segments: when one is long enough, and where it is cut.

use super::segment::Segment;
use crate::fan_out::Piece;
use crate::ts::{TICKS_PER_SECOND, ticks_between};
use bytes::Bytes;
use std::time::Duration;

/// The shortest segment that is cut at a key frame.
const SOON: Duration = Duration::from_secs(1);
/// Largest segment, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// The segment that is being joined.
pub(super) struct Builder {
    wanted: Duration,
    is_first: bool,
    current: Option<Current>,
}

struct Current {
    pieces: Vec<Bytes>,
    bytes: usize,
    pts: Option<u64>,
    clock: Option<u64>,
    /// Of the newest piece.
    last_clock: Option<u64>,
    began: Duration,
    begins_with_key: bool,
    is_break: bool,
}

impl Builder {
    /// Cuts at the first key frame after `wanted`.
    pub(super) fn new(wanted: Duration) -> Builder {
        Builder { wanted, is_first: true, current: None }
    }

    /// Takes the next piece; gives the segment that ends before it. At `longest` a segment is cut
    /// wherever it is.
    pub(super) fn push(&mut self, piece: &Piece, is_fresh: bool, longest: Duration) -> Option<Segment> {
        let breaks = is_fresh || piece.entry.as_ref().is_some_and(|entry| entry.is_break);
        let done = if self.ends_before(piece, breaks, longest) { self.finish(piece, breaks) } else { None };
        let is_break = breaks && !self.is_first;
        let current = self.current.get_or_insert_with(|| Current::begin(piece, is_break));
        self.is_first = false;
        current.bytes += piece.bytes.len();
        current.pieces.push(piece.bytes.clone());
        current.last_clock = piece.clock;
        done
    }

    fn ends_before(&self, piece: &Piece, breaks: bool, longest: Duration) -> bool {
        let Some(current) = &self.current else { return false };
        let lasted = current.lasted(piece);
        // After a cut without a key frame the next one is taken soon, so that players can begin there.
        let wanted = if current.begins_with_key { self.wanted.min(longest) } else { SOON };
        let is_due = piece.entry.is_some() && (breaks || lasted >= wanted);
        is_due || lasted >= longest || current.bytes + piece.bytes.len() > MAX_BYTES
    }

    fn finish(&mut self, next: &Piece, breaks: bool) -> Option<Segment> {
        let current = self.current.take()?;
        // The time stamps behind a break say nothing of what was before it.
        let duration = if breaks { current.lasted_alone(next) } else { current.lasted(next) };
        let duration = duration.max(Duration::from_millis(1));
        Some(Segment { duration, pieces: current.pieces, is_break: current.is_break })
    }
}

impl Current {
    /// Begins with a piece. Only one at a place to enter can be the first; after a forced cut the
    /// tables are missing, which players tolerate within a stream.
    fn begin(piece: &Piece, is_break: bool) -> Current {
        let tables = piece.entry.as_ref().map(|entry| entry.tables.clone());
        let pts = piece.entry.as_ref().and_then(|entry| entry.pts);
        Current {
            begins_with_key: tables.is_some(),
            pieces: tables.into_iter().collect(),
            bytes: 0,
            pts,
            clock: piece.clock,
            last_clock: piece.clock,
            began: piece.at,
            is_break,
        }
    }

    /// How long it is if it ends before this piece: by the pictures' own time where both ends have
    /// one, else by the program's clock, else by arrival.
    fn lasted(&self, next: &Piece) -> Duration {
        let pts = next.entry.as_ref().and_then(|entry| entry.pts);
        between(self.pts, pts)
            .or_else(|| between(self.clock, next.clock))
            .unwrap_or_else(|| next.at.saturating_sub(self.began))
    }

    /// How long it is by itself.
    fn lasted_alone(&self, next: &Piece) -> Duration {
        between(self.clock, self.last_clock).unwrap_or_else(|| next.at.saturating_sub(self.began))
    }
}

fn between(began: Option<u64>, ended: Option<u64>) -> Option<Duration> {
    let ticks = ticks_between(began?, ended?, 60 * TICKS_PER_SECOND)?;
    Some(Duration::from_micros(ticks * 1_000_000 / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fan_out::Entry;

    /// A piece every 100 ms; a key frame each `gop` pieces. All arrive at once, as from a fast source.
    fn pieces(count: u64, gop: u64, start: u64) -> Vec<Piece> {
        let entry = |n: u64, is_break| Entry {
            tables: Bytes::from_static(b"T"),
            pts: Some((start + n * 9_000) & ((1 << 33) - 1)),
            is_break,
            is_soft: false,
        };
        (0..count)
            .map(|n| Piece {
                bytes: vec![n as u8; 188].into(),
                entry: n.is_multiple_of(gop).then(|| entry(n, n == 0)),
                clock: Some((start + n * 9_000) & ((1 << 33) - 1)),
                at: Duration::from_millis(n),
            })
            .collect()
    }

    fn build(pieces: &[Piece], longest: u64) -> Vec<Segment> {
        let longest = Duration::from_secs(longest);
        let mut builder = Builder::new(Duration::from_secs(4));
        pieces.iter().enumerate().filter_map(|(at, piece)| builder.push(piece, at == 0, longest)).collect()
    }

    #[test]
    fn segments_begin_with_tables_and_key_frames_and_last_as_the_pictures_say() {
        // The time stamps wrap on the way.
        let segments = build(&pieces(300, 20, (1 << 33) - 100_000), 12);
        let lengths: Vec<_> = segments.iter().map(|segment| segment.duration.as_millis()).collect();
        assert_eq!(lengths, [4_000; 7]);
        assert!(segments.iter().all(|segment| segment.pieces[0] == "T" && !segment.is_break));
        let kept: usize = segments.iter().map(|segment| segment.pieces.len() - 1).sum();
        assert_eq!(kept, 280, "no piece is lost or doubled");
    }

    #[test]
    fn a_break_ends_the_segment_and_marks_the_next() {
        let mut both = pieces(50, 10, 0);
        both.extend(pieces(50, 10, 5_000_000));
        let segments = build(&both, 12);
        assert_eq!(segments.iter().filter(|segment| segment.is_break).count(), 1);
    }

    #[test]
    fn without_key_frames_a_segment_stays_bounded() {
        let piece = |n: u64, is_first: bool| Piece {
            bytes: vec![0; 1 << 20].into(),
            entry: is_first.then(|| Entry { tables: Bytes::new(), pts: None, is_break: true, is_soft: false }),
            clock: None,
            at: Duration::from_millis(n),
        };
        let segments = build(&(0..100).map(|n| piece(n, n == 0)).collect::<Vec<_>>(), 12);
        assert!(segments.len() >= 5);
        assert!(segments.iter().all(|segment| segment.pieces.iter().map(Bytes::len).sum::<usize>() <= MAX_BYTES));
    }

    #[test]
    fn a_segment_is_cut_without_a_key_frame_rather_than_getting_longer_than_players_were_told() {
        // All arrive at once, and a key frame comes every ten seconds.
        let segments = build(&pieces(301, 100, 7), 3);
        let lengths: Vec<_> = segments.iter().map(|segment| segment.duration.as_millis()).collect();
        assert_eq!(lengths, [3_000, 3_000, 3_000, 1_000].repeat(3));
    }
}
