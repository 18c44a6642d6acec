//! What the reader makes of whole streams: the bundled clip, changed in many ways, and recordings.

use super::packet::SYNC;
use super::reader::SOUND_ENTRIES;
use super::*;

const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");

/// Presentation times of the places to enter, and packets read.
fn entries(bytes: &[u8], step: usize) -> (Vec<Option<u64>>, u64) {
    let mut reader = Reader::new(Versions::default());
    let mut found = Vec::new();
    for piece in bytes.chunks(step) {
        reader.feed(piece, |reader, seen| {
            if seen.entry == Some(Enter::Key) {
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

/// What ffmpeg makes of these arguments, as a transport stream; `None` where it is not installed.
fn made(arguments: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let mut ffmpeg = std::process::Command::new("ffmpeg");
    ffmpeg.args("-nostdin -v error -y".split(' ')).args(arguments.split_whitespace()).arg("a.ts");
    let Ok(done) = ffmpeg.current_dir(folder.path()).output() else {
        assert!(std::env::var_os("CI").is_none(), "ffmpeg is missing, and nothing here would be tested");
        eprintln!("ffmpeg is not installed: this test checks nothing here");
        return None;
    };
    assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
    Some(std::fs::read(folder.path().join("a.ts")).unwrap())
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
fn packets_with_arrival_stamps_or_check_bytes_are_read_as_bare_ones() {
    let dressed = |before: &[u8], after: &[u8]| -> Vec<u8> {
        CLIP.chunks(PACKET).flat_map(|packet| [before, packet, after].concat()).collect()
    };
    for bytes in [dressed(&[0x40, 1, 2, 3], &[]), dressed(&[], &[0x40; 16])] {
        for step in [1, 191, 1_316, 65_536] {
            let (found, packets) = entries(&bytes, step);
            assert_eq!((found.len(), packets), (4, (CLIP.len() / PACKET) as u64), "pieces of {step}");
        }
        // And a source that changes its mind.
        assert!(entries(&[&bytes, CLIP].concat(), 1_316).0.len() >= 7);
    }
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
    let mut reader = Reader::new(Versions::default());
    for _ in 0..1_000 {
        reader.feed(&[0x47; 999], |_, _| ());
        reader.feed(&[0; 999], |_, _| ());
        reader.feed(&[0x47, 0, 0, 0, 0].repeat(200), |_, _| ());
        assert!(reader.held() <= 4 * 204);
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
    // Calls the video teletext; what is left is sound. The map's checksum is made anew.
    let mut bytes = CLIP.to_vec();
    for packet in bytes.as_chunks_mut::<PACKET>().0 {
        if packet[1] & 0x5f == 0x50 && packet[2] == 0 {
            let length = usize::from(packet[7]) + 3;
            packet[17] = 0x05;
            let crc = section::checksum(&packet[5..5 + length - 4]);
            packet[5 + length - 4..5 + length].copy_from_slice(&crc.to_be_bytes());
        }
    }
    let found: Vec<_> = entries(&bytes, 1_316).0.into_iter().flatten().collect();
    assert!((5..=12).contains(&found.len()), "{found:?}");
    assert!(found.windows(2).all(|pair| pair[1] - pair[0] > SOUND_ENTRIES));
}

#[test]
fn radio_is_entered_whatever_its_sound() {
    for codec in ["ac3", "eac3", "libopus", "aac", "mp2", "libmp3lame"] {
        let words = format!("-f lavfi -i sine=frequency=440:sample_rate=48000 -t 4 -ac 2 -c:a {codec}");
        let Some(bytes) = made(&words) else { return };
        assert!(entries(&bytes, 1_316).0.len() >= 4, "{codec}");
    }
}

#[test]
fn key_frames_of_other_codecs_are_found_without_the_packets_own_marks() {
    for codec in ["mpeg2video", "libx265 -x265-params log-level=none", "libx264"] {
        let words = format!("-f lavfi -i testsrc2=size=320x180:rate=25 -t 4 -pix_fmt yuv420p -g 25 -c:v {codec}");
        let Some(bytes) = made(&words) else { return };
        assert_eq!(entries(&unmarked(&bytes), 1_316).0.len(), 4, "{codec}");
    }
}

#[test]
fn every_picture_of_a_stream_without_key_frames_is_a_weak_place_to_enter() {
    let Some(bytes) = made("-f lavfi -i testsrc2=size=320x180:rate=25 -t 4 -g 1000 -pix_fmt yuv420p -c:v libx264")
    else {
        return;
    };
    let mut reader = Reader::new(Versions::default());
    let (mut keys, mut weak) = (0, 0);
    reader.feed(&bytes, |_, seen| match seen.entry {
        Some(Enter::Key) => keys += 1,
        Some(Enter::Weak) => weak += 1,
        None => {}
    });
    assert!(keys == 1 && weak > 90, "{keys} and {weak}");
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

/// Two programs, 11 and 22, each with pictures and sound.
fn two_programs() -> Vec<u8> {
    made(
        "-f lavfi -i testsrc2=s=64x64:r=25 -f lavfi -i sine -f lavfi -i smptebars=s=64x64:r=25 -f lavfi -i sine=f=880 \
         -map 0:v -map 1:a -map 2:v -map 3:a -t 3 -c:v mpeg2video -g 25 -c:a mp2 \
         -program program_num=11:st=0:st=1 -program program_num=22:st=2:st=3",
    )
    .expect("this test needs ffmpeg")
}

/// What belongs to the program that is read, by PID; the PIDs that its tables name; and the program's number.
fn of_program(bytes: &[u8], wanted: Option<u16>) -> (Vec<u16>, Vec<u16>, u16) {
    let mut reader = Reader::of(Versions::default(), wanted);
    let (mut belonging, mut lead) = (std::collections::BTreeSet::new(), None);
    reader.feed(bytes, |reader, seen| {
        if !reader.tables().is_empty() && seen.belongs {
            belonging.insert(seen.packet.pid());
        }
        lead = lead.or(seen.entry.map(|_| seen.packet.pid()));
    });
    assert!(lead.is_none_or(|lead| belonging.contains(&lead)));
    let packets: Vec<_> = reader.tables().as_chunks::<PACKET>().0.iter().collect();
    let [association, map] = packets[..] else { return (belonging.into_iter().collect(), Vec::new(), 0) };
    // Behind head and pointer: 8 bytes of the section, then number and PID of the only program.
    assert_eq!(association[6..8], [0xb0, 13], "one program");
    let number = u16::from_be_bytes([association[13], association[14]]);
    let map_pid = u16::from_be_bytes([association[15] & 0x1f, association[16]]);
    let read = tables::map(&map[5..5 + 3 + usize::from(map[7]) - 4], number).unwrap();
    let named = (1..0x1fff).filter(|pid| read.has(*pid)).chain([map_pid]).collect();
    (belonging.into_iter().collect(), named, number)
}

#[test]
fn of_several_programs_the_wanted_one_is_read_and_nothing_else() {
    let bytes = two_programs();
    for (wanted, number) in [(None, 11), (Some(11), 11), (Some(22), 22)] {
        let (belonging, named, read) = of_program(&bytes, wanted);
        assert_eq!(read, number);
        assert_eq!(named.len(), 3, "pictures, sound and the map: {named:?}");
        assert_eq!(belonging, [&[0], &named[..]].concat(), "{wanted:?}");
    }
}

#[test]
fn a_program_that_is_not_there_is_told() {
    let bytes = two_programs();
    let mut reader = Reader::of(Versions::default(), Some(33));
    reader.feed(&bytes, |_, seen| assert_eq!(seen.entry, None));
    assert!(reader.lacks_wanted() && reader.tables().is_empty());
}

#[test]
fn of_a_stream_with_one_program_everything_is_passed_on_unless_it_was_chosen() {
    let with_guide =
        [&CLIP[..PACKET * 40], &[&[SYNC, 0x40, 0x12, 0x10][..], &[0xff; 184]].concat(), &CLIP[PACKET * 40..]];
    let bytes = with_guide.concat();
    assert!(of_program(&bytes, None).0.contains(&0x12));
    let chosen = of_program(&bytes, Some(1)).0;
    assert!(!chosen.contains(&0x12) && chosen.contains(&0x100), "{chosen:?}");
}
