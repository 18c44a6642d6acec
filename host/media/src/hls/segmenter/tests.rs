//! The window alone, with segments of lengths that the test gives.

use super::*;

fn window(first_number: u64) -> Window {
    let share = Budget::new(usize::MAX).join();
    Window {
        segments: VecDeque::new(),
        first_number,
        breaks: 0,
        target: None,
        read_at: Duration::ZERO,
        over: None,
        share,
    }
}

fn segment(ms: u64) -> Segment {
    Segment { duration: Duration::from_millis(ms), pieces: vec![vec![0; 1_000].into()], is_break: false }
}

fn parsed(window: &Window) -> m3u8_rs::MediaPlaylist {
    let text = window.playlist(|number| format!("/hls/{number}.ts"));
    m3u8_rs::parse_media_playlist_res(text.as_bytes()).unwrap()
}

#[test]
fn the_playlist_slides_and_counts_segments_and_breaks_that_left_it() {
    let mut window = window(100);
    for n in 0..20_u64 {
        let is_break = n % 4 == 1;
        window.add(Segment { is_break, ..segment(1_500 + n * 50) });
        window.settle(1);
        let list = parsed(&window);
        let end = list.media_sequence + list.segments.len() as u64;
        assert_eq!(end, 101 + n, "numbers never skip or repeat");
        assert!(list.segments.len() <= LISTED && window.segments.len() <= KEPT);
        let gone = (0..list.media_sequence - 100).filter(|n| n % 4 == 1).count() as u64;
        assert_eq!(list.discontinuity_sequence, gone);
        for (number, segment) in (list.media_sequence..).zip(&list.segments) {
            assert_eq!(segment.uri, format!("/hls/{number}.ts"));
            assert_eq!(segment.discontinuity, (number - 100) % 4 == 1);
            assert!(segment.duration.round() as u64 <= list.target_duration);
        }
        assert!(!list.end_list);
        assert_eq!(list.version, Some(3));
    }
}

#[test]
fn the_first_playlist_holds_three_segments_and_two_target_lengths_which_then_stand() {
    for (lengths, target) in [
        (vec![2_000, 2_000, 2_000], 3),
        (vec![2_400, 2_400, 2_400], 3),
        (vec![2_000, 4_000, 2_000, 2_000], 5),
        (vec![1_000, 1_000, 1_000, 1_000], 2),
        (vec![10_000, 10_000, 10_000], 11),
    ] {
        let mut window = window(100);
        for length in &lengths {
            assert!(!window.settle(FIRST), "{lengths:?} before {length}");
            window.add(segment(*length));
        }
        assert!(window.settle(FIRST), "{lengths:?}");
        let list = parsed(&window);
        assert_eq!(list.target_duration, target, "{lengths:?}");
        assert!(lengths.iter().sum::<u64>() >= 2_000 * target && list.segments.len() >= FIRST);
        window.add(segment(9_000));
        window.settle(FIRST);
        assert_eq!(parsed(&window).target_duration, target, "it never changes");
        assert_eq!(window.longest(), Duration::from_secs(target), "and segments are cut to it");
    }
}

#[test]
fn what_is_dropped_is_all_but_the_newest_segment_and_numbers_go_on() {
    let mut window = window(100);
    for _ in 0..4 {
        window.add(segment(2_000));
    }
    assert!(window.settle(FIRST));
    let held = window.share.held();
    assert_eq!(window.clear(), held / 4 * 3);
    assert_eq!((window.clear(), parsed(&window).media_sequence, parsed(&window).segments.len()), (0, 103, 1));
    window.add(segment(2_000));
    assert_eq!((parsed(&window).media_sequence, parsed(&window).segments.len()), (103, 2));
}

#[test]
fn where_key_frames_are_rare_one_segment_must_do() {
    let mut window = window(100);
    assert!(!window.settle(1));
    window.add(segment(10_000));
    assert!(!window.settle(FIRST) && window.settle(1));
    assert_eq!(parsed(&window).target_duration, 11);
}

#[test]
fn all_segments_together_stay_within_the_budget_of_the_process() {
    let budget = Budget::new(20_000);
    let mut windows: Vec<_> = (0..4).map(|_| Window { share: budget.join(), ..window(0) }).collect();
    for _ in 0..20 {
        windows.iter_mut().for_each(|window| window.add(segment(2_000)));
    }
    assert!(windows.iter().all(|window| window.segments.len() == 5), "an equal part for each");
    assert!(windows.iter().all(|window| parsed(window).media_sequence == 15));
}
