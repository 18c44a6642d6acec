//! The guide channels of the calling line, and programmes of one of them.

use super::{indexed, row};
use crate::{Error, Result, Work};
use host_core::time::Unix;
use serde::Serialize;

#[derive(Serialize)]
struct Channel<'a> {
    id: &'a str,
    name: &'a str,
    icon: &'a str,
    archive_days: u16,
}

/// Channels of the line's streams that have a guide, each once, as the text of
/// `[{"id","name","icon","archive_days"}]`.
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn channels(work: &mut Work) -> Result<String> {
    let index = indexed::index(work).await?;
    let channels: Vec<_> = index
        .entries
        .iter()
        .map(|entry| Channel { id: &entry.id, name: &entry.name, icon: &entry.icon, archive_days: entry.archive_days })
        .collect();
    serde_json::to_string(&channels).map_err(|error| Error::Invalid(error.to_string()))
}

/// Programmes of one of [`channels`], like [`super::programmes`].
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn channel_programmes(work: &mut Work, channel: &str, from: Unix, to: Unix) -> Result<String> {
    let index = indexed::index(work).await?;
    match index.find(channel) {
        Some(entry) => row::of(work, entry, from, to, 0).await,
        None => Ok(row::none()),
    }
}
