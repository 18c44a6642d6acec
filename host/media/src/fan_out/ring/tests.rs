//! The ring alone, with times that the test gives.

use super::*;

const PIECE: usize = 1 << 20;

fn entered(at_ms: u64, size: usize, is_soft: Option<bool>) -> Piece {
    let tables = Bytes::from_static(b"T");
    let entry = is_soft.map(|is_soft| Entry { tables, pts: None, is_break: false, is_soft });
    Piece { bytes: vec![at_ms as u8; size].into(), entry, clock: None, at: Duration::from_millis(at_ms) }
}

fn piece(at_ms: u64, size: usize, is_entry: bool) -> Piece {
    entered(at_ms, size, is_entry.then_some(false))
}

fn ring() -> Ring {
    Ring::new(Duration::ZERO, &Budget::new(usize::MAX))
}

fn held(ring: &Ring) -> usize {
    ring.0.lock().share.held()
}

fn next(ring: &Ring, cursor: &mut Cursor) -> Option<(u64, bool)> {
    match ring.poll(cursor, &mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Turn::Piece(piece, fresh)) => Some((piece.at.as_millis() as u64, fresh)),
        _ => None,
    }
}

#[test]
fn who_enters_gets_the_oldest_entry_that_is_kept_and_everything_after_it() {
    let ring = ring();
    for n in 0..100 {
        ring.push(piece(n * 100, 10, n % 10 == 0));
    }
    let mut cursor = ring.enter().unwrap();
    // At 9.9 s the last entry that is at least 4 s old is at 5 s.
    assert_eq!(next(&ring, &mut cursor), Some((5_000, true)));
    for n in 51..100 {
        assert_eq!(next(&ring, &mut cursor), Some((n * 100, false)));
    }
    assert_eq!(next(&ring, &mut cursor), None);
}

#[test]
fn who_falls_behind_goes_on_at_the_newest_entry_and_the_ring_stays_bounded() {
    let ring = ring();
    let mut slow = ring.enter().unwrap();
    ring.push(piece(0, PIECE, true));
    assert_eq!(next(&ring, &mut slow), Some((0, true)));
    for n in 1..100 {
        ring.push(piece(n, PIECE, n % 5 == 0));
        // Two groups of five pieces, and the one that is begun.
        assert!(held(&ring) <= 11 * PIECE);
    }
    assert_eq!(next(&ring, &mut slow), Some((95, true)));
    assert_eq!(next(&ring, &mut slow), Some((96, false)));
    assert_eq!(ring.metrics().3, 1);
}

#[test]
fn a_newcomer_to_a_stream_with_long_groups_of_pictures_begins_with_a_key_frame() {
    let ring = ring();
    // 12 Mbit a second and a key frame every 12 s: 18 MB from one to the next.
    for n in 0..600 {
        ring.push(piece(n * 100, 150_000, n % 120 == 0));
        let mut newcomer = ring.enter().unwrap();
        let (at, is_fresh) = next(&ring, &mut newcomer).unwrap();
        assert!(is_fresh && at % 12_000 == 0, "at {n}");
        assert!(held(&ring) <= MAX_BYTES);
        ring.leave(&newcomer, Duration::ZERO);
    }
}

#[test]
fn without_key_frames_the_ring_stays_bounded_in_bytes_and_in_time() {
    let ring = ring();
    for n in 0..200 {
        ring.push(piece(n, PIECE, n == 0));
        assert!(held(&ring) <= MAX_BYTES);
    }
    ring.push(piece(100_000, 10, true));
    assert_eq!(held(&ring), 10);
    let mut newcomer = ring.enter().unwrap();
    assert_eq!(next(&ring, &mut newcomer), Some((100_000, true)));
}

#[test]
fn all_rings_together_stay_within_the_budget_of_the_process() {
    let budget = Budget::new(40 * PIECE);
    let rings: Vec<_> = (0..10).map(|_| Ring::new(Duration::ZERO, &budget)).collect();
    for n in 0..100 {
        for ring in &rings {
            ring.push(piece(n, PIECE, n % 4 == 0));
        }
    }
    let all: usize = rings.iter().map(held).sum();
    assert!(all <= 41 * PIECE, "{} pieces", all / PIECE);
    assert!(rings.iter().all(|ring| held(ring) >= 3 * PIECE), "each has its part");
}

#[test]
fn a_soft_place_loses_against_a_key_frame() {
    let ring = ring();
    ring.push(entered(0, 10, Some(true)));
    ring.push(piece(100, 10, false));
    let mut early = ring.enter().unwrap();
    assert_eq!(next(&ring, &mut early), Some((0, true)), "better than nothing");
    ring.push(entered(2_000, 10, Some(false)));
    ring.push(entered(2_100, 10, Some(true)));
    let mut late = ring.enter().unwrap();
    assert_eq!(next(&ring, &mut late), Some((2_000, true)));
}

#[test]
fn what_is_dropped_is_all_before_the_newest_place_to_enter_and_viewers_go_on_there() {
    let ring = ring();
    assert_eq!(ring.clear(), 0);
    let (mut ahead, mut behind) = (ring.enter().unwrap(), ring.enter().unwrap());
    for (at, is_entry) in [(0, true), (100, false), (200, true), (300, false)] {
        ring.push(piece(at, 10, is_entry));
    }
    for _ in 0..4 {
        assert!(next(&ring, &mut ahead).is_some());
    }
    assert_eq!(next(&ring, &mut behind), Some((0, true)));
    assert_eq!((ring.clear(), held(&ring)), (20, 20));
    assert_eq!(next(&ring, &mut behind), Some((200, true)), "it goes on with the newest picture");
    ring.push(piece(400, 10, true));
    assert_eq!(next(&ring, &mut ahead), Some((400, false)), "who was not behind has lost nothing");
}

#[test]
fn when_all_sources_fail_only_who_has_nothing_yet_is_told() {
    let ring = ring();
    let (mut old, mut new) = (ring.enter().unwrap(), ring.enter().unwrap());
    ring.push(piece(0, 1, true));
    assert!(next(&ring, &mut old).is_some());
    ring.down(Some("it is a web page"));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(ring.poll(&mut new, &mut context), Poll::Ready(Turn::Down(Some("it is a web page")))));
    assert!(ring.poll(&mut old, &mut context).is_pending());
    ring.end();
    assert!(matches!(ring.poll(&mut old, &mut context), Poll::Ready(Turn::Ended)));
    assert!(ring.enter().is_none());
}

#[test]
fn a_channel_ends_only_after_nobody_watched_for_the_whole_linger() {
    let second = Duration::from_secs(1);
    let ring = ring();
    let cursor = ring.enter().unwrap();
    assert!(!ring.end_if_unwatched(60 * second, second));
    ring.leave(&cursor, 60 * second);
    assert!(!ring.end_if_unwatched(60 * second, second));
    assert!(ring.end_if_unwatched(61 * second, second));
    assert!(ring.enter().is_none());
}
