//! Guide sources as rows; their programmes are in `guide`.

use super::{Binding, Cells, StoreError, Table};
use host_core::guide::{Build, GuideSource};
use host_core::time::Unix;
use host_core::{GuideSourceId, Version};

impl Table for GuideSource {
    const NAME: &'static str = "guide_sources";
    const COLUMNS: &'static [&'static str] = &["name", "current", "latest", "programmes", "updated_at"];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.put(self.current.0)?;
        row.put(self.latest.0)?;
        row.put(self.programmes)?;
        row.put(self.updated_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(GuideSource {
            id: GuideSourceId(cells.id),
            version: Version(cells.version),
            name: cells.value()?,
            current: Build(cells.value()?),
            latest: Build(cells.value()?),
            programmes: cells.value()?,
            updated_at: Unix(cells.value()?),
        })
    }
}
