//! Groups as rows: a name and a document.

use super::{Binding, Cells, StoreError, Table};
use host_core::group::Group;
use host_core::{GroupId, Version};

impl Table for Group {
    const NAME: &'static str = "groups";
    const COLUMNS: &'static [&'static str] = &["name", "document"];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.json(self)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let name = cells.value()?;
        let document: Group = cells.json()?;
        Ok(Group { id: GroupId(cells.id), version: Version(cells.version), name, ..document })
    }
}
