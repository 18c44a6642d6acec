//! How much of a source's playlist is handed on: of a live one the end, because players begin there
//! and a window of hours would be read again with every poll.

/// Segments of a live playlist that are handed on.
const MAX_SEGMENTS: usize = 600;
/// Most seconds of it.
const MAX_SECONDS: f64 = 20.0 * 60.0;

/// The part of a playlist that is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Window {
    /// Segments at its beginning.
    pub(super) skip: usize,
    /// Breaks among them.
    pub(super) breaks: u64,
}

struct Segment {
    seconds: f64,
    breaks: u64,
}

impl Window {
    /// What to leave out of a playlist: nothing of one with an end, or of one of variants.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Window {
        let mut segments = Vec::new();
        let mut next = Segment { seconds: 0.0, breaks: 0 };
        for line in lines {
            if let Some(value) = line.strip_prefix("#EXTINF:") {
                next.seconds = value.split(',').next().and_then(|text| text.trim().parse().ok()).unwrap_or(0.0);
            } else if line == "#EXT-X-DISCONTINUITY" {
                next.breaks += 1;
            } else if line == "#EXT-X-ENDLIST" || line.starts_with("#EXT-X-STREAM-INF:") {
                return Window::default();
            } else if !line.starts_with('#') {
                segments.push(std::mem::replace(&mut next, Segment { seconds: 0.0, breaks: 0 }));
            }
        }
        let mut seconds = 0.0;
        let fits = |segment: &&Segment| {
            seconds += segment.seconds;
            seconds <= MAX_SECONDS
        };
        let kept = segments.iter().rev().take(MAX_SEGMENTS).take_while(fits).count();
        // A single segment that is longer than all is still one.
        let skip = segments.len() - kept.max(1).min(segments.len());
        Window { skip, breaks: segments.iter().take(skip).map(|segment| segment.breaks).sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(segments: usize, seconds: u32, end: &str) -> Window {
        let text: String = (0..segments)
            .map(|n| {
                format!("{}#EXTINF:{seconds}.0,\n{n}.ts\n", if n % 10 == 9 { "#EXT-X-DISCONTINUITY\n" } else { "" })
            })
            .collect();
        Window::of((text + end).lines())
    }

    #[test]
    fn of_a_long_live_playlist_the_last_minutes_are_handed_on_and_of_any_other_all() {
        for (segments, seconds, end, skip) in [
            (0, 6, "", 0),
            (6, 6, "", 0),
            (200, 6, "", 0),
            (201, 6, "", 1),
            (14_000, 6, "", 13_800),
            (1_000, 1, "", 400),
            (3, 2_000, "", 2),
            (14_000, 6, "#EXT-X-ENDLIST\n", 0),
        ] {
            let window = of(segments, seconds, end);
            assert_eq!((window.skip, window.breaks), (skip, skip as u64 / 10), "{segments} {seconds} {end}");
        }
        assert_eq!(Window::of("#EXT-X-STREAM-INF:BANDWIDTH=1\na\n".repeat(700).lines()).skip, 0);
    }
}
