//! Streams as records.

use super::Stream;
use crate::kind::Key;
use crate::record::declared::{Reading, Record, RecordField, all, fields};
use crate::time::Unix;
use crate::{Refusal, StreamId};

impl Record for Stream {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "kind": Read Write, "name": Read Write, "number": Read Write, "enabled": Read Write,
        "categories": Read Write, "icon": Read Write, "sources": Hidden Write, "delivery": Hidden Write,
        "guide_channel": Read Write, "guide_source": Hidden Write, "guide_offset": Hidden Write,
        "archive_days": Read Write, "custom_sid": Read Write, "adult": Read Write, "container": Read Write,
        "details": Read Write, "episode_of": Read Write, "notes": Hidden Write, "added_at": Read Read,
        "origin": Hidden Read, "bouquets": Hidden Write,
    };
    const RESELLERS: Reading = Reading::Lists;
    const KEPT_WITH: &'static [(&'static str, &'static str)] = &[("bouquets", "bouquet")];

    fn blank(id: u32, now: Unix) -> Option<Stream> {
        Some(Stream { id: StreamId(id), added_at: now, ..Stream::default() })
    }

    fn references(&self) -> Vec<(&'static str, Key)> {
        let source = self.guide_source.iter().map(|source| ("guide_source", Key::from(*source)));
        let series = self.episode_of.iter().map(|place| ("episode_of", Key::from(place.series)));
        all("categories", &self.categories).chain(source).chain(series).collect()
    }

    fn validate(&self) -> Result<(), Refusal> {
        Stream::validate(self)
    }
}
