//! Plays the bundled clip without end: time stamps, clock and counters go on from round to round.

use crate::ts::{PACKET, Packet, TICKS_PER_SECOND, write_pcr, write_stamp};
use bytes::Bytes;
use host_core::port::{ByteStream, Clock};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::time::sleep;

/// 120 pictures of 25 a second, 225 frames of sound: both last exactly [`ROUND`].
const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");

/// The bundled clip: a transport stream of 4.8 s with a moving picture and a tone, for samples.
pub fn sample_clip() -> &'static [u8] {
    CLIP
}

/// Length of a round, in 90 kHz ticks.
const ROUND: u64 = 432_000;
/// How much is sent ahead of time, so that a player can fill its buffer.
const AHEAD: Duration = Duration::from_secs(1);

/// The clip's packets from one clock stamp to the next.
struct Slice {
    bytes: &'static [u8],
    /// When it is due, in ticks from the beginning of the round.
    due: u64,
}

static SLICES: LazyLock<Vec<Slice>> = LazyLock::new(|| {
    let clocks: Vec<(usize, u64)> = CLIP
        .chunks(PACKET)
        .enumerate()
        .filter_map(|(at, bytes)| Some((at * PACKET, Packet::parse(bytes)?.pcr()?)))
        .collect();
    let first = clocks.first().map_or(0, |(_, clock)| *clock);
    clocks
        .iter()
        .enumerate()
        .filter_map(|(at, (place, clock))| {
            // What lies before the first clock stamp, the tables, belongs to the first slice.
            let start = if at == 0 { 0 } else { *place };
            let end = clocks.get(at + 1).map_or(CLIP.len(), |(next, _)| *next);
            Some(Slice { bytes: CLIP.get(start..end)?, due: clock.saturating_sub(first) })
        })
        .collect()
});

/// The clip, in real time, without end.
pub(super) fn play(clock: Arc<dyn Clock>) -> ByteStream {
    let rounds = Rounds { started: clock.monotonic(), clock, place: 0, round: 0, counters: Counters::new() };
    Box::pin(futures_util::stream::unfold(rounds, |mut rounds| async {
        let bytes = rounds.next().await?;
        Some((Ok(bytes), rounds))
    }))
}

struct Rounds {
    clock: Arc<dyn Clock>,
    started: Duration,
    place: usize,
    round: u64,
    counters: Counters,
}

impl Rounds {
    async fn next(&mut self) -> Option<Bytes> {
        let slice = match SLICES.get(self.place) {
            Some(slice) => slice,
            None => {
                self.place = 0;
                self.round += 1;
                SLICES.first()?
            }
        };
        self.place += 1;
        let shift = self.round * ROUND;
        let due = self.started + Duration::from_micros((slice.due + shift) * 1_000_000 / TICKS_PER_SECOND);
        let wait = due.saturating_sub(self.clock.monotonic() + AHEAD);
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Some(self.counters.shifted(slice.bytes, shift))
    }
}

/// The continuity counter of each PID; the clip has a handful.
struct Counters(Vec<(u16, u8)>);

impl Counters {
    fn new() -> Counters {
        Counters(Vec::new())
    }

    /// The packets with all times moved by `ticks`, and with counters that go on.
    fn shifted(&mut self, packets: &[u8], ticks: u64) -> Bytes {
        let mut moved = packets.to_vec();
        for bytes in moved.as_chunks_mut::<PACKET>().0 {
            let Some(packet) = Packet::parse(bytes) else { continue };
            let (pid, has_payload, clock) = (packet.pid(), packet.has_payload(), packet.pcr());
            for place in packet.stamp_places().into_iter().flatten() {
                write_stamp(bytes, place, ticks);
            }
            if let Some(clock) = clock {
                write_pcr(bytes, clock + ticks);
            }
            bytes[3] = bytes[3] & 0xf0 | self.next(pid, has_payload);
        }
        moved.into()
    }

    /// Counters move with packets that have a payload, and repeat on others.
    fn next(&mut self, pid: u16, has_payload: bool) -> u8 {
        match self.0.iter_mut().find(|(known, _)| *known == pid) {
            Some((_, counter)) => {
                *counter = (*counter + u8::from(has_payload)) & 0x0f;
                *counter
            }
            None => {
                self.0.push((pid, 0));
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::{Enter, Reader, Versions, ticks_between};

    /// As many rounds as asked for, without waiting.
    fn rounds(count: u64) -> Vec<u8> {
        let mut counters = Counters::new();
        (0..count)
            .flat_map(|round| SLICES.iter().map(move |slice| (slice, round)))
            .flat_map(|(slice, round)| counters.shifted(slice.bytes, round * ROUND))
            .collect()
    }

    #[test]
    fn the_slices_are_the_whole_clip_in_order() {
        assert_eq!(SLICES.iter().map(|slice| slice.bytes.len()).sum::<usize>(), CLIP.len());
        assert!(SLICES.is_sorted_by_key(|slice| slice.due));
        assert!(SLICES.last().unwrap().due < ROUND);
        assert!(CLIP.len() <= 300 << 10);
    }

    #[test]
    fn rounds_decode_as_one_recording() {
        let mut capture = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut capture, &rounds(3)).unwrap();
        let mut ffmpeg = std::process::Command::new("ffmpeg");
        ffmpeg.args("-nostdin -v warning -err_detect explode -f mpegts -i".split(' '));
        let Ok(done) = ffmpeg.arg(capture.path()).args("-f null -".split(' ')).output() else {
            assert!(std::env::var_os("CI").is_none(), "ffmpeg is missing, and nothing here would be tested");
            eprintln!("ffmpeg is not installed: this test checks nothing here");
            return;
        };
        assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    }

    #[test]
    fn rounds_join_without_a_gap_in_counters_clock_or_key_frames() {
        let bytes = rounds(3);
        let (mut counters, mut entries, mut clocks) = (std::collections::HashMap::new(), Vec::new(), Vec::new());
        let mut reader = Reader::new(Versions::default());
        reader.feed(&bytes, |_, seen| {
            let packet = seen.packet;
            let counter = packet.bytes()[3] & 0x0f;
            if let Some(last) = counters.insert(packet.pid(), counter).filter(|_| packet.has_payload()) {
                assert_eq!(counter, (last + 1) & 0x0f);
            }
            clocks.extend(packet.pcr());
            entries.extend(seen.pts.filter(|_| seen.entry == Some(Enter::Key)));
        });
        assert_eq!(entries.len(), 12);
        assert!(entries.windows(2).all(|pair| pair[1] - pair[0] == 30 * 3_600), "a key frame every 1.2 s");
        assert!(clocks.windows(2).all(|pair| ticks_between(pair[0], pair[1], 9_000).is_some()));
    }
}
