//! Opens one entry of a list, when the calling line may watch it.

use super::Listing;
use super::list::List;
use super::listing::{Entries, category_names};
use crate::{Result, Work};
use host_core::bouquet::Member;
use host_core::line::Line;
use host_core::{SeriesId, StreamId};

/// Opens an entry of `live`, `movie` or `series` as a list of it alone. One that the line does not have, one of another
/// list and one that is switched off are lists of nothing, like one that there is not.
///
/// # Errors
/// `invalid_input` for another list, `not_permitted` when the caller is not a line.
pub async fn open_one(work: &mut Work, list: &str, id: u32) -> Result<Listing> {
    let list = List::parse(list)?;
    let line = work.calling_line().await?;
    let entries = match list {
        List::Series => {
            let series = SeriesId(id);
            Entries::Series(if has_series(work, &line, series).await? { vec![series] } else { Vec::new() })
        }
        List::Live | List::Movie => Entries::Streams(stream(work, &line, list, StreamId(id)).await?),
    };
    Ok(Listing::new(entries, category_names(work).await?))
}

/// Whether one of the line's bouquets has the series.
pub(super) async fn has_series(work: &Work, line: &Line, series: SeriesId) -> Result<bool> {
    let tenant = work.caller().tenant;
    for bouquet in &line.bouquets {
        if work.engine().store().holds(tenant, *bouquet, Member::Series(series)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The stream, when it is of the list and one of the line's bouquets has it.
async fn stream(work: &Work, line: &Line, list: List, id: StreamId) -> Result<Vec<StreamId>> {
    let (tenant, store) = (work.caller().tenant, work.engine().store());
    if !store.carries(tenant, line.bouquets.clone(), id).await? {
        return Ok(Vec::new());
    }
    let found = store.streams(tenant, vec![id]).await?;
    let is_listed = found.iter().any(|stream| stream.enabled && list.kinds().contains(&stream.kind));
    Ok(if is_listed { vec![id] } else { Vec::new() })
}
