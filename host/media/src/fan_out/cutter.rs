//! Turns arriving bytes into pieces: whole packets, joined to a size that is cheap to hand out,
//! cut where a viewer may enter. Knows no viewers and no sources.

use super::ring::{Entry, Piece};
use crate::ts::{PACKET, Reader, Seen, TICKS_PER_SECOND, ticks_between};
use bytes::{Bytes, BytesMut};
use std::time::Duration;

/// A piece is handed out when it is this old. Smaller pieces cost much more (measured).
const PIECE_TIME: Duration = Duration::from_millis(100);
/// Or this large.
const PIECE_BYTES: usize = PACKET * 1_000;
/// Entries further apart than this (20 s), in 90 kHz ticks, belong to different recordings.
const LONGEST_GAP: u64 = 20 * TICKS_PER_SECOND;

/// Cuts one source's bytes. Nothing comes out before the first place to enter.
pub(super) struct Cutter {
    reader: Reader,
    joint: Joint,
}

/// The piece that is being joined.
#[derive(Default)]
struct Joint {
    bytes: BytesMut,
    entry: Option<Entry>,
    since: Duration,
    entered: bool,
    /// Of the last entry.
    pts: Option<u64>,
}

impl Cutter {
    /// For a source that was just opened: what it gives does not continue what was before.
    pub(super) fn new() -> Cutter {
        Cutter { reader: Reader::new(), joint: Joint::default() }
    }

    /// Takes bytes, gives pieces.
    pub(super) fn feed(&mut self, bytes: &[u8], now: Duration, mut out: impl FnMut(Piece)) {
        self.reader.feed(bytes, |reader, seen| self.joint.push(reader, seen, now, &mut out));
        self.ripen(now, out);
    }

    /// Gives what is left when the source has ended.
    pub(super) fn finish(&mut self, now: Duration, mut out: impl FnMut(Piece)) {
        self.reader.end(|reader, seen| self.joint.push(reader, seen, now, &mut out));
        self.joint.take(now).into_iter().for_each(out);
    }

    /// Gives the piece that is being joined when it is old enough.
    pub(super) fn ripen(&mut self, now: Duration, out: impl FnMut(Piece)) {
        if now >= self.joint.since + PIECE_TIME {
            self.joint.take(now).into_iter().for_each(out);
        }
    }

    /// Whether a place to enter was found.
    pub(super) fn has_entered(&self) -> bool {
        self.joint.entered
    }

    /// Whether this is no transport stream: a megabyte and hardly a packet in it.
    pub(super) fn is_garbage(&self) -> bool {
        self.reader.skipped() > 1 << 20 && self.reader.packets() < self.reader.skipped() / (2 * PACKET as u64)
    }
}

impl Joint {
    fn push(&mut self, reader: &Reader, seen: Seen<'_>, now: Duration, out: &mut impl FnMut(Piece)) {
        if seen.is_entry {
            self.take(now).into_iter().for_each(&mut *out);
            let is_break = !self.entered || !self.follows(seen.pts);
            self.entry = Some(Entry { tables: reader.tables().clone(), pts: seen.pts, is_break });
            self.entered = true;
            self.pts = seen.pts;
        }
        if !self.entered {
            return;
        }
        if self.bytes.is_empty() {
            self.since = now;
        }
        self.bytes.extend_from_slice(seen.packet.bytes());
        if self.bytes.len() >= PIECE_BYTES {
            self.take(now).into_iter().for_each(out);
        }
    }

    /// Whether an entry's time goes on from the last one's; a source may set its clock anew.
    fn follows(&self, pts: Option<u64>) -> bool {
        self.pts.zip(pts).is_none_or(|(last, now)| ticks_between(last, now, LONGEST_GAP).is_some())
    }

    fn take(&mut self, now: Duration) -> Option<Piece> {
        if self.bytes.is_empty() {
            return None;
        }
        // Copied out, so that a small piece does not keep a large buffer alive in the ring.
        let bytes = Bytes::copy_from_slice(&self.bytes);
        self.bytes.clear();
        Some(Piece { bytes, entry: self.entry.take(), at: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");

    #[test]
    fn pieces_are_whole_packets_begin_at_entries_and_lose_nothing_after_the_first() {
        let mut cutter = Cutter::new();
        let mut pieces = Vec::new();
        // Five copies, read 1,316 bytes a millisecond, as a network would give them.
        for (ms, bytes) in CLIP.repeat(5).chunks(1_316).enumerate() {
            cutter.feed(bytes, Duration::from_millis(ms as u64), |piece| pieces.push(piece));
        }
        cutter.finish(Duration::from_secs(9), |piece| pieces.push(piece));
        assert!(pieces.iter().all(|piece| piece.bytes.len() % PACKET == 0 && piece.bytes.len() <= PIECE_BYTES));
        assert_eq!(pieces.iter().filter(|piece| piece.entry.is_some()).count(), 20);
        // Each copy's clock begins anew.
        let breaks: Vec<_> = pieces.iter().flat_map(|piece| &piece.entry).map(|entry| entry.is_break).collect();
        assert_eq!(breaks, [true, false, false, false].repeat(5));
        let joined: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.to_vec()).collect();
        assert!(CLIP.repeat(5).ends_with(&joined));
    }

    #[test]
    fn what_is_no_transport_stream_is_told_within_a_few_megabytes() {
        let mut cutter = Cutter::new();
        for _ in 0..100 {
            cutter.feed(&[0x47; 100], Duration::ZERO, |_| panic!("a piece of nothing"));
            cutter.feed(b"<html>".repeat(5_000).as_slice(), Duration::ZERO, |_| panic!("a piece of nothing"));
        }
        assert!(cutter.is_garbage());
        assert!(!cutter.has_entered());
    }
}
