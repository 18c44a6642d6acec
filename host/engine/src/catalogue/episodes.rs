//! Opens the list of all episodes of the calling line's series.

use super::Listing;
use super::listing::{Entries, category_names};
use crate::{Result, Work};
use host_core::port::Filter;
use host_core::stream::Stream;
use host_core::{SeriesId, StreamId};

/// Opens the episodes: by series in the order of the bouquets, then season and number.
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn open_episodes(work: &mut Work) -> Result<Listing> {
    let line = work.calling_line().await?;
    let tenant = work.caller().tenant;
    let series = work.engine().store().catalogue_series(tenant, line.bouquets.clone(), None).await?;
    let mut episodes = Vec::new();
    for series in series {
        episodes.extend(of(work, series).await?);
    }
    Ok(Listing::new(Entries::Streams(episodes), category_names(work).await?))
}

async fn of(work: &Work, series: SeriesId) -> Result<Vec<StreamId>> {
    let mut found = Vec::new();
    let enabled = |stream: Stream| {
        let place = stream.episode_of.filter(|_| stream.enabled);
        found.extend(place.map(|place| (place.season, place.number, stream.id)));
    };
    work.engine().each_row(work.database(), vec![Filter::Episodes(series)], enabled).await?;
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, _, id)| id).collect())
}
