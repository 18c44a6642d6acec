//! A stream: live channel, created channel, movie, episode or radio station, with its sources. Its bytes are the
//! media floor's; who may watch it is decided by bouquets and lines.

pub use crate::delivery::{Delivery, SourceForm, delivers, is_dash, source_form};

mod record;

use crate::details::Details;
use crate::line::Output;
use crate::source::Source;
use crate::time::Unix;
use crate::{CategoryId, GuideSourceId, Refusal, SeriesId, StreamId, Version, refusal::Code};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a stream is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// A channel from a source elsewhere.
    #[default]
    Live,
    /// A channel of the panel's own making, listed beside the live ones. It plays from the same
    /// sources as they do, the next one when one fails.
    CreatedChannel,
    /// A movie.
    Movie,
    /// An episode of a series.
    Episode,
    /// A radio station.
    Radio,
}

impl StreamKind {
    /// Every kind.
    pub const ALL: [StreamKind; 5] =
        [StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Movie, StreamKind::Episode, StreamKind::Radio];

    /// Endless, so it occupies a seat while it is open and cannot be sought in.
    pub fn is_live(self) -> bool {
        matches!(self, StreamKind::Live | StreamKind::CreatedChannel | StreamKind::Radio)
    }
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
    /// When an import last saw it; what is older than an import's start is missing.
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
    /// The channel's number in lists, from 1; `None`: the list counts it.
    pub number: Option<u32>,
    /// Switched on.
    pub enabled: bool,
    /// Categories; the first is the one it is listed under.
    pub categories: Vec<CategoryId>,
    /// Address of the logo or poster, may be empty.
    pub icon: String,
    /// Ordered sources; the next one is tried when one fails. At most 16.
    pub sources: Vec<Source>,
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
            number: None,
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
            let Some(form) = source.form() else {
                return refuse(
                    "sources",
                    "A source is http://…, https://…, udp://…, rtp://…, file:PATH below the media root, or test:NAME."
                        .into(),
                );
            };
            if is_dash(&source.url) && form != SourceForm::File {
                return refuse(
                    "sources",
                    "DASH (.mpd) cannot be the source of a stream; use the HLS address (.m3u8) of the same programme."
                        .into(),
                );
            }
            self.deliverable(form)?;
            if let Err(reason) = source.fits(form, self.kind.is_live(), self.delivery) {
                return refuse("sources", reason);
            }
        }
        if (self.kind == StreamKind::Episode) != self.episode_of.is_some() {
            return refuse("episode_of", "An episode, and nothing else, names its series, season and number.".into());
        }
        Ok(())
    }

    /// The guide channel as lists and guides name it: `news.example`, and `news.example+60` where
    /// the stream's guide is moved by minutes, so that streams of one channel keep their own times.
    pub fn guide_id(&self) -> Cow<'_, str> {
        if self.guide_offset == 0 || self.guide_channel.is_empty() {
            return Cow::Borrowed(&self.guide_channel);
        }
        Cow::Owned(format!("{}{:+}", self.guide_channel, self.guide_offset))
    }

    /// Whether one of its sources can be delivered so: `None` is a file, whole or by ranges.
    pub fn delivers(&self, output: Option<Output>) -> bool {
        self.sources.iter().filter_map(Source::form).any(|form| delivers(form, self.delivery, output))
    }

    /// Refuses a source that this kind of stream could not play in any output.
    fn deliverable(&self, form: SourceForm) -> Result<(), Refusal> {
        let outputs: &[Option<Output>] = if self.kind.is_live() { &LIVE_OUTPUTS } else { &[None] };
        let plays = |delivery| outputs.iter().any(|output| delivers(form, delivery, *output));
        if plays(self.delivery) {
            return Ok(());
        }
        let (what, others) = if self.kind.is_live() {
            ("a live stream", "it plays from http, https, udp, rtp and test sources")
        } else {
            ("a movie or episode", "it plays from files and from http and https addresses that are no HLS")
        };
        let form = form.as_str();
        // A form that plays in no delivery at all is the source's fault.
        if !plays(Delivery::FanOut) {
            let message = format!("{form} cannot be the source of {what}; {others}.");
            return Err(Refusal::field(Code::InvalidInput, "sources", message));
        }
        let delivery = self.delivery.as_str();
        let message = format!("{form} as the source of {what} cannot be delivered by {delivery}; fan_out can.");
        Err(Refusal::field(Code::InvalidInput, "delivery", message))
    }
}

