//! Opens the list of the episodes of the calling line's series, of all of them or of one.

use super::Listing;
use super::listing::{Entries, category_names};
use super::one::has_series;
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

/// Opens those of one series: of one that none of the line's bouquets has there are none.
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn open_episodes_of(work: &mut Work, series: SeriesId) -> Result<Listing> {
    let line = work.calling_line().await?;
    let episodes = match has_series(work, &line, series).await? {
        true => of(work, series).await?,
        false => Vec::new(),
    };
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
