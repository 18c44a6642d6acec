//! Streams as records.

use super::{EpisodeOf, Stream};
use crate::field_list::FieldList;
use crate::record::declared::{Reading, Record, RecordField, fields, of_list};
use crate::time::Unix;
use crate::{Refusal, SeriesId, StreamId};
use serde_json::{Value, json};

/// What its document has or takes besides its own: the bouquets that get it; `run`, which starts or stops it, and the
/// `results` of that; what it does now, on each of the `servers`.
const BESIDE: &[RecordField] =
    fields! { "bouquets": Hidden Write, "run": Hidden Write, "results": Hidden Read, "servers": Hidden Read };

impl Record for Stream {
    const FIELDS: &'static [RecordField] = &of_list::<{ Stream::LIST.len() + 5 }>(Stream::LIST, BESIDE);
    const RESELLERS: Reading = Reading::Lists;
    const KEPT_WITH: &'static [(&'static str, &'static str)] = &[("bouquets", "bouquet")];

    fn part(field: &str) -> Option<Value> {
        // Of a series that is named beside it.
        (field == "episode_of").then(|| json!(EpisodeOf { series: SeriesId(0), season: 0, number: 0 }))
    }

    fn blank(id: u32, now: Unix) -> Option<Stream> {
        Some(Stream { id: StreamId(id), added_at: now, ..Stream::default() })
    }

    fn validate(&self) -> Result<(), Refusal> {
        Stream::validate(self)
    }
}
