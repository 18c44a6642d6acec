//! Installed plugins as rows of the control database.

use super::{Binding, Cells, StoreError, Table};
use host_core::plugin::InstalledPlugin;
use host_core::time::Unix;
use host_core::{PluginId, TenantId, Version};

impl Table for InstalledPlugin {
    const NAME: &'static str = "plugins";
    const COLUMNS: &'static [&'static str] = &[
        "tenant",
        "name",
        "plugin_version",
        "digest",
        "source",
        "granted",
        "enabled",
        "position",
        "settings",
        "added_at",
        "nominated",
    ];
    const SEARCHED: &'static [&'static str] = &["name"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.tenant.0)?;
        row.put(&self.name)?;
        row.put(&self.plugin_version)?;
        row.put(&self.digest)?;
        row.word(self.source)?;
        row.json(&self.granted)?;
        row.put(self.enabled)?;
        row.put(self.position)?;
        row.json(&self.settings)?;
        row.put(self.added_at.0)?;
        row.json(&self.nominated)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(InstalledPlugin {
            id: PluginId(cells.id),
            version: Version(cells.version),
            tenant: TenantId(cells.value()?),
            name: cells.value()?,
            plugin_version: cells.value()?,
            digest: cells.value()?,
            source: cells.word()?,
            granted: cells.json()?,
            enabled: cells.value()?,
            position: cells.value()?,
            settings: cells.json()?,
            added_at: Unix(cells.value()?),
            nominated: cells.json()?,
        })
    }
}
