//! Finds packets in arriving bytes and tells what each means for viewers.
//! Knows no time and no viewers; what it keeps of the past is bounded by a few packets.

use super::entry::Codec;
use super::packet::{PACKET, Packet, SYNC};
use super::section::Assembly;
use super::tables::{self, Lead};
use super::ticks_between;
use bytes::Bytes;

/// Without an entry for so many packets (4 MB), any unit of the video is taken as one: some
/// encoders refresh line by line and never send a whole picture.
const PATIENCE: u32 = 4_000_000 / PACKET as u32;

/// Sound may be entered anywhere; so often (0.4 s) is enough, and keeps pieces large.
const SOUND_ENTRIES: u64 = 36_000;

/// One packet and what it means.
pub(crate) struct Seen<'a> {
    /// The packet.
    pub(crate) packet: Packet<'a>,
    /// A decoder may begin with this packet, once it has read [`Reader::tables`].
    pub(crate) is_entry: bool,
    /// Presentation time of that entry, in 90 kHz ticks.
    pub(crate) pts: Option<u64>,
}

/// Reads a stream that arrives in pieces of any size. Garbage is skipped and counted.
#[derive(Default)]
pub(crate) struct Reader {
    /// The start of a packet whose end has not arrived: fewer than 2 packets.
    rest: Vec<u8>,
    association: Assembly,
    association_packets: Vec<u8>,
    map: Assembly,
    map_pid: Option<u16>,
    tables: Bytes,
    lead: Option<Lead>,
    since_entry: u32,
    entry_pts: Option<u64>,
    skipped: u64,
    packets: u64,
}

impl Reader {
    /// A reader at the start of a stream.
    pub(crate) fn new() -> Reader {
        Reader::default()
    }

    /// Takes the next bytes and shows each whole packet.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut see: impl FnMut(&Reader, Seen<'_>)) {
        let mut held = std::mem::take(&mut self.rest);
        held.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(window) = held.get(at..).filter(|window| window.len() > PACKET) {
            // A sync byte counts only with the next packet's behind it; 0x47 is common in pictures.
            match Packet::parse(window).filter(|_| window.get(PACKET) == Some(&SYNC)) {
                Some(packet) => {
                    let seen = self.look(packet);
                    see(self, seen);
                    at += PACKET;
                }
                None => {
                    at += 1;
                    self.skipped += 1;
                }
            }
        }
        held.drain(..at);
        self.rest = held;
    }

    /// Shows the packet that ends exactly with the stream; no other follows to confirm it.
    pub(crate) fn end(&mut self, mut see: impl FnMut(&Reader, Seen<'_>)) {
        let held = std::mem::take(&mut self.rest);
        if let Some(packet) = Packet::parse(&held).filter(|_| held.len() == PACKET) {
            let seen = self.look(packet);
            see(self, seen);
        }
    }

    /// The packets of both tables, to be sent before an entry; empty until both were read.
    pub(crate) fn tables(&self) -> &Bytes {
        &self.tables
    }

    /// Bytes that belonged to no packet.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Packets read.
    pub(crate) fn packets(&self) -> u64 {
        self.packets
    }

    fn look<'a>(&mut self, packet: Packet<'a>) -> Seen<'a> {
        self.packets += 1;
        let pid = packet.pid();
        if pid == 0 {
            self.read_association(&packet);
        } else if Some(pid) == self.map_pid {
            self.read_map(&packet);
        }
        let is_entry = self.is_entry(&packet);
        let pts = if is_entry { packet.pts() } else { None };
        Seen { packet, is_entry, pts }
    }

    fn is_entry(&mut self, packet: &Packet<'_>) -> bool {
        let Some(lead) = self.lead.filter(|_| !self.tables.is_empty()) else { return false };
        self.since_entry = self.since_entry.saturating_add(1);
        if packet.pid() != lead.pid {
            return false;
        }
        let is_entry = lead.codec.is_entry(packet) && !(lead.codec == Codec::Sound && self.has_just_entered(packet));
        let is_entry = is_entry || (self.since_entry > PATIENCE && packet.starts_unit());
        if is_entry {
            self.since_entry = 0;
            self.entry_pts = packet.pts();
        }
        is_entry
    }

    fn has_just_entered(&self, packet: &Packet<'_>) -> bool {
        let both = self.entry_pts.zip(packet.pts());
        both.is_some_and(|(last, now)| ticks_between(last, now, SOUND_ENTRIES).is_some())
    }

    fn read_association(&mut self, packet: &Packet<'_>) {
        let Some(section) = self.association.push(packet) else { return };
        let Some(pid) = tables::map_pid(&section.body) else { return };
        if self.map_pid != Some(pid) {
            self.map_pid = Some(pid);
            self.map = Assembly::default();
            self.tables = Bytes::new();
        }
        self.association_packets = section.packets;
    }

    fn read_map(&mut self, packet: &Packet<'_>) {
        let Some(section) = self.map.push(packet) else { return };
        let Some(lead) = tables::lead(&section.body) else { return };
        self.lead = Some(lead);
        // Tables repeat several times a second; only a change costs a new buffer.
        let (first, second) = self.tables.split_at(self.association_packets.len().min(self.tables.len()));
        if !same_payload(first, &self.association_packets) || !same_payload(second, &section.packets) {
            self.tables = [self.association_packets.as_slice(), &section.packets].concat().into();
        }
    }
}