/// What an endless stream can leave as.
const LIVE_OUTPUTS: [Option<Output>; 3] = [Some(Output::M3u8), Some(Output::Ts), Some(Output::Rtmp)];

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(kind: StreamKind, delivery: Delivery, source: &str) -> Stream {
        let episode_of = EpisodeOf { series: SeriesId(1), season: 1, number: 1 };
        let episode_of = (kind == StreamKind::Episode).then_some(episode_of);
        Stream { name: "A".into(), kind, delivery, episode_of, sources: vec![source.into()], ..Stream::default() }
    }

    /// What saving says for each form of source: the refused field, or `ok`.
    fn saved(kind: StreamKind, delivery: Delivery) -> [String; 5] {
        ["http://h/a", "http://h/a.m3u8", "file:a.mp4", "test:bars", "udp://@239.1.1.1:1234"].map(
            |source| match stream(kind, delivery, source).validate() {
                Ok(()) => "ok".to_owned(),
                Err(refusal) => refusal.field.unwrap().into_owned(),
            },
        )
    }

    #[test]
    fn a_live_stream_is_saved_when_a_cell_of_the_table_plays_it() {
        for kind in [StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio] {
            assert_eq!(saved(kind, Delivery::FanOut), ["ok", "ok", "sources", "ok", "ok"], "{kind:?}");
            assert_eq!(saved(kind, Delivery::Proxy), ["ok", "ok", "sources", "ok", "delivery"], "{kind:?}");
            assert_eq!(saved(kind, Delivery::Redirect), ["ok", "ok", "sources", "delivery", "delivery"], "{kind:?}");
        }
    }

    #[test]
    fn a_movie_is_saved_when_its_bytes_come_as_one_file_through_the_panel() {
        for kind in [StreamKind::Movie, StreamKind::Episode] {
            assert_eq!(saved(kind, Delivery::FanOut), ["ok", "sources", "ok", "sources", "sources"], "{kind:?}");
            assert_eq!(saved(kind, Delivery::Proxy), ["ok", "sources", "ok", "sources", "sources"], "{kind:?}");
            assert_eq!(
                saved(kind, Delivery::Redirect),
                ["delivery", "sources", "delivery", "sources", "sources"],
                "{kind:?}"
            );
        }
    }

    #[test]
    fn dash_is_refused_by_name() {
        for kind in [StreamKind::Live, StreamKind::Movie] {
            let refusal = stream(kind, Delivery::FanOut, "https://h/a.MPD?x=1").validate().unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some("sources"));
            assert!(refusal.message.starts_with("DASH (.mpd)"), "{}", refusal.message);
        }
    }

    #[test]
    fn a_refused_cell_is_named() {
        let refusal = stream(StreamKind::Live, Delivery::Redirect, "test:bars").validate().unwrap_err();
        assert_eq!(
            refusal.message,
            "A test picture as the source of a live stream cannot be delivered by redirect; fan_out can."
        );
        let refusal = stream(StreamKind::Movie, Delivery::FanOut, "http://h/a.m3u8").validate().unwrap_err();
        assert_eq!(
            refusal.message,
            "HLS cannot be the source of a movie or episode; \
             it plays from files and from http and https addresses that are no HLS."
        );
    }

    #[test]
    fn one_source_with_the_cell_is_enough_to_be_delivered_so() {
        let mut proxied = stream(StreamKind::Live, Delivery::Proxy, "http://h/a");
        assert!(proxied.delivers(Some(Output::Ts)) && !proxied.delivers(Some(Output::M3u8)));
        proxied.sources.push("http://h/a.m3u8".into());
        assert!(proxied.delivers(Some(Output::M3u8)));
    }
}
