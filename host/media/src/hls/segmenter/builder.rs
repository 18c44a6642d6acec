//! Joins a channel's pieces to segments. Knows lengths and places to cut; keeps no finished segment.

use super::Segment;
use crate::fan_out::Piece;
use crate::ts::{TICKS_PER_SECOND, ticks_between};
use bytes::Bytes;
use std::time::Duration;

/// So long may a segment get when no key frame comes; then it is cut anywhere.
const LONGEST: Duration = Duration::from_secs(12);
/// So many bytes may it have.
const MAX_BYTES: usize = 16 << 20;
/// The first segments are shorter, so that a player begins sooner.
const EAGER: u32 = 3;
const EAGER_LENGTH: Duration = Duration::from_secs(1);

/// The segment that is being joined.
pub(super) struct Builder {
    wanted: Duration,
    made: u32,
    current: Option<Current>,
}

struct Current {
    pieces: Vec<Bytes>,
    bytes: usize,
    pts: Option<u64>,
    began: Duration,
    is_break: bool,
}

impl Builder {
    /// Cuts at the first key frame after `wanted`.
    pub(super) fn new(wanted: Duration) -> Builder {
        Builder { wanted, made: 0, current: None }
    }

    /// Takes the next piece; gives the segment that ends before it.
    pub(super) fn push(&mut self, piece: &Piece, is_fresh: bool) -> Option<Segment> {
        let breaks = is_fresh || piece.entry.as_ref().is_some_and(|entry| entry.is_break);
        let done = if self.ends_before(piece, breaks) { self.finish(piece, breaks) } else { None };
        let first = self.made == 0;
        let current = match &mut self.current {
            Some(current) => current,
            None => self.current.insert(Current::begin(piece, breaks && !first)?),
        };
        current.bytes += piece.bytes.len();
        current.pieces.push(piece.bytes.clone());
        done
    }

    fn ends_before(&self, piece: &Piece, breaks: bool) -> bool {
        let Some(current) = &self.current else { return false };
        let wanted = if self.made < EAGER { EAGER_LENGTH.min(self.wanted) } else { self.wanted };
        let lasted = current.lasted(piece);
        let is_due = piece.entry.is_some() && (breaks || lasted >= wanted);
        is_due || lasted >= LONGEST || current.bytes + piece.bytes.len() > MAX_BYTES
    }

    fn finish(&mut self, next: &Piece, breaks: bool) -> Option<Segment> {
        let current = self.current.take()?;
        // The time stamps behind a break say nothing of what was before it.
        let duration = if breaks { next.at.saturating_sub(current.began) } else { current.lasted(next) };
        self.made += 1;
        Some(Segment {
            duration: duration.clamp(Duration::from_millis(1), LONGEST),
            pieces: current.pieces,
            is_break: current.is_break,
        })
    }
}

impl Current {
    /// Begins with a piece. Only one at a place to enter can be the first; after a forced cut the
    /// tables are missing, which players tolerate within a stream.
    fn begin(piece: &Piece, is_break: bool) -> Option<Current> {
        let tables = piece.entry.as_ref().map(|entry| entry.tables.clone());
        let pts = piece.entry.as_ref().and_then(|entry| entry.pts);
        Some(Current { bytes: 0, pieces: tables.into_iter().collect(), pts, began: piece.at, is_break })
    }

    /// How long it is if it ends before this piece: by the pictures' own time where both ends have
    /// one, else by arrival.
    fn lasted(&self, next: &Piece) -> Duration {
        let pts = next.entry.as_ref().and_then(|entry| entry.pts);
        let ticks = self.pts.zip(pts).and_then(|(began, now)| ticks_between(began, now, 60 * TICKS_PER_SECOND));
        match ticks {
            Some(ticks) => Duration::from_micros(ticks * 1_000_000 / TICKS_PER_SECOND),
            None => next.at.saturating_sub(self.began),
        }
    }
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
                clock: None,
                at: Duration::from_millis(n),
            })
            .collect()
    }

    fn build(pieces: &[Piece]) -> Vec<Segment> {
        let mut builder = Builder::new(Duration::from_secs(4));
        pieces.iter().enumerate().filter_map(|(at, piece)| builder.push(piece, at == 0)).collect()
    }

    #[test]
    fn segments_begin_with_tables_and_key_frames_and_last_as_the_pictures_say() {
        // The time stamps wrap on the way.
        let segments = build(&pieces(300, 20, (1 << 33) - 100_000));
        let lengths: Vec<_> = segments.iter().map(|segment| segment.duration.as_millis()).collect();
        assert_eq!(lengths, [2_000, 2_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000]);
        assert!(segments.iter().all(|segment| segment.pieces[0] == "T" && !segment.is_break));
        let kept: usize = segments.iter().map(|segment| segment.pieces.len() - 1).sum();
        assert_eq!(kept, 260, "no piece is lost or doubled");
    }

    #[test]
    fn a_break_ends_the_segment_and_marks_the_next() {
        let mut both = pieces(50, 10, 0);
        both.extend(pieces(50, 10, 5_000_000));
        let segments = build(&both);
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
        let segments = build(&(0..100).map(|n| piece(n, n == 0)).collect::<Vec<_>>());
        assert!(segments.len() >= 5);
        assert!(segments.iter().all(|segment| segment.pieces.iter().map(Bytes::len).sum::<usize>() <= MAX_BYTES));
    }
}
