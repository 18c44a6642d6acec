//! Turns arriving bytes into pieces: whole packets, joined to a size that is cheap to hand out,
//! cut where a viewer may enter. Time comes from outside, so that a test can move it.

use super::ring::{Entry, Piece};
use crate::ts::{Enter, PACKET, Reader, Seen, TICKS_PER_SECOND, Table, Versions, ticks_between};
use bytes::{Bytes, BytesMut};
use std::time::Duration;

/// A piece is handed out when it is this old. Smaller pieces cost much more (measured).
const PIECE_TIME: Duration = Duration::from_millis(100);
/// Or this large.
const PIECE_BYTES: usize = PACKET * 1_000;
/// Entries further apart than this (20 s), in 90 kHz ticks, belong to different recordings.
const LONGEST_GAP: u64 = 20 * TICKS_PER_SECOND;
/// A stream that shows no key frame for this time may have none at all: some encoders refresh line by
/// line. Then any picture is a place to enter, until a key frame comes after all.
const PATIENCE: Duration = Duration::from_secs(9);
/// Such places are taken so far apart.
const SOFT_SPACING: Duration = Duration::from_secs(2);

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
    clock: Option<u64>,
    since: Duration,
    /// When the program's tables were first known.
    known_since: Option<Duration>,
    /// When the last entry was taken.
    entered_at: Option<Duration>,
    has_key: bool,
    /// Of the last entry.
    pts: Option<u64>,
    /// Packets of each table that were written.
    written: [u8; 2],
    /// When a packet of the program came last, and when one of any program did.
    seen_at: [Duration; 2],
}

impl Cutter {
    /// For a source that was just opened: what it gives does not continue what was before. `program` is the
    /// number of the one to play, or none for the first.
    pub(super) fn new(versions: Versions, program: Option<u16>) -> Cutter {
        Cutter { reader: Reader::of(versions, program), joint: Joint::default() }
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
        self.joint.entered_at.is_some()
    }

    /// Why the source is not worth waiting for any longer: it was opened at `opened`, and has `open`
    /// to name a program, and as long again beyond our patience to give a place to enter.
    pub(super) fn trouble(&self, opened: Duration, now: Duration, open: Duration) -> Option<&'static str> {
        if self.is_garbage() {
            return Some("it is no transport stream");
        }
        match self.joint.known_since {
            _ if self.has_entered() => self.joint.misses_program().then_some("the program that plays went silent"),
            None if now < opened + open => None,
            None if self.reader.lacks_wanted() => Some("it does not have the program that was chosen"),
            None => Some("it names no program"),
            Some(_) if now < opened + open + PATIENCE => None,
            Some(_) if self.reader.is_scrambled() => Some("it is scrambled"),
            Some(_) => Some("it gave no place to enter"),
        }
    }

    /// Whether this is not a transport stream: a megabyte and hardly a packet in it.
    fn is_garbage(&self) -> bool {
        self.reader.skipped() > 1 << 20 && self.reader.packets() < self.reader.skipped() / (2 * PACKET as u64)
    }
}

impl Joint {
    fn push(&mut self, reader: &Reader, seen: Seen<'_>, now: Duration, out: &mut impl FnMut(Piece)) {
        if !reader.tables().is_empty() {
            self.known_since.get_or_insert(now);
        }
        if seen.table.is_none() {
            self.seen_at = [if seen.belongs { now } else { self.seen_at[0] }, now];
        }
        if seen.entry.is_some_and(|entry| self.takes(entry, now)) {
            self.take(now).into_iter().for_each(&mut *out);
            let is_break = self.entered_at.is_none() || seen.packet.is_discontinuous() || !self.follows(seen.pts);
            let is_soft = seen.entry == Some(Enter::Weak);
            self.entry = Some(Entry { tables: reader.tables().clone(), pts: seen.pts, is_break, is_soft });
            self.entered_at = Some(now);
            self.has_key |= !is_soft;
            self.pts = seen.pts;
        }
        if self.entered_at.is_none() {
            return;
        }
        if self.bytes.is_empty() {
            self.since = now;
            self.clock = reader.clock();
        }
        match seen.table {
            None if seen.belongs => self.bytes.extend_from_slice(seen.packet.bytes()),
            None => {}
            Some(table) if seen.packet.starts_unit() => self.write(reader, table),
            Some(_) => {}
        }
        if self.bytes.len() >= PIECE_BYTES {
            self.take(now).into_iter().for_each(out);
        }
    }

