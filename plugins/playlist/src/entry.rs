//! One entry of a playlist, whatever it is: what it is called, where it stands, where it plays.

use linecard_sdk::catalogue::{EpisodeOf, StreamKind};
use linecard_sdk::json;
use linecard_sdk::url;
use serde::Deserialize;
use std::borrow::Cow;

/// The fields of a stream that a playlist shows; reading no others is what makes it fast.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Row<'a> {
    pub(crate) id: u32,
    pub(crate) kind: StreamKind,
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) category_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) icon: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) guide_channel: Cow<'a, str>,
    pub(crate) guide_offset: i32,
    pub(crate) number: Option<u32>,
    #[serde(borrow)]
    pub(crate) container: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) custom_sid: Cow<'a, str>,
    pub(crate) episode_of: Option<EpisodeOf>,
}

/// What a series gives its episodes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Show {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) category_name: String,
    pub(crate) cover: String,
}

/// The group of an entry: its category, or the one that the player surface names for what has none.
pub(crate) fn group(kind: StreamKind, category_name: &str) -> &str {
    match (category_name, kind) {
        ("", StreamKind::Movie) => "Uncategorised movies",
        ("", StreamKind::Episode) => "Uncategorised series",
        ("", _) => "Uncategorised",
        (name, _) => name,
    }
}

/// Which entries are wanted; nothing named is everything.
pub(crate) struct Wanted(pub(crate) Vec<String>);

impl Wanted {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| wanted == key)
    }

    pub(crate) fn has_any_live(&self) -> bool {
        ["live", "created_live", "radio_streams"].iter().any(|key| self.has(key))
    }

    pub(crate) fn has_kind(&self, kind: StreamKind) -> bool {
        self.has(match kind {
            StreamKind::Live => "live",
            StreamKind::CreatedChannel => "created_live",
            StreamKind::Radio => "radio_streams",
            StreamKind::Movie => "movie",
            StreamKind::Episode => "series",
        })
    }
}

/// The unchanging parts of all addresses of a playlist.
pub(crate) struct Addresses {
    live: String,
    movie: String,
    series: String,
    /// `.ts` or `.m3u8`.
    ending: &'static str,
}

impl Addresses {
    /// Addresses below these doors for this line.
    pub(crate) fn new(base: &str, username: &str, password: &str, output: &str) -> Addresses {
        let (username, password) = (url::part(username), url::part(password));
        let below = |door: &str| format!("{base}/{door}/{username}/{password}/");
        let ending = if matches!(output, "m3u8" | "hls") { ".m3u8" } else { ".ts" };
        Addresses { live: below("live"), movie: below("movie"), series: below("series"), ending }
    }

    /// Appends where an entry plays.
    pub(crate) fn write(&self, out: &mut String, row: &Row<'_>) {
        let (door, file) = match row.kind {
            StreamKind::Movie => (&self.movie, true),
            StreamKind::Episode => (&self.series, true),
            _ => (&self.live, false),
        };
        out.push_str(door);
        json::number(out, row.id);
        if !file {
            out.push_str(self.ending);
            return;
        }
        out.push('.');
        out.push_str(if row.container.is_empty() { "mp4" } else { &row.container });
    }
}

/// `Name S01E02`.
pub(crate) fn episode_title(series: &str, place: EpisodeOf) -> String {
    let mut title = String::with_capacity(series.len() + 8);
    title.push_str(series);
    for (letter, number) in [(" S", place.season), ("E", place.number)] {
        title.push_str(letter);
        if number < 10 {
            title.push('0');
        }
        json::number(&mut title, number);
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_address() {
        let addresses = Addresses::new("http://h:80", "u", "p", "hls");
        let shown = |kind, container: &'static str| {
            let mut out = String::new();
            addresses.write(&mut out, &Row { id: 7, kind, container: container.into(), ..Row::default() });
            out
        };
        assert_eq!(shown(StreamKind::Live, ""), "http://h:80/live/u/p/7.m3u8");
        assert_eq!(shown(StreamKind::Radio, ""), "http://h:80/live/u/p/7.m3u8");
        assert_eq!(shown(StreamKind::Movie, ""), "http://h:80/movie/u/p/7.mp4");
        assert_eq!(shown(StreamKind::Episode, "mkv"), "http://h:80/series/u/p/7.mkv");
    }

    #[test]
    fn episodes_are_numbered_with_two_digits_at_least() {
        assert_eq!(episode_title("Lab", EpisodeOf { series: 1, season: 1, number: 2 }), "Lab S01E02");
        assert_eq!(episode_title("Lab", EpisodeOf { series: 1, season: 12, number: 104 }), "Lab S12E104");
    }

    #[test]
    fn no_key_is_every_kind() {
        assert!(Wanted(vec![]).has_kind(StreamKind::Episode));
        let radio = Wanted(vec!["radio_streams".into()]);
        assert!(radio.has_any_live() && radio.has_kind(StreamKind::Radio) && !radio.has_kind(StreamKind::Live));
    }
}
