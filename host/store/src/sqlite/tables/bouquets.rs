//! Bouquets as rows; their members are in `members`.

use super::{Binding, Cells, StoreError, Table};
use host_core::bouquet::Bouquet;
use host_core::{BouquetId, Version};

impl Table for Bouquet {
    const NAME: &'static str = "bouquets";
    const COLUMNS: &'static [&'static str] = &["name", "position"];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.put(self.position)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Bouquet {
            id: BouquetId(cells.id),
            version: Version(cells.version),
            name: cells.value()?,
            position: cells.value()?,
        })
    }
}
