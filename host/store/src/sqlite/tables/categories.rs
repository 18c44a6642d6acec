//! Categories as rows.

use super::{Binding, Cells, StoreError, Table};
use host_core::category::Category;
use host_core::{CategoryId, Version};

impl Table for Category {
    const NAME: &'static str = "categories";
    const COLUMNS: &'static [&'static str] = &["kind", "name", "position"];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.word(self.kind)?;
        row.put(&self.name)?;
        row.put(self.position)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Category {
            id: CategoryId(cells.id),
            version: Version(cells.version),
            kind: cells.word()?,
            name: cells.value()?,
            position: cells.value()?,
        })
    }
}
