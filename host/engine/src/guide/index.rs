//! Which of the calling line's streams stand for which guide channel.

use crate::catalogue::playable_days;
use crate::{Result, Work};
use host_core::GuideSourceId;
use host_core::guide::GuideChannel;
use host_core::stream::{Stream, StreamKind};
use std::collections::HashMap;
use std::sync::Arc;

const PIECE: usize = 1_024;

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
    places: HashMap<String, usize>,
}

impl Index {
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        self.places.get(id).and_then(|place| self.entries.get(*place))
    }

    /// A stream whose guide is moved stands there twice: with its own times, and with those of
    /// its channel for players that move them by themselves.
    fn add_stream(&mut self, stream: &Stream, channel: &GuideChannel) {
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
        match self.places.get(&entry.id).and_then(|place| self.entries.get_mut(*place)) {
            Some(known) => known.archive_days = known.archive_days.max(entry.archive_days),
            None => {
                self.places.insert(entry.id.clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }
}

/// The index of the calling line: made once for each attempt.
pub(super) async fn of(work: &mut Work) -> Result<Arc<Index>> {
    if let Some(index) = &work.index {
        return Ok(Arc::clone(index));
    }
    let line = work.calling_line().await?;
    let (tenant, engine) = (work.caller().tenant, Arc::clone(work.engine()));
    let kinds = vec![StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio];
    let ids = engine.store().catalogue(tenant, line.bouquets.clone(), kinds, None).await?;
    let known = engine.store().guide_channels(tenant).await?;
    let known: HashMap<_, _> = known.into_iter().map(|channel| (channel.id.clone(), channel)).collect();
    let mut index = Index::default();
    for piece in ids.chunks(PIECE) {
        for stream in engine.store().streams(tenant, piece.to_vec()).await? {
            let Some(channel) = known.get(&stream.guide_channel) else { continue };
            index.add_stream(&stream, channel);
        }
    }
    let index = Arc::new(index);
    work.index = Some(Arc::clone(&index));
    Ok(index)
}
