//! What the cutter makes of a source that has more than the program that plays.

use super::cutter::Cutter;
use crate::ts::{PACKET, Versions};
use std::time::Duration;

const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");

/// What the cutter complains of when the clip's program stops and another one goes on, at each second.
fn troubles(program: Option<u16>) -> Vec<Option<&'static str>> {
    let mut cutter = Cutter::new(Versions::default(), program);
    cutter.feed(CLIP, Duration::ZERO, |_| ());
    let other = [&[0x47, 0x03, 0x00, 0x10][..], &[0; PACKET - 4]].concat().repeat(50);
    let look = |second| {
        let now = Duration::from_secs(second);
        cutter.feed(&other, now, |piece| {
            assert!(program.is_none() || !piece.bytes.windows(3).any(|w| w == [0x47, 3, 0]))
        });
        cutter.trouble(Duration::ZERO, now, Duration::from_secs(1))
    };
    (1..=10).map(look).collect()
}

#[test]
fn a_program_that_stops_fails_its_source_although_the_others_go_on() {
    let troubles = troubles(Some(1));
    assert!(troubles[..8].iter().all(Option::is_none), "{troubles:?}");
    assert_eq!(troubles[9], Some("the program that plays went silent"));
}

#[test]
fn of_a_source_with_one_program_every_packet_counts() {
    assert!(troubles(None).iter().all(Option::is_none));
}
