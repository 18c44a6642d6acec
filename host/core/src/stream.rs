//! A stream: live channel, created channel, movie, episode or radio station, with its sources.
//! Knows nothing of bytes (the media floor's) or of who may watch (bouquets and lines).

use crate::time::Unix;
use crate::{CategoryId, GuideSourceId, Refusal, SeriesId, StreamId, Version, refusal::Code};
use serde::{Deserialize, Serialize};

/// What a stream is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// A channel from a source elsewhere.
    #[default]
    Live,
    /// A channel that loops a list of files.
    CreatedChannel,
    /// A movie.
    Movie,
    /// An episode of a series.
    Episode,
    /// A radio station.
    Radio,
}

impl StreamKind {
    /// Endless, so it occupies a seat while it is open and cannot be sought in.
    pub fn is_live(self) -> bool {
        matches!(self, StreamKind::Live | StreamKind::CreatedChannel | StreamKind::Radio)
    }
}

/// How a live stream reaches viewers (`design.md` section 7).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// One upstream connection, many viewers.
    #[default]
    FanOut,
    /// One upstream connection per viewer.
    Proxy,
    /// The viewer is sent to the source itself; it then sees the source's address, and only
    /// starts are limited (30 s of lease each).
    Redirect,
}

/// The form of a live source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceForm {
    /// HTTP MPEG-TS.
    Ts,
    /// HLS.
    Hls,
    /// A file below the media root.
    File,
    /// A test picture made by ffmpeg, or the bundled clip where there is none: `test:NAME`.
    Test,
}

/// The form of a source, by its text. HLS is told by a path that ends in `.m3u8`.
pub fn source_form(source: &str) -> Option<SourceForm> {
    if source.strip_prefix("test:").is_some_and(|name| !name.is_empty()) {
        return Some(SourceForm::Test);
    }
    if let Some(path) = source.strip_prefix("file:") {
        let clean =
            !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != ".." && !part.is_empty());
        return clean.then_some(SourceForm::File);
    }
    let rest = source.strip_prefix("http://").or_else(|| source.strip_prefix("https://"))?;
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    if path.is_empty() || source.chars().any(char::is_control) {
        return None;
    }
    Some(if path.to_ascii_lowercase().ends_with(".m3u8") { SourceForm::Hls } else { SourceForm::Ts })
}

/// An episode's place in its series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EpisodeOf {
    /// The series.
    pub series: SeriesId,
    /// Season number, from 0 (specials).
    pub season: u16,
    /// Number in the season.
    pub number: u16,
}

/// What is known of a movie, episode or series beyond its name. Empty text means unknown.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Year of release, as text.
    pub year: String,
    /// What happens.
    pub plot: String,
    /// Actors.
    pub cast: String,
    /// Director.
    pub director: String,
    /// Genres.
    pub genre: String,
    /// `YYYY-MM-DD`.
    pub release_date: String,
    /// 0 to 10.
    pub rating: f32,
    /// Seconds.
    pub duration: u32,
    /// Address of a large picture.
    pub backdrop: String,
    /// Video id of a trailer.
    pub trailer: String,
    /// Number in the public movie database; 0 when unknown.
    pub tmdb: u32,
}

/// Where a stream came from, when an import made it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Name of the import source.
    pub source: String,
    /// The entry's address in the source, by which it is found again.
    pub url: String,
    /// The entry's `tvg-id`.
    pub tvg_id: String,
    /// The entry's name in the source.
    pub name: String,
    /// Fields edited by hand since; an import leaves them alone.
    pub edited: Vec<String>,
    /// Gone from the source at the last import.
    pub missing: bool,
    /// When an import last saw it; what is older than an import's begin is missing.
    #[serde(default)]
    pub seen_at: Unix,
}