    /// Whether the other programs of the stream go on without the one that plays.
    fn misses_program(&self) -> bool {
        let [ours, any] = self.seen_at;
        any >= ours + PATIENCE
    }

    /// Whether a place to enter is taken. Key frames always are; other pictures only as long as no
    /// key frame was ever seen and our patience is over.
    fn takes(&self, entry: Enter, now: Duration) -> bool {
        match entry {
            Enter::Key => true,
            Enter::Weak if self.has_key => false,
            Enter::Weak => {
                self.known_since.is_some_and(|since| now >= since + PATIENCE)
                    && self.entered_at.is_none_or(|last| now >= last + SOFT_SPACING)
            }
        }
    }

    /// Writes our form of a table where the source sent its own, with counters that go on.
    fn write(&mut self, reader: &Reader, table: Table) {
        let written = &mut self.written[usize::from(table == Table::Map)];
        for packet in reader.table(table).as_chunks::<PACKET>().0 {
            let at = self.bytes.len();
            self.bytes.extend_from_slice(packet);
            if let Some(counter) = self.bytes.get_mut(at + 3) {
                *counter = *counter & 0xf0 | *written & 0x0f;
            }
            *written = written.wrapping_add(1);
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
        Some(Piece { bytes, entry: self.entry.take(), clock: self.clock, at: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");
    const SECOND: Duration = Duration::from_secs(1);

    fn cut(cutter: &mut Cutter, bytes: &[u8], now: Duration) -> Vec<Piece> {
        let mut pieces = Vec::new();
        cutter.feed(bytes, now, |piece| pieces.push(piece));
        pieces
    }

    /// The packets that carry pictures and sound.
    fn media(bytes: &[u8]) -> Vec<&[u8]> {
        bytes
            .chunks(PACKET)
            .filter(|packet| (packet[1] & 0x1f, packet[2]) != (0, 0) && packet[1] & 0x1f != 0x10)
            .collect()
    }

    #[test]
    fn pieces_are_whole_packets_begin_at_entries_and_lose_nothing_after_the_first() {
        let mut cutter = Cutter::new(Versions::default(), None);
        let mut pieces = Vec::new();
        // Five copies, read 1,316 bytes a millisecond, as a network would give them.
        for (ms, bytes) in CLIP.repeat(5).chunks(1_316).enumerate() {
            pieces.extend(cut(&mut cutter, bytes, Duration::from_millis(ms as u64)));
        }
        cutter.finish(9 * SECOND, |piece| pieces.push(piece));
        assert!(
            pieces.iter().all(|piece| piece.bytes.len() % PACKET == 0 && piece.bytes.len() <= PIECE_BYTES + PACKET)
        );
        assert_eq!(pieces.iter().filter(|piece| piece.entry.is_some()).count(), 20);
        // Each copy's clock begins anew.
        let breaks: Vec<_> = pieces.iter().flat_map(|piece| &piece.entry).map(|entry| entry.is_break).collect();
        assert_eq!(breaks, [true, false, false, false].repeat(5));
        let joined: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.to_vec()).collect();
        let all = CLIP.repeat(5);
        assert!(media(&all).ends_with(&media(&joined)));
        assert!(media(&joined).len() + 20 > media(&all).len(), "only what lies before the first entry is left out");
    }

    #[test]
    fn what_is_no_transport_stream_is_told_within_a_few_megabytes() {
        let mut cutter = Cutter::new(Versions::default(), None);
        for _ in 0..100 {
            assert!(cut(&mut cutter, &[0x47; 100], Duration::ZERO).is_empty());
            assert!(cut(&mut cutter, &b"<html>".repeat(5_000), Duration::ZERO).is_empty());
        }
        assert_eq!(cutter.trouble(Duration::ZERO, Duration::ZERO, SECOND), Some("it is no transport stream"));
        assert!(!cutter.has_entered());
    }

    /// The clip without key frames: the pictures that are one, and nothing that says so elsewhere.
    fn keyless() -> Vec<u8> {
        let mut reader = Reader::new(Versions::default());
        let (mut kept, mut keeps) = (Vec::new(), true);
        reader.feed(CLIP, |_, seen| {
            match seen.entry {
                Some(Enter::Key) => keeps = false,
                Some(Enter::Weak) => keeps = true,
                None => {}
            }
            if keeps || seen.packet.pid() != 0x100 {
                kept.extend_from_slice(seen.packet.bytes());
            }
        });
        kept
    }

    #[test]
    fn a_stream_that_never_shows_a_key_frame_may_be_entered_when_our_patience_is_over() {
        let bytes = keyless();
        let mut cutter = Cutter::new(Versions::default(), None);
        for tenth in 0..90 {
            assert!(cut(&mut cutter, &bytes, SECOND * tenth / 10).is_empty(), "{tenth}");
        }
        assert_eq!(cutter.trouble(Duration::ZERO, 20 * SECOND, 12 * SECOND), None, "its program is known");
        let pieces: Vec<_> = (90..150).flat_map(|tenth| cut(&mut cutter, &bytes, SECOND * tenth / 10)).collect();
        let entries: Vec<_> = pieces.iter().flat_map(|piece| &piece.entry).collect();
        assert!(entries.iter().all(|entry| entry.is_soft));
        assert!((2..=4).contains(&entries.len()), "{} in six seconds", entries.len());
    }

    #[test]
    fn between_key_frames_nothing_else_is_entered_however_many_bytes_go_by() {
        let between = keyless().repeat(100);
        let mut cutter = Cutter::new(Versions::default(), None);
        let mut pieces = cut(&mut cutter, CLIP, Duration::ZERO);
        for second in 1..60 {
            pieces.extend(cut(&mut cutter, &between, SECOND * second));
        }
        pieces.extend(cut(&mut cutter, CLIP, 60 * SECOND));
        cutter.finish(61 * SECOND, |piece| pieces.push(piece));
        let entries: Vec<_> = pieces.iter().flat_map(|piece| &piece.entry).collect();
        assert_eq!(entries.len(), 8);
        assert!(entries.iter().all(|entry| !entry.is_soft));
    }

    #[test]
    fn after_the_first_key_frame_weak_places_are_no_longer_taken() {
        let (bytes, mut cutter) = (keyless(), Cutter::new(Versions::default(), None));
        for second in 0..12 {
            cut(&mut cutter, &bytes, SECOND * second);
        }
        assert!(cutter.has_entered());
        let mut pieces = cut(&mut cutter, CLIP, 12 * SECOND);
        pieces.extend((13..40).flat_map(|second| cut(&mut cutter, &bytes, SECOND * second)));
        let entries = pieces.iter().flat_map(|piece| &piece.entry).map(|entry| entry.is_soft);
        // What was joined before the first key frame comes out with it.
        assert_eq!(entries.skip_while(|is_soft| *is_soft).collect::<Vec<_>>(), [false; 4]);
    }

    #[test]
    fn a_source_that_names_no_program_or_gives_no_place_is_not_waited_for() {
        let mut cutter = Cutter::new(Versions::default(), None);
        let null: Vec<u8> = [&[0x47, 0x1f, 0xff, 0x10][..], &[0xff; 184]].concat().repeat(20);
        cut(&mut cutter, &null, Duration::ZERO);
        assert_eq!(cutter.trouble(Duration::ZERO, 11 * SECOND, 12 * SECOND), None);
        assert_eq!(cutter.trouble(Duration::ZERO, 12 * SECOND, 12 * SECOND), Some("it names no program"));
        // The tables alone: pictures are promised, and nothing comes.
        cut(&mut cutter, &CLIP[..3 * PACKET + 1], Duration::ZERO);
        assert_eq!(cutter.trouble(Duration::ZERO, 20 * SECOND, 12 * SECOND), None);
        assert_eq!(cutter.trouble(Duration::ZERO, 21 * SECOND, 12 * SECOND), Some("it gave no place to enter"));
    }
}
