//! The rows of lists, written straight from the stored types. A line sees neither sources nor notes nor where a
//! stream was imported from.

use super::playable_days;
use host_core::details::Details;
use host_core::series::Series;
use host_core::stream::{EpisodeOf, Stream, StreamKind};
use host_core::time::Unix;
use host_core::{CategoryId, SeriesId, StreamId};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;

type Names = HashMap<CategoryId, String>;

/// A stream record as lines see it. Live streams have no details.
#[derive(Serialize)]
struct StreamRow<'a> {
    id: StreamId,
    kind: StreamKind,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    enabled: bool,
    categories: &'a [CategoryId],
    category_name: &'a str,
    icon: &'a str,
    guide_channel: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    guide_offset: i16,
    guide_id: Cow<'a, str>,
    archive_days: u16,
    custom_sid: &'a str,
    adult: bool,
    container: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a Details>,
    episode_of: Option<EpisodeOf>,
    added_at: Unix,
}

/// A series record with the name of its category.
#[derive(Serialize)]
struct SeriesRow<'a> {
    id: SeriesId,
    name: &'a str,
    categories: &'a [CategoryId],
    category_name: &'a str,
    cover: &'a str,
    details: &'a Details,
    modified_at: Unix,
}

/// Bytes of an ordinary row, so that the text seldom grows.
const ROW: usize = 320;

pub(super) fn streams(streams: &[Stream], names: &Names) -> serde_json::Result<String> {
    array(streams, |stream| StreamRow {
        id: stream.id,
        kind: stream.kind,
        name: &stream.name,
        number: stream.number,
        enabled: stream.enabled,
        categories: &stream.categories,
        category_name: heading(&stream.categories, names),
        icon: &stream.icon,
        guide_channel: &stream.guide_channel,
        guide_offset: stream.guide_offset,
        guide_id: stream.guide_id(),
        archive_days: playable_days(stream),
        custom_sid: &stream.custom_sid,
        adult: stream.adult,
        container: &stream.container,
        details: (!stream.kind.is_live()).then_some(&stream.details),
        episode_of: stream.episode_of,
        added_at: stream.added_at,
    })
}

pub(super) fn series(series: &[Series], names: &Names) -> serde_json::Result<String> {
    array(series, |series| SeriesRow {
        id: series.id,
        name: &series.name,
        categories: &series.categories,
        category_name: heading(&series.categories, names),
        cover: &series.cover,
        details: &series.details,
        modified_at: series.modified_at,
    })
}

fn is_zero(offset: &i16) -> bool {
    *offset == 0
}

/// The name of the category that an entry is listed under; empty without one.
fn heading<'a>(categories: &[CategoryId], names: &'a Names) -> &'a str {
    categories.first().and_then(|first| names.get(first)).map_or("", String::as_str)
}

fn array<'a, T, R: Serialize>(items: &'a [T], row: impl Fn(&'a T) -> R) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(2 + items.len() * ROW);
    text.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        serde_json::to_writer(&mut text, &row(item))?;
    }
    text.push(b']');
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}
