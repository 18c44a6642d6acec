//! Packages as rows: a name, the bouquets and a document.

use super::{Binding, Cells, StoreError, Table};
use host_core::package::Package;
use host_core::{BouquetId, PackageId, Version};

impl Table for Package {
    const NAME: &'static str = "packages";
    const COLUMNS: &'static [&'static str] = &["name", "bouquets", "document"];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.ids(&self.bouquets)?;
        row.json(self)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let name = cells.value()?;
        // The column counts: a deleted bouquet is cut out of it, not of the document.
        let bouquets = cells.ids(BouquetId)?;
        let document: Package = cells.json()?;
        Ok(Package { id: PackageId(cells.id), version: Version(cells.version), name, bouquets, ..document })
    }
}