/// Whether two runs of packets differ in nothing but their continuity counters.
fn same_payload(one: &[u8], other: &[u8]) -> bool {
    let (ones, others) = (one.as_chunks::<PACKET>().0, other.as_chunks::<PACKET>().0);
    one.len() == other.len() && ones.iter().zip(others).all(|(a, b)| a[..3] == b[..3] && a[4..] == b[4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");

    fn entries(bytes: &[u8], step: usize) -> (Vec<Option<u64>>, u64) {
        let mut reader = Reader::new();
        let mut found = Vec::new();
        for piece in bytes.chunks(step) {
            reader.feed(piece, |reader, seen| {
                if seen.is_entry {
                    assert_eq!(reader.tables().len() % PACKET, 0);
                    assert!(!reader.tables().is_empty());
                    found.push(seen.pts);
                }
            });
        }
        reader.end(|_, _| ());
        (found, reader.packets())
    }

    /// The same stream without random access marks.
    fn unmarked(bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for packet in bytes.as_chunks_mut::<PACKET>().0 {
            if packet[3] & 0x20 != 0 && packet[4] > 0 {
                packet[5] &= !0x40;
            }
        }
        bytes
    }

    #[test]
    fn key_frames_are_found_however_the_bytes_are_cut() {
        // 120 frames with a key frame every 30, at 25 a second.
        let want: Vec<_> = (0..4).map(|n| Some(127_920 + n * 30 * 3_600)).collect();
        for step in [1, 187, 188, 189, 1_316, 65_536] {
            assert_eq!(entries(CLIP, step), (want.clone(), (CLIP.len() / PACKET) as u64), "pieces of {step}");
        }
    }

    #[test]
    fn key_frames_are_found_without_the_packets_own_marks() {
        assert_eq!(entries(&unmarked(CLIP), 1_316).0.len(), 4);
    }

    #[test]
    fn garbage_between_packets_is_skipped_and_bounded() {
        let mut bytes = Vec::new();
        for (at, packet) in CLIP.chunks(PACKET).enumerate() {
            if at % 100 == 99 {
                bytes.extend([0x47, 1, 2, 3, 0x47, 0x47].repeat(50));
            }
            bytes.extend_from_slice(packet);
        }
        // The packet before garbage cannot be confirmed, so a few may be lost, not the stream.
        assert!(entries(&bytes, 1_000).0.len() >= 3);
        let mut reader = Reader::new();
        for _ in 0..1_000 {
            reader.feed(&[0x47; 999], |_, _| ());
            reader.feed(&[0; 999], |_, _| ());
            assert!(reader.rest.len() <= 2 * PACKET);
        }
    }

    #[test]
    fn damaged_packets_never_break_the_reader_and_the_rest_is_still_read() {
        let mut dice = 0x2545_f491_4f6c_dd1d_u64;
        let mut roll = || {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            dice as usize
        };
        for _ in 0..200 {
            let mut bytes = CLIP.to_vec();
            for _ in 0..2_000 {
                let place = roll() % bytes.len();
                bytes[place] = roll() as u8;
            }
            let (found, packets) = entries(&bytes, 1_316);
            assert!(packets > 200 && found.len() < 1_000);
        }
    }

    #[test]
    fn a_stream_without_video_may_be_entered_at_any_unit() {
        // Calls the video private data; what is left is sound. The map's checksum is made anew.
        let mut bytes = CLIP.to_vec();
        for packet in bytes.as_chunks_mut::<PACKET>().0 {
            if packet[1] & 0x5f == 0x50 && packet[2] == 0 {
                let length = usize::from(packet[7]) + 3;
                packet[17] = 0x06;
                let crc = super::super::section::checksum(&packet[5..5 + length - 4]);
                packet[5 + length - 4..5 + length].copy_from_slice(&crc.to_be_bytes());
            }
        }
        let found: Vec<_> = entries(&bytes, 1_316).0.into_iter().flatten().collect();
        assert!((5..=12).contains(&found.len()), "{found:?}");
        assert!(found.windows(2).all(|pair| pair[1] - pair[0] > SOUND_ENTRIES));
    }

    #[test]
    fn key_frames_of_other_codecs_are_found_without_the_packets_own_marks() {
        let folder = tempfile::tempdir().unwrap();
        for codec in ["mpeg2video", "libx265 -x265-params log-level=none", "libx264"] {
            let words = format!(
                "-nostdin -v error -y -f lavfi -i testsrc2=size=320x180:rate=25 -t 4 -pix_fmt yuv420p -g 25 -c:v {codec} a.ts"
            );
            let mut ffmpeg = std::process::Command::new("ffmpeg");
            let Ok(done) = ffmpeg.args(words.split(' ')).current_dir(folder.path()).output() else {
                assert!(std::env::var_os("CI").is_none(), "ffmpeg is missing, and nothing here would be tested");
                eprintln!("ffmpeg is not installed: this test checks nothing here");
                return;
            };
            assert!(done.status.success(), "{codec}: {}", String::from_utf8_lossy(&done.stderr));
            let bytes = unmarked(&std::fs::read(folder.path().join("a.ts")).unwrap());
            assert_eq!(entries(&bytes, 1_316).0.len(), 4, "{codec}");
        }
    }

    #[test]
    fn a_table_with_a_wrong_checksum_is_not_believed() {
        let mut bytes = CLIP.to_vec();
        for packet in bytes.as_chunks_mut::<PACKET>().0 {
            if packet[1] & 0x1f == 0 && packet[2] == 0 {
                packet[10] ^= 0xff;
            }
        }
        assert!(entries(&bytes, 1_316).0.is_empty());
    }
}
