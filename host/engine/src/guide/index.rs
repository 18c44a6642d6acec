//! Which of the calling line's streams stand for which guide channel.

use crate::{Result, Work};
use host_core::GuideSourceId;
use host_core::stream::StreamKind;
use std::collections::HashMap;
use std::sync::Arc;

const PIECE: usize = 1_024;

/// A guide channel of the line.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
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
    pub(crate) fn find(&self, channel: &str) -> Option<&Entry> {
        self.places.get(channel).and_then(|place| self.entries.get(*place))
    }

    fn add(&mut self, entry: Entry) {
        match self.places.get(&entry.channel).and_then(|place| self.entries.get_mut(*place)) {
            Some(known) => known.archive_days = known.archive_days.max(entry.archive_days),
            None => {
                self.places.insert(entry.channel.clone(), self.entries.len());
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
    let mut known: HashMap<_, _> = known.into_iter().map(|channel| (channel.id.clone(), channel)).collect();
    let mut index = Index::default();
    for piece in ids.chunks(PIECE) {
        for stream in engine.store().streams(tenant, piece.to_vec()).await? {
            let Some(channel) = known.get_mut(&stream.guide_channel) else { continue };
            let icon = if stream.icon.is_empty() { channel.icon.clone() } else { stream.icon };
            let name = if channel.name.is_empty() { stream.name } else { channel.name.clone() };
            index.add(Entry {
                channel: stream.guide_channel,
                name,
                icon,
                archive_days: stream.archive_days,
                source: stream.guide_source,
                offset: i64::from(stream.guide_offset) * 60,
            });
        }
    }
    let index = Arc::new(index);
    work.index = Some(Arc::clone(&index));
    Ok(index)
}
