//! Plays a list without end, as one transport stream: each item is made into one by ffmpeg, in the stream's form, and
//! its time goes on from the item before.

use super::paced::paced;
use super::rounds::Rounds;
use super::upstream::{How, Opened, Upstream};
use crate::ts::{Reader, TICKS_PER_SECOND, Versions};
use bytes::Bytes;
use futures_util::StreamExt;
use host_core::journal::Part;
use host_core::port::{ByteStream, FetchError};
use host_core::source::Source;
use host_core::transcode::Profile;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// An item that gives nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(15);
/// From the last clock stamp of an item to the first picture of the next one.
const SEAM: Duration = Duration::from_millis(200);

/// What a created channel plays.
pub(crate) struct List {
    /// In this order, unless it is shuffled.
    pub(crate) items: Vec<Source>,
    /// In another order each time.
    pub(crate) is_shuffled: bool,
    /// Decides these orders.
    pub(crate) chance: u64,
}

/// Opens a list; its first item is opened by the first read.
pub(super) async fn open(upstream: &Arc<Upstream>, list: &Arc<List>, how: &How) -> Result<Opened, FetchError> {
    upstream.can_make()?;
    let profile = upstream.profile(how).await?.unwrap_or_default();
    let player = Player {
        rounds: Rounds::new(list.items.len(), list.is_shuffled, list.chance),
        upstream: upstream.clone(),
        list: list.clone(),
        how: how.clone(),
        profile,
        item: None,
        begins: Duration::ZERO,
        barren: 0,
    };
    let bytes: ByteStream = Box::pin(futures_util::stream::unfold(Some(player), |player| async {
        let mut player = player?;
        let next = player.next().await;
        let goes_on = next.is_ok();
        Some((next, goes_on.then_some(player)))
    }));
    Ok(Opened { bytes: paced(bytes), rests: true })
}

struct Player {
    upstream: Arc<Upstream>,
    list: Arc<List>,
    how: How,
    profile: Profile,
    rounds: Rounds,
    item: Option<Item>,
    /// Where the time of the next item begins.
    begins: Duration,
    /// Items in a row that gave nothing.
    barren: usize,
}

/// The item that plays.
struct Item {
    place: usize,
    bytes: ByteStream,
    reader: Reader,
}

impl Player {
    async fn next(&mut self) -> Result<Bytes, FetchError> {
        loop {
            let Some(item) = &mut self.item else {
                self.open_next().await?;
                continue;
            };
            match timeout(PATIENCE, item.bytes.next()).await {
                Ok(Some(Ok(bytes))) => {
                    item.reader.feed(&bytes, |_, _| ());
                    self.barren = 0;
                    return Ok(bytes);
                }
                Ok(Some(Err(error))) => self.end_item(Some(&error.to_string())),
                Ok(None) => self.end_item(None),
                Err(_) => self.end_item(Some("it went silent")),
            }
        }
    }

    /// Opens the next item that can be. An error when each of the list was tried in vain.
    async fn open_next(&mut self) -> Result<(), FetchError> {
        let nothing = || FetchError::Broken("no item of its list plays".into());
        if self.barren >= self.list.items.len() {
            return Err(nothing());
        }
        let place = self.rounds.next().ok_or_else(nothing)?;
        let item = self.list.items.get(place).ok_or_else(nothing)?;
        self.barren += 1;
        match self.upstream.open_item(item, &self.how, self.profile.clone(), self.begins).await {
            Ok(bytes) => self.item = Some(Item { place, bytes, reader: Reader::new(Versions::default()) }),
            Err(error) => self.complain(place, &error.to_string()),
        }
        Ok(())
    }

    fn end_item(&mut self, complaint: Option<&str>) {
        let Some(item) = self.item.take() else { return };
        if let Some(complaint) = complaint {
            self.complain(item.place, complaint);
        }
        if let Some(clock) = item.reader.clock() {
            self.begins = Duration::from_micros(clock * 1_000_000 / TICKS_PER_SECOND) + SEAM;
        }
    }

    fn complain(&self, item: usize, reason: &str) {
        let part = Part::Item(u32::try_from(item).unwrap_or(u32::MAX));
        self.upstream.library.failed(self.how.owner.tenant, self.how.owner.stream, part, reason);
        let (tenant, stream) = (self.how.owner.tenant.0, self.how.owner.stream.0);
        tracing::warn!(tenant.id = tenant, stream.id = stream, item, reason, "an item of a list does not play");
    }
}
