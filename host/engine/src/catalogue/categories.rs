//! The categories in which the calling line has something.

use super::list::List;
use super::listing::all_categories;
use crate::{Error, Result, Work};
use host_core::CategoryId;
use host_core::category::CategoryKind;
use host_core::series::Series;
use std::collections::HashSet;

/// Streams that are looked at in one read.
const PIECE: usize = 1_024;

/// `[category record]` as JSON text, by list and position; radio after live.
///
/// # Errors
/// `invalid_input` for a list other than `live`, `movie` and `series`, `not_permitted` when the
/// caller is not a line.
pub async fn categories(work: &mut Work, list: &str) -> Result<String> {
    let list = List::parse(list)?;
    let used = used(work, list).await?;
    let mut all = all_categories(work).await?;
    all.retain(|category| list.headings().contains(&category.kind) && used.contains(&category.id));
    all.sort_by_key(|category| category.kind == CategoryKind::Radio);
    serde_json::to_string(&all).map_err(|error| Error::Invalid(error.to_string()))
}

/// The categories of everything that the line has in the list.
async fn used(work: &mut Work, list: List) -> Result<HashSet<CategoryId>> {
    let line = work.calling_line().await?;
    let (tenant, engine, bouquets) = (work.caller().tenant, work.engine(), line.bouquets.clone());
    let mut used = HashSet::new();
    if list == List::Series {
        for id in engine.store().catalogue_series(tenant, bouquets, None).await? {
            let series: Option<Series> = engine.row(work.database(), id).await?;
            used.extend(series.into_iter().flat_map(|series| series.categories));
        }
        return Ok(used);
    }
    let ids = engine.store().catalogue(tenant, bouquets, list.kinds(), None).await?;
    for piece in ids.chunks(PIECE) {
        for stream in engine.store().streams(tenant, piece.to_vec()).await? {
            used.extend(stream.categories);
        }
    }
    Ok(used)
}
