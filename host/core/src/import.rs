//! What parsers of foreign formats hand over and the engine's import verbs take: entries and the
//! reasons why some are left out.

use crate::guide::{GuideChannel, Programme};
use std::collections::BTreeMap;

/// One entry of a playlist.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PlaylistEntry {
    /// Shown name.
    pub name: String,
    /// Address.
    pub url: String,
    /// Headers that its source wants with each request, such as `User-Agent`; all of them fit a
    /// [`Source`](crate::source::Source).
    pub headers: BTreeMap<String, String>,
    /// `tvg-id`, may be empty.
    pub tvg_id: String,
    /// `tvg-logo`, may be empty.
    pub logo: String,
    /// `group-title`, may be empty.
    pub group: String,
    /// `catchup-days`, `timeshift` or `tvg-rec`: days of catch-up the source claims.
    pub archive_days: u16,
    /// The entry says that it is radio.
    pub radio: bool,
    /// `tvg-chno`: the channel's number, when the entry has one from 1 on.
    pub number: Option<u32>,
    /// `tvg-shift`: minutes by which its guide is later.
    pub guide_offset: i16,
    /// What the entry asks of a player that is not kept, such as `http-user-agent`: each once.
    pub not_kept: Vec<String>,
    /// The line of the file that its address is on, from 1; 0 when unknown.
    pub line: u64,
}

/// An entry or item of a file that was left out. The import goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// The line of the file, from 1; 0 when unknown.
    pub line: u64,
    /// What it is called there, as far as that is known.
    pub name: String,
    /// Why.
    pub reason: Skipped,
}

/// One item of a guide.
#[derive(Clone, PartialEq, Debug)]
pub enum GuideItem {
    /// A channel.
    Channel(GuideChannel),
    /// A programme; its `id` is 0.
    Programme(Programme),
}

/// Why an entry was left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Skipped {
    /// A name without an address.
    NoUrl,
    /// An address that is malformed.
    BadUrl,
    /// An address with a login before its host, which no request may carry.
    LoginInUrl,
    /// A protocol that is not played, by its word in reports: `protocol_rtmp`.
    Protocol(&'static str),
    /// A DASH or Smooth Streaming manifest.
    Manifest,
    /// The page of a web site, which is not a stream.
    WebPage,
    /// A line or text beyond the limit.
    TooLong,
    /// A programme without channel, start or title, or that ends before it begins.
    Incomplete,
    /// A time that cannot be read.
    BadTime,
    /// The same address, channel or broadcast was there before in this file.
    Duplicate,
}

impl Skipped {
    /// The reason's word in reports: `no_url`, `protocol_rtmp`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Skipped::NoUrl => "no_url",
            Skipped::BadUrl => "bad_url",
            Skipped::LoginInUrl => "login_in_url",
            Skipped::Protocol(word) => word,
            Skipped::Manifest => "manifest_of_dash_or_smooth",
            Skipped::WebPage => "web_page",
            Skipped::TooLong => "too_long",
            Skipped::Incomplete => "incomplete",
            Skipped::BadTime => "bad_time",
            Skipped::Duplicate => "duplicate",
        }
    }
}

/// Why a file cannot be read on. What came before it was whole.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not what it was said to be.
    #[error("line {line}: this is no {format} file: {reason}")]
    Malformed {
        /// The format that was expected.
        format: &'static str,
        /// Line number, from 1; 0 when unknown.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// It goes beyond a limit of the parser.
    #[error("line {line}: {limit} is exceeded; split the file or raise the limit")]
    Limit {
        /// Which limit, with its figure.
        limit: String,
        /// Line number, from 1; 0 when unknown.
        line: u64,
    },
    /// It could not be read.
    #[error("the file cannot be read: {0}")]
    Io(String),
}
