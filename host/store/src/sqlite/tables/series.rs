//! Series as rows, with an index of their categories.

use super::{Binding, Cells, StoreError, Table};
use host_core::series::Series;
use host_core::time::Unix;
use host_core::{CategoryId, SeriesId, Version};
use rusqlite::Connection;

impl Table for Series {
    const NAME: &'static str = "series";
    const COLUMNS: &'static [&'static str] = &["name", "categories", "cover", "details", "modified_at"];
    const LINKED: &'static [&'static str] = &["categories"];
    const SEARCHED: &'static [&'static str] = &["name"];
    const SEARCH_INDEX: Option<&'static str> = Some("series_search");

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.ids(&self.categories)?;
        row.put(&self.cover)?;
        row.json(&self.details)?;
        row.put(self.modified_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Series {
            id: SeriesId(cells.id),
            version: Version(cells.version),
            name: cells.value()?,
            categories: cells.ids(CategoryId)?,
            cover: cells.value()?,
            details: cells.json()?,
            modified_at: Unix(cells.value()?),
        })
    }

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        if !fresh {
            connection.prepare_cached("DELETE FROM series_categories WHERE series = ?1")?.execute((self.id.0,))?;
        }
        for category in &self.categories {
            connection
                .prepare_cached(
                    "INSERT INTO series_categories (category, series) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute((category.0, self.id.0))?;
        }
        Ok(())
    }
}
