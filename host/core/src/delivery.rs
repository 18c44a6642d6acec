//! How the bytes of a source reach viewers: the forms of sources, the ways of delivery, and the
//! table of what can be delivered as what.

use crate::line::Output;
use crate::reception::is_reception;
use serde::{Deserialize, Serialize};

/// How a live stream reaches viewers.
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

impl Delivery {
    /// Its word in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Delivery::FanOut => "fan_out",
            Delivery::Proxy => "proxy",
            Delivery::Redirect => "redirect",
        }
    }
}

/// The form of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceForm {
    /// Bytes over HTTP: MPEG-TS of a live stream, a file of a movie.
    Ts,
    /// HLS.
    Hls,
    /// MPEG-TS in datagrams, bare or in RTP: `udp://…`, `rtp://…`.
    Datagrams,
    /// A file below the media root.
    File,
    /// A test picture made by ffmpeg, or the bundled clip where there is none: `test:NAME`.
    Test,
}

impl SourceForm {
    /// What messages call it, at the beginning of a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            SourceForm::Ts => "An http address",
            SourceForm::Hls => "HLS",
            SourceForm::Datagrams => "A udp or rtp address",
            SourceForm::File => "A file",
            SourceForm::Test => "A test picture",
        }
    }
}

/// Whether an address is that of a DASH manifest, by its ending. None is ever played.
pub fn is_dash(source: &str) -> bool {
    let path = source.split(['?', '#']).next().unwrap_or(source);
    path.to_ascii_lowercase().ends_with(".mpd")
}

/// The form of a source, by its text alone. What an address really leads to is told by its answer when
/// it is opened; until then a path that ends in `.m3u8` is taken for HLS.
pub fn source_form(source: &str) -> Option<SourceForm> {
    if source.strip_prefix("test:").is_some_and(|name| !name.is_empty()) {
        return Some(SourceForm::Test);
    }
    if let Some(path) = source.strip_prefix("file:") {
        let clean =
            !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != ".." && !part.is_empty());
        return clean.then_some(SourceForm::File);
    }
    if is_reception(source) {
        return Some(SourceForm::Datagrams);
    }
    let rest = source.strip_prefix("http://").or_else(|| source.strip_prefix("https://"))?;
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    if path.is_empty() || source.chars().any(char::is_control) {
        return None;
    }
    Some(if path.to_ascii_lowercase().ends_with(".m3u8") { SourceForm::Hls } else { SourceForm::Ts })
}

/// The table: whether a source of this form, delivered so, can leave as `output`; `None` is a
/// file, whole or by ranges. What is not here is refused.
pub const fn delivers(form: SourceForm, delivery: Delivery, output: Option<Output>) -> bool {
    use Delivery::{FanOut, Proxy, Redirect};
    use SourceForm::{Datagrams, File, Hls, Test, Ts};
    match (form, delivery, output) {
        // The channel is shared, and cut into segments where the source is not HLS.
        (Ts | Hls | Test | Datagrams, FanOut, Some(Output::Ts | Output::M3u8)) => true,
        // A viewer's own connection passes on what the source sends. Datagrams come over none, and a
        // viewer elsewhere can be sent neither to a group nor to a port of ours.
        (Ts | Test, Proxy, Some(Output::Ts)) => true,
        (Hls, Proxy, Some(Output::M3u8)) => true,
        // The source answers the viewer, in its own form.
        (Ts, Redirect, Some(Output::Ts)) => true,
        (Hls, Redirect, Some(Output::M3u8)) => true,
        // Every viewer of a file reads their own ranges, however the stream is delivered.
        (Ts | File, FanOut | Proxy, None) => true,
        _ => false,
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
        assert_eq!(source_form("udp://@239.1.1.1:1234"), Some(SourceForm::Datagrams));
        assert_eq!(source_form("rtp://239.1.1.1:1234"), Some(SourceForm::Datagrams));
        for bad in ["", "ftp://h/a", "file:/etc/passwd", "file:../a", "file:a//b", "http://", "http://h/\na", "test:"] {
            assert_eq!(source_form(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_cell_of_the_table() {
        let row = |form, delivery| {
            [Some(Output::Ts), Some(Output::M3u8), Some(Output::Rtmp), None]
                .map(|output| if delivers(form, delivery, output) { '+' } else { '-' })
                .iter()
                .collect::<String>()
        };
        let table = [SourceForm::Ts, SourceForm::Hls, SourceForm::Datagrams, SourceForm::Test, SourceForm::File]
            .map(|form| [Delivery::FanOut, Delivery::Proxy, Delivery::Redirect].map(|delivery| row(form, delivery)));
        // ts, m3u8, rtmp, file of: fan_out, proxy, redirect.
        assert_eq!(
            table,
            [
                ["++-+", "+--+", "+---"], // an http address
                ["++--", "-+--", "-+--"], // HLS
                ["++--", "----", "----"], // datagrams
                ["++--", "+---", "----"], // a test picture
                ["---+", "---+", "----"], // a file
            ]
        );
    }
}
