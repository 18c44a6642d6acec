//! Packs frames of sound into a transport stream of one program, with tables and a clock.

use super::frame::{HEAD, Head, Kind};
use crate::ts::{STAMP_MASK, TICKS_PER_SECOND, Writer, sound_tables};
use bytes::Bytes;

/// Frames of one unit: together they last about a tenth of a second.
const UNIT_FRAMES: usize = 5;
/// The tables are repeated before every so manieth unit.
const TABLES_EVERY: u32 = 4;
/// The clock runs so far behind the sound, in ticks, so that a player has time to decode.
const DELAY: u64 = 18_000;
/// Where time begins, in ticks, when the source does not say.
const BEGIN: u64 = TICKS_PER_SECOND;
/// Longest tag that is read for the time in it; longer ones are skipped.
const MAX_TAG: usize = 4 << 10;
/// Whose tag holds the time of an HLS segment.
const TIME_OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";
/// Bytes without a frame after which this is not a sound that we know.
const MAX_NOISE: usize = 256 << 10;

/// Takes sound in pieces of any size. Keeps less than two frames of it.
pub(crate) struct Packer {
    rest: Vec<u8>,
    /// Bytes of a tag that are still to be skipped.
    skip: usize,
    /// Bytes since the last frame.
    noise: usize,
    /// Frames have followed each other without a gap so far.
    is_in_step: bool,
    unit: Vec<u8>,
    unit_frames: usize,
    unit_at: u64,
    time: Time,
    kind: Option<Kind>,
    units: u32,
    writer: Writer,
}

/// Time in ticks, counted in samples, so that it does not drift.
struct Time {
    base: u64,
    samples: u64,
    rate: u32,
}

impl Time {
    fn now(&self) -> u64 {
        (self.base + self.samples * TICKS_PER_SECOND / u64::from(self.rate.max(1))) & STAMP_MASK
    }

    fn set(&mut self, base: u64) {
        (self.base, self.samples) = (base, 0);
    }

    fn pass(&mut self, head: &Head) {
        if head.rate != self.rate {
            self.set(self.now());
            self.rate = head.rate;
        }
        self.samples += u64::from(head.samples);
    }
}

impl Packer {
    /// At the beginning of a stream.
    pub(crate) fn new() -> Packer {
        Packer {
            rest: Vec::new(),
            skip: 0,
            noise: 0,
            is_in_step: false,
            unit: Vec::new(),
            unit_frames: 0,
            unit_at: BEGIN,
            time: Time { base: BEGIN, samples: 0, rate: 0 },
            kind: None,
            units: 0,
            writer: Writer::default(),
        }
    }

