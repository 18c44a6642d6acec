//! A playlist as a source of ours reads it: lines become variants, or segments with their place in
//! the stream. Lines that are wrong are passed over, as players do.

use host_core::port::FetchError;
use quick_m3u8::config::{ParsingOptions, ParsingOptionsBuilder};
use quick_m3u8::tag::hls::{MediaType, Method, Tag};
use quick_m3u8::tag::{KnownTag, UnknownTag};
use quick_m3u8::{HlsLine, Reader};
use std::sync::LazyLock;
use std::time::Duration;

/// The tags that say something about what to read.
static TAGS: LazyLock<ParsingOptions> = LazyLock::new(|| {
    ParsingOptionsBuilder::new()
        .with_parsing_for_targetduration()
        .with_parsing_for_media_sequence()
        .with_parsing_for_endlist()
        .with_parsing_for_inf()
        .with_parsing_for_byterange()
        .with_parsing_for_key()
        .with_parsing_for_map()
        .with_parsing_for_gap()
        .with_parsing_for_media()
        .with_parsing_for_stream_inf()
        .build()
});

/// A playlist.
#[derive(PartialEq, Debug)]
pub(super) enum Listing {
    /// It names other playlists.
    Main(Main),
    /// It names segments.
    Media(Media),
}

/// A playlist of playlists.
#[derive(PartialEq, Debug, Default)]
pub(super) struct Main {
    pub(super) variants: Vec<Variant>,
    pub(super) sounds: Vec<Sound>,
}

/// The same content at some quality.
#[derive(PartialEq, Debug)]
pub(super) struct Variant {
    pub(super) uri: String,
    /// Bits a second.
    pub(super) bandwidth: u64,
    /// The group that its sound is in.
    pub(super) sound: Option<String>,
}

/// A rendition of the sound.
#[derive(PartialEq, Debug)]
pub(super) struct Sound {
    pub(super) group: String,
    /// Without one it comes inside the variants.
    pub(super) uri: Option<String>,
    pub(super) is_default: bool,
}

/// A playlist of segments.
#[derive(PartialEq, Debug, Default)]
pub(super) struct Media {
    /// Number of its first segment.
    pub(super) sequence: u64,
    pub(super) target: Duration,
    pub(super) segments: Vec<Listed>,
    /// Nothing will be added.
    pub(super) has_ended: bool,
}

/// Bytes of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) first: u64,
    /// At least 1.
    pub(super) length: u64,
}

/// A segment.
#[derive(PartialEq, Debug)]
pub(super) struct Listed {
    pub(super) uri: String,
    pub(super) span: Option<Span>,
    pub(super) lasts: Duration,
    /// The source itself has nothing here.
    pub(super) is_gap: bool,
    /// Why it can never become part of a transport stream.
    pub(super) unplayable: Option<&'static str>,
}

/// Longest segment that is believed in.
const LONGEST: Duration = Duration::from_secs(20);

/// Reads a playlist.
pub(super) fn read(text: &str) -> Result<Listing, FetchError> {
    let text = text.trim_start();
    if !text.starts_with("#EXTM3U") {
        return Err(FetchError::Broken("the playlist is none".to_owned()));
    }
    let mut lines = Lines { main: Main::default(), media: Media::default(), next: Next::default() };
    let mut reader = Reader::from_str(text, TAGS.clone());
    loop {
        match reader.read_line() {
            Ok(None) => break,
            Ok(Some(HlsLine::KnownTag(KnownTag::Hls(tag)))) => lines.tag(tag),
            Ok(Some(HlsLine::UnknownTag(tag))) => lines.faulty(&tag),
            Ok(Some(HlsLine::Uri(uri))) => lines.uri(uri.trim()),
            Ok(Some(_)) | Err(_) => {}
        }
    }
    let Lines { main, mut media, .. } = lines;
    if !main.variants.is_empty() {
        return Ok(Listing::Main(main));
    }
    if media.sequence > u64::from(u32::MAX) << 16 {
        return Err(FetchError::Broken("the playlist's sequence number is none".to_owned()));
    }
    media.target = media.target.clamp(Duration::from_secs(1), LONGEST);
    for segment in media.segments.iter_mut().filter(|segment| segment.lasts.is_zero()) {
        segment.lasts = media.target;
    }
    Ok(Listing::Media(media))
}

/// What has been read of a playlist.
struct Lines {
    main: Main,
    media: Media,
    next: Next,
}

/// What the tags say of the addresses that follow them.
#[derive(Default)]
struct Next {
    variant: Option<(u64, Option<String>)>,
    lasts: Duration,
    /// Length, and first byte where it is said.
    span: Option<(u64, Option<u64>)>,
    /// Where the segment before ended, for spans that do not say where they begin.
    at: u64,
    is_gap: bool,
    /// Hold until they are lifted.
    is_encrypted: bool,
    is_fragmented: bool,
}

impl Lines {
    fn tag(&mut self, tag: Tag<'_>) {
        let next = &mut self.next;
        match tag {
            Tag::Targetduration(tag) => self.media.target = Duration::from_secs(tag.target_duration()),
            Tag::MediaSequence(tag) => self.media.sequence = tag.media_sequence(),
            Tag::Endlist(_) => self.media.has_ended = true,
            Tag::Inf(tag) => {
                next.lasts = Duration::try_from_secs_f64(tag.duration()).unwrap_or_default().min(LONGEST);
            }
            Tag::Byterange(tag) => next.span = Some((tag.length(), tag.offset())),
            Tag::Key(tag) => next.is_encrypted = tag.method().known() != Some(&Method::None),
            Tag::Map(_) => next.is_fragmented = true,
            Tag::Gap(_) => next.is_gap = true,
            Tag::StreamInf(tag) => next.variant = Some((tag.bandwidth(), tag.audio().map(str::to_owned))),
            Tag::Media(tag) if tag.media_type().known() == Some(&MediaType::Audio) => self.main.sounds.push(Sound {
                group: tag.group_id().to_owned(),
                uri: tag.uri().map(str::to_owned),
                is_default: tag.default(),
            }),
            _ => {}
        }
    }

