//! The guide of what the calling line may watch.

use crate::bindings::linecard::guide::guide as host;
use crate::{Refusal, read};
use serde::Deserialize;

/// Most programmes of one answer.
pub const PAGE: usize = 10_000;
/// Most bytes of titles and descriptions in one answer, roughly: what the panel leaves out of them, such as control
/// characters, is counted too.
pub const PAGE_TEXT: usize = 1 << 20;

/// Programmes of a stream or channel, by start.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Schedule {
    /// Days of catch-up; 0 is off.
    pub archive_days: u16,
    /// The programmes.
    pub programmes: Vec<Programme>,
}

/// One programme; times in unix seconds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Programme {
    /// Unique in the tenant; a decimal number of up to 64 bits. The next import of the guide has others.
    pub id: String,
    /// The guide source that it is from, where one is named.
    pub source: Option<u32>,
    /// The guide's channel id.
    pub channel: String,
    /// Begin.
    pub start: i64,
    /// End.
    pub stop: i64,
    /// Title.
    pub title: String,
    /// What it is about, may be empty.
    pub description: String,
    /// Language of the title, may be empty.
    pub language: String,
}

/// A channel that has a guide.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Channel {
    /// The guide's id of it.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Logo address, may be empty.
    pub icon: String,
    /// Days of catch-up of the stream that has most.
    pub archive_days: u16,
}

/// Programmes of a stream that end after `from` and begin before `to`, at most `limit`
/// (0: 10,000) and as many as 1 MiB of titles and descriptions. A stream that the line does not have, or without guide, has none.
pub fn programmes(stream: u32, from: u32, to: u32, limit: u32) -> Result<Schedule, Refusal> {
    read(&host::programmes(stream, from, to, limit)?)
}

/// Channels of the line's streams that have a guide, each once.
pub fn channels() -> Result<Vec<Channel>, Refusal> {
    read(&host::channels()?)
}

/// Programmes of one of [`channels`], like [`programmes`].
pub fn channel_programmes(channel: &str, from: u32, to: u32) -> Result<Schedule, Refusal> {
    read(&host::channel_programmes(channel, from, to)?)
}
