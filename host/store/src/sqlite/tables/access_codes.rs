//! Access codes as rows.

use super::{Binding, Cells, StoreError, Table};
use host_core::access_code::AccessCode;
use host_core::{AccessCodeId, TenantId, Version};

impl Table for AccessCode {
    const NAME: &'static str = "access_codes";
    const COLUMNS: &'static [&'static str] = &["tenant", "surface", "code", "allowed_addresses", "enabled"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.tenant.0)?;
        row.put(&self.surface)?;
        row.put(&self.code)?;
        row.list(&self.allowed_addresses)?;
        row.put(self.enabled)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(AccessCode {
            id: AccessCodeId(cells.id),
            version: Version(cells.version),
            tenant: TenantId(cells.value()?),
            surface: cells.value()?,
            code: cells.value()?,
            allowed_addresses: cells.list()?,
            enabled: cells.value()?,
        })
    }
}
