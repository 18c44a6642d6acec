//! Opens a list of what the calling line may watch.

use super::Listing;
use super::list::List;
use super::listing::{Entries, category_names};
use crate::{Result, Work};
use host_core::CategoryId;

/// Opens `live` (with created channels and radio), `movie` or `series`; category 0 is all.
///
/// # Errors
/// `invalid_input` for another list, `not_permitted` when the caller is not a line.
pub async fn open(work: &mut Work, list: &str, category: u32) -> Result<Listing> {
    let list = List::parse(list)?;
    let line = work.calling_line().await?;
    let tenant = work.caller().tenant;
    let category = (category != 0).then_some(CategoryId(category));
    let bouquets = line.bouquets.clone();
    let store = work.engine().store();
    let entries = match list {
        List::Series => Entries::Series(store.catalogue_series(tenant, bouquets, category).await?),
        List::Live | List::Movie => Entries::Streams(store.catalogue(tenant, bouquets, list.kinds(), category).await?),
    };
    Ok(Listing::new(entries, category_names(work).await?))
}