/// Something to watch or hear. Serialises to the `stream` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Stream {
    /// Its id.
    pub id: StreamId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// What it is.
    pub kind: StreamKind,
    /// Shown to viewers.
    pub name: String,
    /// Switched on.
    pub enabled: bool,
    /// Categories; the first is the one it is listed under.
    pub categories: Vec<CategoryId>,
    /// Address of the logo or poster, may be empty.
    pub icon: String,
    /// Ordered sources; the next one is tried when one fails. At most 16.
    pub sources: Vec<String>,
    /// How a live stream reaches viewers.
    pub delivery: Delivery,
    /// The guide channel (`tvg-id`), may be empty.
    pub guide_channel: String,
    /// The guide source to prefer; none takes any that knows the channel.
    pub guide_source: Option<GuideSourceId>,
    /// Minutes added to guide times.
    pub guide_offset: i16,
    /// Days of catch-up; 0 is off.
    pub archive_days: u16,
    /// Service reference tail for Enigma2.
    pub custom_sid: String,
    /// Only for adults.
    pub adult: bool,
    /// File name ending of a movie or episode, without the dot.
    pub container: String,
    /// What is known of a movie or episode.
    pub details: Details,
    /// An episode's place.
    pub episode_of: Option<EpisodeOf>,
    /// Notes of the admins.
    pub notes: String,
    /// When it was added.
    pub added_at: Unix,
    /// Where an import found it.
    pub origin: Option<Origin>,
}

impl Default for Stream {
    fn default() -> Stream {
        Stream {
            id: StreamId(0),
            version: Version(0),
            kind: StreamKind::Live,
            name: String::new(),
            enabled: true,
            categories: Vec::new(),
            icon: String::new(),
            sources: Vec::new(),
            delivery: Delivery::FanOut,
            guide_channel: String::new(),
            guide_source: None,
            guide_offset: 0,
            archive_days: 0,
            custom_sid: String::new(),
            adult: false,
            container: String::new(),
            details: Details::default(),
            episode_of: None,
            notes: String::new(),
            added_at: Unix(0),
            origin: None,
        }
    }
}

impl Stream {
    /// Most sources of one stream.
    pub const MAX_SOURCES: usize = 16;

    /// Refuses what could never be delivered, naming the field.
    pub fn validate(&self) -> Result<(), Refusal> {
        let refuse = |field: &'static str, message: String| Err(Refusal::field(Code::InvalidInput, field, message));
        if self.name.trim().is_empty() || self.name.chars().count() > 255 {
            return refuse("name", "A stream has a name of 1 to 255 characters.".into());
        }
        if self.sources.len() > Self::MAX_SOURCES {
            return refuse("sources", format!("A stream has at most {} sources.", Self::MAX_SOURCES));
        }
        for source in &self.sources {
            let Some(form) = source_form(source) else {
                return refuse(
                    "sources",
                    "A source is http://…, https://…, file:PATH below the media root, or test:NAME.".into(),
                );
            };
            let remote = matches!(form, SourceForm::Ts | SourceForm::Hls);
            if self.delivery == Delivery::Redirect && !remote {
                return refuse("delivery", "Only http and https sources can be redirected to.".into());
            }
            if self.kind.is_live() && form == SourceForm::File {
                return refuse("sources", "A live stream plays from http, https or test sources.".into());
            }
        }
        if (self.kind == StreamKind::Episode) != self.episode_of.is_some() {
            return refuse("episode_of", "An episode, and nothing else, names its series, season and number.".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_source_is_told_by_its_text() {
        assert_eq!(source_form("http://h/a.m3u8?x=1"), Some(SourceForm::Hls));
        assert_eq!(source_form("https://h/a.ts"), Some(SourceForm::Ts));
        assert_eq!(source_form("file:films/a.mp4"), Some(SourceForm::File));
        assert_eq!(source_form("test:bars"), Some(SourceForm::Test));
        for bad in ["", "ftp://h/a", "file:/etc/passwd", "file:../a", "file:a//b", "http://", "http://h/\na", "test:"] {
            assert_eq!(source_form(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn cells_that_cannot_be_delivered_are_refused_by_name() {
        let movie = Stream {
            name: "A".into(),
            kind: StreamKind::Movie,
            sources: vec!["file:a.mp4".into()],
            ..Stream::default()
        };
        assert!(movie.validate().is_ok());
        let redirected = Stream { delivery: Delivery::Redirect, ..movie.clone() };
        assert_eq!(redirected.validate().unwrap_err().field.as_deref(), Some("delivery"));
        let live = Stream { kind: StreamKind::Live, ..movie };
        assert_eq!(live.validate().unwrap_err().field.as_deref(), Some("sources"));
    }
}
