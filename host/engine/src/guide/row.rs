//! Programmes as documents, written straight from the stored type.

use super::index::Entry;
use crate::{Error, Result, Work};
use host_core::GuideSourceId;
use host_core::guide::Programme;
use host_core::time::Unix;
use serde::{Serialize, Serializer};

/// Most programmes of one answer.
const MOST: u32 = 10_000;

#[derive(Serialize)]
struct Row<'a> {
    #[serde(serialize_with = "as_text")]
    id: i64,
    source: Option<GuideSourceId>,
    channel: &'a str,
    start: Unix,
    stop: Unix,
    title: &'a str,
    description: &'a str,
    language: &'a str,
}

#[derive(Serialize)]
struct Answer<'a> {
    archive_days: u16,
    programmes: Vec<Row<'a>>,
}

/// A number of 64 bits is text: not every reader of JSON knows all of them.
fn as_text<S: Serializer>(id: &i64, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// Programmes of a guide channel in a span of shown time; `limit` 0 is the most.
pub(super) async fn of(work: &Work, entry: &Entry, from: Unix, to: Unix, limit: u32) -> Result<String> {
    let limit = if limit == 0 { MOST } else { limit.min(MOST) };
    let (from, to) = (from.plus(-entry.offset), to.plus(-entry.offset));
    let channels = vec![entry.channel.clone()];
    let store = work.engine().store();
    let found = store.programmes(work.caller().tenant, entry.source, channels, from, to, limit).await?;
    answer(entry.archive_days, &found, entry)
}

/// An answer without programmes.
pub(super) fn none() -> String {
    r#"{"archive_days":0,"programmes":[]}"#.to_owned()
}

fn answer(archive_days: u16, programmes: &[Programme], entry: &Entry) -> Result<String> {
    let row = |programme: &'_ Programme| (programme.start.plus(entry.offset), programme.stop.plus(entry.offset));
    let programmes = programmes
        .iter()
        .map(|programme| {
            let (start, stop) = row(programme);
            Row {
                id: programme.id,
                source: entry.source,
                channel: &entry.id,
                start,
                stop,
                title: &programme.title,
                description: &programme.description,
                language: &programme.language,
            }
        })
        .collect();
    serde_json::to_string(&Answer { archive_days, programmes }).map_err(|error| Error::Invalid(error.to_string()))
}
