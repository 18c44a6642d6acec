//! Programmes of one stream.

use super::index::Entry;
use super::row;
use crate::catalogue::playable_days;
use crate::{Result, Work};
use host_core::StreamId;
use host_core::time::Unix;

/// Programmes of a stream that end after `from` and begin before `to`: at most `limit` of them (0 means 10,000), and at
/// most a mebibyte of text. Returns the text of `{"archive_days","programmes":[…]}`. A stream that the line does not
/// have, or that has no guide, has no programmes.
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn programmes(work: &mut Work, stream: StreamId, from: Unix, to: Unix, limit: u32) -> Result<String> {
    let line = work.calling_line().await?;
    let (tenant, store) = (work.caller().tenant, work.engine().store());
    if !store.carries(tenant, line.bouquets.clone(), stream).await? {
        return Ok(row::none());
    }
    let found = store.streams(tenant, vec![stream]).await?;
    let Some(stream) = found.into_iter().next().filter(|stream| !stream.guide_channel.is_empty()) else {
        return Ok(row::none());
    };
    let entry = Entry {
        id: stream.guide_id().into_owned(),
        archive_days: playable_days(&stream),
        channel: stream.guide_channel,
        name: stream.name,
        icon: stream.icon,
        source: stream.guide_source,
        offset: i64::from(stream.guide_offset) * 60,
    };
    row::of(work, &entry, from, to, limit).await
}