    /// A tag that lacks something says at least what the next address is.
    fn faulty(&mut self, tag: &UnknownTag<'_>) {
        match tag.name() {
            "-X-STREAM-INF" => self.next.variant = Some((0, None)),
            "-X-KEY" => self.next.is_encrypted = true,
            "-X-MAP" => self.next.is_fragmented = true,
            _ => {}
        }
    }

    fn uri(&mut self, uri: &str) {
        if uri.is_empty() || uri.starts_with('#') {
            return;
        }
        let (uri, next) = (uri.to_owned(), &mut self.next);
        if let Some((bandwidth, sound)) = next.variant.take() {
            return self.main.variants.push(Variant { uri, bandwidth, sound });
        }
        let span = next.span.take().filter(|(length, _)| *length > 0).map(|(length, first)| {
            let first = first.unwrap_or(next.at);
            next.at = first.saturating_add(length);
            Span { first, length }
        });
        let unplayable = if next.is_fragmented {
            Some("its segments are fragmented MP4, which cannot be sent as .ts; use .m3u8")
        } else if next.is_encrypted {
            Some("its segments are encrypted, which only .m3u8 can hand on")
        } else {
            None
        };
        let (lasts, is_gap) = (std::mem::take(&mut next.lasts), std::mem::take(&mut next.is_gap));
        self.media.segments.push(Listed { uri, span, lasts, is_gap, unplayable });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(text: &str) -> Media {
        match read(text).unwrap() {
            Listing::Media(media) => media,
            Listing::Main(main) => panic!("{main:?}"),
        }
    }

    fn uris(media: &Media) -> Vec<&str> {
        media.segments.iter().map(|segment| segment.uri.as_str()).collect()
    }

    #[test]
    fn everything_behind_the_first_comma_is_the_title() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,title=\"Night, part 4\",artist=\"…\"\na.ts\n\
                    #EXTINF:2.5,x,y,http://z/\nb.ts\n#EXTINF:2\nc.ts\n";
        let media = media(text);
        assert_eq!(uris(&media), ["a.ts", "b.ts", "c.ts"]);
        assert_eq!(media.segments[1].lasts, Duration::from_millis(2_500));
    }

    #[test]
    fn lines_that_are_wrong_are_passed_over_and_what_follows_them_is_read() {
        let text = "#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n\r\n\
                    #EXTINF:abc,\r\n a.ts \r\n#EXTINF:-1,\r\nb.ts\r\nc.ts\r\n#EXT-X-ENDLIST";
        let media = media(text);
        assert_eq!(uris(&media), ["a.ts", "b.ts", "c.ts"]);
        assert!(media.has_ended && media.segments.iter().all(|segment| segment.lasts == Duration::from_secs(4)));
    }

    #[test]
    fn spans_go_on_where_the_one_before_ended() {
        let text =
            "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:100@50\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:30\na\n#EXTINF:1,\nb\n";
        let spans: Vec<_> = media(text).segments.iter().map(|segment| segment.span).collect();
        assert_eq!(spans, [Some(Span { first: 50, length: 100 }), Some(Span { first: 150, length: 30 }), None]);
    }

    #[test]
    fn keys_and_maps_hold_until_they_are_lifted_and_are_named() {
        let text = "#EXTM3U\n#EXTINF:1,\na\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\nb\n#EXTINF:1,\nc\n\
                    #EXT-X-KEY:METHOD=NONE\n#EXT-X-GAP\n#EXTINF:1,\nd\n#EXT-X-MAP:URI=\"i\"\n#EXTINF:1,\ne\n";
        let media = media(text);
        let named = |word: &str| {
            media.segments.iter().map(|s| s.unplayable.is_some_and(|r| r.contains(word))).collect::<Vec<_>>()
        };
        assert_eq!(named("encrypted"), [false, true, true, false, false]);
        assert_eq!(named("MP4"), [false, false, false, false, true]);
        assert_eq!(media.segments.iter().position(|segment| segment.is_gap), Some(3));
    }

    #[test]
    fn variants_and_sounds_are_told_from_each_other() {
        let text = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x, y\",DEFAULT=YES,URI=\"s.m3u8\"\n\
                    #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"t\",NAME=\"z\",URI=\"t.m3u8\"\n\
                    #EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO=\"a\"\nhigh.m3u8\n#EXT-X-STREAM-INF:RESOLUTION=1x1\nlow.m3u8\n\
                    #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=99,URI=\"i.m3u8\"\n";
        let Ok(Listing::Main(main)) = read(text) else { panic!("no main playlist") };
        let sound = Sound { group: "a".into(), uri: Some("s.m3u8".into()), is_default: true };
        assert_eq!(main.sounds, [sound]);
        let variants: Vec<_> =
            main.variants.iter().map(|v| (v.uri.as_str(), v.bandwidth, v.sound.as_deref())).collect();
        assert_eq!(variants, [("high.m3u8", 9, Some("a")), ("low.m3u8", 0, None)]);
    }

    #[test]
    fn what_does_not_begin_as_a_playlist_is_none() {
        assert!(read("<html>").is_err());
        assert!(read("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:99999999999999999\n#EXTINF:1,\na\n").is_err());
    }
}
