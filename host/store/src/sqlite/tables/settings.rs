//! The settings row: one document.

use super::{Binding, Cells, StoreError, Table};
use host_core::settings::Settings;
use host_core::{SettingsId, Version};

impl Table for Settings {
    const NAME: &'static str = "settings";
    const COLUMNS: &'static [&'static str] = &["document"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.json(self)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let document: Settings = cells.json()?;
        Ok(Settings { id: SettingsId(cells.id), version: Version(cells.version), ..document })
    }
}
