//! A stream: live channel, created channel, movie, episode or radio station, with its sources. Its bytes are the
//! media floor's; who may watch it is decided by bouquets and lines.

pub use crate::delivery::{Delivery, SourceForm, delivers, is_dash, source_form};

mod episode;
mod fields;
mod kind;
mod origin;
mod record;
mod wanted;

pub use episode::EpisodeOf;
pub use fields::Stream;
pub use kind::StreamKind;
pub use origin::Origin;
pub use wanted::Wanted;

use crate::line::Output;
use crate::source::Source;
use crate::{Refusal, refusal::Code};
use std::borrow::Cow;

impl Stream {
    /// Most sources of one stream.
    pub const MAX_SOURCES: usize = 16;
    /// Most items of the list of a created channel.
    pub const MAX_ITEMS: usize = 1_000;

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
        self.validate_list()?;
        if self.profile.is_some() && !(self.kind.is_live() && self.delivery == Delivery::FanOut) {
            return refuse("profile", "A transcode profile is for live streams that are delivered by fan_out.".into());
        }
        if (self.kind == StreamKind::Episode) != self.episode_of.is_some() {
            return refuse("episode_of", "An episode, and nothing else, names its series, season and number.".into());
        }
        Ok(())
    }

    /// Refuses a list that could not be played.
    fn validate_list(&self) -> Result<(), Refusal> {
        let refuse = |message: String| Err(Refusal::field(Code::InvalidInput, "playlist", message));
        if self.playlist.is_empty() {
            return Ok(());
        }
        if self.kind != StreamKind::CreatedChannel {
            return refuse("Only a created channel has a list.".into());
        }
        if self.playlist.len() > Self::MAX_ITEMS {
            return refuse(format!("A list has at most {} items.", Self::MAX_ITEMS));
        }
        if self.delivery != Delivery::FanOut {
            let message = "A created channel with a list is delivered by fan_out.";
            return Err(Refusal::field(Code::InvalidInput, "delivery", message));
        }
        for item in &self.playlist {
            let form = item.form();
            let Some(form @ (SourceForm::File | SourceForm::Ts | SourceForm::Hls)) = form else {
                return refuse("An item is file:PATH below the media root, http://… or https://….".into());
            };
            item.fits(form, false, self.delivery).or_else(refuse)?;
        }
        Ok(())
    }

    /// Whether there is anything that it could play.
    pub fn has_something_to_play(&self) -> bool {
        !self.sources.is_empty() || !self.playlist.is_empty()
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
    use crate::SeriesId;

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
    fn a_list_is_for_created_channels_and_of_files_and_addresses() {
        let channel = |items: &[&str]| Stream {
            playlist: items.iter().map(|item| Source::from(*item)).collect(),
            sources: Vec::new(),
            ..stream(StreamKind::CreatedChannel, Delivery::FanOut, "test:a")
        };
        let refused = |stream: Stream| stream.validate().unwrap_err().field.unwrap();
        let good = channel(&["file:a.mp4", "http://h/b.mkv", "https://h/c.m3u8"]);
        assert_eq!(good.validate(), Ok(()));
        assert!(good.has_something_to_play());
        for item in ["test:a", "udp://@239.1.1.1:1234", "file:../a", "/etc/passwd"] {
            assert_eq!(refused(channel(&["file:a.mp4", item])), "playlist", "{item}");
        }
        assert_eq!(refused(channel(&vec!["file:a.mp4"; 1_001])), "playlist");
        assert_eq!(refused(Stream { kind: StreamKind::Live, ..good.clone() }), "playlist");
        assert_eq!(refused(Stream { delivery: Delivery::Proxy, ..good }), "delivery");
    }

    #[test]
    fn a_profile_is_for_what_the_panel_reads_once_for_all() {
        let profile = Some(crate::DocumentId(7));
        let saved = |kind, delivery, source| Stream { profile, ..stream(kind, delivery, source) }.validate();
        assert_eq!(saved(StreamKind::Live, Delivery::FanOut, "http://h/a"), Ok(()));
        assert_eq!(saved(StreamKind::Radio, Delivery::FanOut, "http://h/a"), Ok(()));
        for (kind, delivery) in [(StreamKind::Live, Delivery::Redirect), (StreamKind::Movie, Delivery::FanOut)] {
            let refusal = saved(kind, delivery, "http://h/a").unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some("profile"), "{kind:?}");
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
