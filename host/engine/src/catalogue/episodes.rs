//! Opens the list of all episodes of the calling line's series.

use super::Listing;
use super::listing::{Entries, category_names};
use crate::{Result, Work};
use host_core::caller::Scope;
use host_core::object::{Kind, Object};
use host_core::port::{Filter, Query};
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
    let mut query = Query::all(Kind::Stream, Scope::Tenant);
    query.filters = vec![Filter::Episodes(series)];
    loop {
        let page = work.list(query.clone()).await?;
        let last = page.rows.last().map(|row| row.key().number());
        let full = page.rows.len() >= query.limit as usize;
        found.extend(page.rows.iter().filter_map(|row| match row {
            Object::Stream(stream) if stream.enabled => {
                stream.episode_of.map(|place| (place.season, place.number, stream.id))
            }
            _ => None,
        }));
        match last {
            Some(last) if full => query.filters = vec![Filter::Episodes(series), Filter::After(last)],
            _ => break,
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, _, id)| id).collect())
}