    /// Takes bytes, gives whole packets; none as long as a unit is not full.
    ///
    /// # Errors
    /// When the bytes are not sound that can be packed, with the reason.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Bytes, &'static str> {
        let mut held = std::mem::take(&mut self.rest);
        held.extend_from_slice(bytes);
        let (mut at, mut out) = (0, Vec::new());
        while let Some(step) = self.step(held.get(at..).unwrap_or(&[]), &mut out) {
            at += step;
            if self.noise > MAX_NOISE {
                return Err("its sound is neither AAC (ADTS) nor MPEG audio; use .m3u8");
            }
        }
        held.drain(..at.min(held.len()));
        self.rest = held;
        Ok(out.into())
    }

    /// What is left when a segment has ended; the next one may begin with a time of its own.
    pub(crate) fn end_segment(&mut self) -> Bytes {
        let mut out = Vec::new();
        // No other frame follows to confirm the last one.
        let rest = std::mem::take(&mut self.rest);
        if let Some(head) = Head::read(&rest).filter(|head| head.length == rest.len()) {
            self.add(&head, &rest, &mut out);
        }
        self.flush(&mut out);
        self.is_in_step = false;
        out.into()
    }

    /// How many bytes are done with; `None` when more are needed.
    fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        if self.skip > 0 && !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            return Some(skipped);
        }
        if bytes.len() < 10 {
            return None;
        }
        if bytes.starts_with(b"ID3") {
            return self.tag(bytes, out);
        }
        let Some(head) = Head::read(bytes) else { return Some(self.pass_noise()) };
        let frame = bytes.get(..head.length)?;
        let after = bytes.get(head.length..).unwrap_or(&[]);
        // The first frames must confirm each other: the mark of a head is common in sound.
        if !self.is_in_step && after.len() < HEAD {
            return None;
        }
        if !self.is_in_step && !after.starts_with(b"ID3") && Head::read(after).is_none() {
            return Some(self.pass_noise());
        }
        self.add(&head, frame, out);
        Some(head.length)
    }

    fn pass_noise(&mut self) -> usize {
        self.is_in_step = false;
        self.noise += 1;
        1
    }

    /// A tag before frames: in HLS it says when they play.
    fn tag(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let size = bytes.get(6..10)?.iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f)) + 10;
        if size > MAX_TAG {
            self.skip = size;
            return Some(0);
        }
        let tag = bytes.get(..size)?;
        let owner = tag.windows(TIME_OWNER.len()).position(|window| window == TIME_OWNER);
        let time = owner.and_then(|at| tag.get(at + TIME_OWNER.len()..)?.first_chunk::<8>());
        if let Some(time) = time {
            self.flush(out);
            self.time.set(u64::from_be_bytes(*time) & STAMP_MASK);
        }
        Some(size)
    }

    fn add(&mut self, head: &Head, frame: &[u8], out: &mut Vec<u8>) {
        if self.kind.replace(head.kind) != Some(head.kind) {
            self.flush(out);
            self.units = 0;
        }
        if self.unit.is_empty() {
            self.unit_at = self.time.now();
        }
        self.unit.extend_from_slice(frame);
        self.unit_frames += 1;
        self.time.pass(head);
        (self.noise, self.is_in_step) = (0, true);
        if self.unit_frames >= UNIT_FRAMES {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        let Some(kind) = self.kind.filter(|_| !self.unit.is_empty()) else { return };
        if self.units.is_multiple_of(TABLES_EVERY) {
            let kind = match kind {
                Kind::Aac => 0x0f,
                Kind::Mpeg1 => 0x03,
                Kind::Mpeg2 => 0x04,
            };
            self.writer.tables(&sound_tables(kind), out);
        }
        self.units = self.units.wrapping_add(1);
        let clock = self.unit_at.wrapping_sub(DELAY) & STAMP_MASK;
        self.writer.sound(self.unit_at, clock, &self.unit, out);
        self.unit.clear();
        self.unit_frames = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::{Enter, PACKET, Reader, Versions};

    /// Four seconds of sound in this form, or `None` where ffmpeg is not installed.
    fn made(arguments: &str) -> Option<Vec<u8>> {
        let mut ffmpeg = std::process::Command::new("ffmpeg");
        ffmpeg.args("-nostdin -v error -f lavfi -i sine=frequency=440:sample_rate=48000 -t 4".split(' '));
        let Ok(done) = ffmpeg.args(arguments.split(' ')).arg("pipe:1").output() else {
            assert!(std::env::var_os("CI").is_none(), "ffmpeg is missing, and nothing here would be tested");
            eprintln!("ffmpeg is not installed: this test checks nothing here");
            return None;
        };
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Some(done.stdout)
    }

    fn packed(packer: &mut Packer, sound: &[u8], step: usize) -> Vec<u8> {
        let mut all: Vec<u8> = sound.chunks(step).flat_map(|piece| packer.push(piece).unwrap()).collect();
        all.extend(packer.end_segment());
        all
    }

    /// What ffmpeg complains about, and how many samples it decodes.
    fn decoded(stream: &[u8]) -> (String, usize) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.ts"), stream).unwrap();
        let words = "-nostdin -v warning -err_detect explode -f mpegts -i a.ts -f s16le -ac 1 pipe:1";
        let done = std::process::Command::new("ffmpeg").args(words.split(' ')).current_dir(folder.path()).output();
        let done = done.unwrap();
        (String::from_utf8(done.stderr).unwrap(), done.stdout.len() / 2)
    }

    #[test]
    fn bare_sound_becomes_a_stream_that_decodes_whole_however_it_arrives() {
        for form in ["-c:a aac -f adts", "-c:a mp2 -f mp2", "-c:a libmp3lame -id3v2_version 0 -write_xing 0 -f mp3"] {
            let Some(sound) = made(form) else { return };
            let whole = packed(&mut Packer::new(), &sound, 4_096);
            assert_eq!(whole.len() % PACKET, 0);
            for step in [1, 100] {
                assert!(packed(&mut Packer::new(), &sound, step) == whole, "{form} in pieces of {step}");
            }
            let (complaints, samples) = decoded(&whole);
            assert_eq!(complaints, "", "{form}");
            assert!((190_000..196_000).contains(&samples), "{form}: {samples}");
            let (mut reader, mut entries) = (Reader::new(Versions::default()), Vec::new());
            reader.feed(&whole, |_, seen| entries.extend(seen.pts.filter(|_| seen.entry == Some(Enter::Key))));
            assert!(entries.len() >= 6 && entries.is_sorted(), "{form}: {entries:?}");
        }
    }

    #[test]
    fn a_station_that_begins_in_the_middle_of_a_frame_is_read_from_the_next_one() {
        let Some(sound) = made("-c:a aac -f adts") else { return };
        let (complaints, samples) = decoded(&packed(&mut Packer::new(), &sound[777..], 1_000));
        assert_eq!(complaints, "");
        assert!(samples > 180_000);
    }

    #[test]
    fn the_tag_of_a_segment_says_when_it_plays() {
        let Some(sound) = made("-c:a aac -f adts") else { return };
        let mut tag = b"ID3\x04\0\0\0\0\0\x3fPRIV\0\0\0\x35\0\0".to_vec();
        tag.extend(TIME_OWNER);
        tag.extend(8_000_000_000_u64.to_be_bytes());
        let mut packer = Packer::new();
        packed(&mut packer, &sound, 4_096);
        let second = packed(&mut packer, &[tag, sound].concat(), 4_096);
        let (mut reader, mut first) = (Reader::new(Versions::default()), None);
        reader.feed(&second, |_, seen| {
            first = first.or(seen.packet.pts());
        });
        assert_eq!(first, Some(8_000_000_000));
    }

    #[test]
    fn what_is_no_sound_is_refused_by_name_and_kept_nowhere() {
        let mut packer = Packer::new();
        let refused = (0..1_000).find_map(|_| packer.push(&[0x55; 1_000]).err());
        assert!(refused.unwrap().contains("AAC"));
    }
}
