//! An open list: the ids that are left, and the names that its rows need. The owner of a call
//! keeps it from one read to the next.

use super::row;
use crate::{Error, Result, Work};
use host_core::category::Category;
use host_core::series::Series;
use host_core::{CategoryId, SeriesId, StreamId};
use std::collections::HashMap;
use std::sync::Arc;

/// Most entries of one read.
const MOST: usize = 1_024;

pub(super) enum Entries {
    Streams(Vec<StreamId>),
    Series(Vec<SeriesId>),
}

/// An open list with its place in it.
pub struct Listing {
    entries: Entries,
    position: usize,
    categories: Arc<HashMap<CategoryId, String>>,
}

impl Listing {
    pub(super) fn new(entries: Entries, categories: Arc<HashMap<CategoryId, String>>) -> Listing {
        Listing { entries, position: 0, categories }
    }

    /// How many entries it has in all.
    pub fn total(&self) -> u32 {
        let length = match &self.entries {
            Entries::Streams(ids) => ids.len(),
            Entries::Series(ids) => ids.len(),
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// Passes over entries.
    pub fn skip(&mut self, count: u32) {
        self.position = self.position.saturating_add(count as usize).min(self.total() as usize);
    }

    /// The next entries, at most 1,024, as the text of a JSON array of stream or series records
    /// with `category_name`; `[]` at the end. An entry that is gone since the list was opened is
    /// left out.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn next(&mut self, work: &mut Work, count: u32) -> Result<String> {
        let tenant = work.caller().tenant;
        let most = (count as usize).min(MOST);
        loop {
            let from = self.position;
            let to = from.saturating_add(most).min(self.total() as usize);
            self.position = to;
            let text = match &self.entries {
                Entries::Streams(ids) => {
                    let ids = ids.get(from..to).unwrap_or_default().to_vec();
                    row::streams(&work.engine().store().streams(tenant, ids).await?, &self.categories)
                }
                Entries::Series(ids) => {
                    let mut rows = Vec::with_capacity(to - from);
                    for id in ids.get(from..to).unwrap_or_default() {
                        rows.extend(work.engine().row::<Series>(work.database(), *id).await?);
                    }
                    row::series(&rows, &self.categories)
                }
            };
            let text = text.map_err(|error| Error::Invalid(error.to_string()))?;
            // Only the end of the list may look like its end.
            if from == to || text.len() > 2 {
                return Ok(text);
            }
        }
    }
}

/// All categories of the tenant, in the order of their lists.
pub(super) async fn all_categories(work: &Work) -> Result<Vec<Category>> {
    let mut all: Vec<Category> = work.rows(Vec::new()).await?;
    all.sort_by_key(|category| (category.position, category.id));
    Ok(all)
}

/// The names of all categories.
pub(super) async fn category_names(work: &Work) -> Result<Arc<HashMap<CategoryId, String>>> {
    let all = all_categories(work).await?;
    Ok(Arc::new(all.into_iter().map(|category| (category.id, category.name)).collect()))
}
