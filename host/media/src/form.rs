//! What a source is, told by its answer: the type it names and its first bytes. The letters of an
//! address say nothing.

use bytes::Bytes;
use futures_util::StreamExt;
use host_core::port::{FetchError, Fetched};

/// How many bytes are enough to tell a form.
const TELLING: usize = 512;

/// What an answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// A transport stream, or what may become one further on.
    Transport,
    /// An HLS playlist.
    Playlist,
    /// Bare sound: ADTS or MPEG audio.
    Sound,
    /// Fragments or a file of the MP4 family.
    Mp4,
    /// A web page, which a server may send for a while in place of what it should.
    Page,
    /// Something that is never played: why, and what to use instead.
    Foreign(&'static str),
}

impl Form {
    /// Why it can never become a transport stream.
    pub(crate) fn unplayable(self) -> Option<&'static str> {
        match self {
            Form::Transport | Form::Playlist | Form::Sound => None,
            Form::Mp4 => Some("it is MP4, which cannot be sent as .ts; use an HLS address with transport streams"),
            Form::Page => Some("it is a web page and no stream; use the address of the stream on that page"),
            Form::Foreign(reason) => Some(reason),
        }
    }

    /// From the type that the server names, if it names one, and the first bytes.
    pub(crate) fn of(content_type: Option<&str>, first: &[u8]) -> Form {
        let named = content_type.unwrap_or("").to_ascii_lowercase();
        let text = first.strip_prefix("\u{feff}".as_bytes()).unwrap_or(first).trim_ascii_start();
        let holds = |what: &[u8]| text.windows(what.len()).any(|window| window.eq_ignore_ascii_case(what));
        match first {
            _ if text.starts_with(b"#EXTM3U") => Form::Playlist,
            _ if text.starts_with(b"<") && (named.contains("dash+xml") || holds(b"<mpd")) => {
                Form::Foreign("it is DASH (.mpd); use the HLS address of the same stream")
            }
            _ if text.starts_with(b"<") => Form::Page,
            [0x47, ..] => Form::Transport,
            [_, _, _, _, kind @ ..]
                if [b"ftyp", b"styp", b"moof", b"sidx"].iter().any(|name| kind.starts_with(*name)) =>
            {
                Form::Mp4
            }
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Form::Foreign("it is Matroska or WebM, which cannot be sent as .ts"),
            [b'F', b'L', b'V', 1, ..] => Form::Foreign("it is Flash video, which cannot be sent as .ts"),
            [b'O', b'g', b'g', b'S', ..] => Form::Foreign("it is Ogg, which cannot be sent as .ts"),
            [b'I', b'D', b'3', ..] => Form::Sound,
            // Named sound, whatever byte of a frame the server begins with.
            _ if ["audio/aac", "audio/mpeg", "audio/mp3", "audio/x-aac"]
                .iter()
                .any(|sound| named.starts_with(sound)) =>
            {
                Form::Sound
            }
            [0xff, second, ..] if second & 0xe0 == 0xe0 => Form::Sound,
            _ if named.contains("mpegurl") => Form::Playlist,
            _ => Form::Transport,
        }
    }
}

/// Tells the form of an answer; its body still gives every byte.
pub(crate) async fn detect_form(mut fetched: Fetched) -> Result<(Form, Fetched), FetchError> {
    let mut first: Vec<u8> = Vec::new();
    while first.len() < TELLING {
        let Some(piece) = fetched.body.next().await else { break };
        first.extend_from_slice(&piece?);
        // These need no second look, and a slow source should not wait for one.
        if first.first() == Some(&0x47) || first.len() >= 16 && first.first() != Some(&b'<') {
            break;
        }
    }
    let form = Form::of(fetched.content_type.as_deref(), &first);
    let begin = futures_util::stream::iter((!first.is_empty()).then(|| Ok(Bytes::from(first))));
    fetched.body = Box::pin(begin.chain(fetched.body));
    Ok((form, fetched))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_and_the_named_type_helps_where_they_do_not() {
        let page = b"<!DOCTYPE html><html>".as_slice();
        let manifest = b"<?xml version=\"1.0\"?>\n<MPD xmlns=".as_slice();
        for (named, first, form) in [
            (None, b"#EXTM3U\n".as_slice(), Form::Playlist),
            (Some("video/mp2t"), "\u{feff}\r\n#EXTM3U\n".as_bytes(), Form::Playlist),
            (Some("application/vnd.apple.mpegurl"), b"\x47@\x11", Form::Transport),
            (Some("Application/X-mpegURL"), b"# not quite", Form::Playlist),
            (None, b"\x47\x40\x00\x10", Form::Transport),
            (None, b"\x00\x00\x47\x40", Form::Transport),
            (Some("audio/aacp"), b"\x12\x34", Form::Sound),
            (None, b"ID3\x04", Form::Sound),
            (None, b"\xff\xf1\x50\x80", Form::Sound),
            (None, b"\x00\x00\x00\x18ftypmp42", Form::Mp4),
            (Some("text/html"), page, Form::Page),
            (None, page, Form::Page),
        ] {
            assert_eq!(Form::of(named, first), form, "{named:?} {first:?}");
        }
        for (named, first) in [(None, manifest), (Some("application/dash+xml"), b"<x".as_slice())] {
            assert!(matches!(Form::of(named, first), Form::Foreign(reason) if reason.contains(".mpd")));
        }
    }
}
