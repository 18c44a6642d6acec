//! API keys as rows. Of the key itself, its prefix and a digest are stored.

use super::{Binding, Cells, StoreError, Table};
use host_core::api_key::ApiKey;
use host_core::time::Expiry;
use host_core::time::Unix;
use host_core::{ApiKeyId, UserId, Version};

impl Table for ApiKey {
    const NAME: &'static str = "api_keys";
    const COLUMNS: &'static [&'static str] = &[
        "user",
        "name",
        "prefix",
        "digest",
        "allowed_addresses",
        "header_only",
        "writes_by_get",
        "compatible",
        "expires_at",
        "revoked",
        "created_at",
    ];
    const SEARCHED: &'static [&'static str] = &["name", "prefix"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.user.0)?;
        row.put(&self.name)?;
        row.put(&self.prefix)?;
        row.put(self.digest.as_slice())?;
        row.list(&self.allowed_addresses)?;
        row.put(self.header_only)?;
        row.put(self.writes_by_get)?;
        row.put(self.compatible)?;
        row.put(Option::<i64>::from(self.expiry))?;
        row.put(self.revoked)?;
        row.put(self.created_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(ApiKey {
            id: ApiKeyId(cells.id),
            version: Version(cells.version),
            user: UserId(cells.value()?),
            name: cells.value()?,
            prefix: cells.value()?,
            digest: cells.value()?,
            allowed_addresses: cells.list()?,
            header_only: cells.value()?,
            writes_by_get: cells.value()?,
            compatible: cells.value()?,
            expiry: Expiry::from(cells.value::<Option<i64>>()?),
            revoked: cells.value()?,
            created_at: Unix(cells.value()?),
        })
    }
}
