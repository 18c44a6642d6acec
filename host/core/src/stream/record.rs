//! Streams as records.

use super::Stream;
use crate::field_list::FieldList;
use crate::record::declared::{Reading, Record, RecordField, fields, of_list};
use crate::time::Unix;
use crate::{Refusal, StreamId};

impl Record for Stream {
    const FIELDS: &'static [RecordField] =
        &of_list::<{ Stream::LIST.len() + 2 }>(Stream::LIST, fields! { "bouquets": Hidden Write });
    const RESELLERS: Reading = Reading::Lists;
    const KEPT_WITH: &'static [(&'static str, &'static str)] = &[("bouquets", "bouquet")];

    fn blank(id: u32, now: Unix) -> Option<Stream> {
        Some(Stream { id: StreamId(id), added_at: now, ..Stream::default() })
    }

    fn validate(&self) -> Result<(), Refusal> {
        Stream::validate(self)
    }
}
