//! Which of the calling line's streams stand for which guide channel.

use crate::catalogue::playable_days;
use host_core::GuideSourceId;
use host_core::guide::GuideChannel;
use host_core::stream::Stream;
use std::collections::HashMap;

/// A guide channel of the line.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What lists and guides call it.
    pub(crate) id: String,
    /// What its source calls it.
    pub(crate) channel: String,
    pub(crate) name: String,
    pub(crate) icon: String,
    pub(crate) archive_days: u16,
    pub(crate) source: Option<GuideSourceId>,
    pub(crate) offset: i64,
}

/// The guide channels of the line, in the order of its list, each once.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) entries: Vec<Entry>,
    positions: HashMap<String, usize>,
}

impl Index {
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        self.positions.get(id).and_then(|place| self.entries.get(*place))
    }

    /// A stream whose guide is moved stands there twice: with its own times, and with those of
    /// its channel for players that move them by themselves.
    pub(super) fn add_stream(&mut self, stream: &Stream, channel: &GuideChannel) {
        let icon = if stream.icon.is_empty() { &channel.icon } else { &stream.icon };
        let name = if channel.name.is_empty() { &stream.name } else { &channel.name };
        let plain = Entry {
            id: stream.guide_channel.clone(),
            channel: stream.guide_channel.clone(),
            name: name.clone(),
            icon: icon.clone(),
            archive_days: playable_days(stream),
            source: stream.guide_source,
            offset: 0,
        };
        if stream.guide_offset != 0 {
            let offset = i64::from(stream.guide_offset) * 60;
            let name = stream.name.clone();
            self.add(Entry { id: stream.guide_id().into_owned(), name, offset, ..plain.clone() });
        }
        self.add(plain);
    }

    fn add(&mut self, entry: Entry) {
        match self.positions.get(&entry.id).and_then(|place| self.entries.get_mut(*place)) {
            Some(known) => known.archive_days = known.archive_days.max(entry.archive_days),
            None => {
                self.positions.insert(entry.id.clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }
}
