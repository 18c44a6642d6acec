//! Tenants as rows of the control database, with an index of their hosts.

use super::{Binding, Cells, StoreError, Table};
use host_core::tenant::Tenant;
use host_core::time::Unix;
use host_core::{TenantId, Version};
use rusqlite::Connection;

impl Table for Tenant {
    const NAME: &'static str = "tenants";
    const COLUMNS: &'static [&'static str] = &["name", "hosts", "suspended", "quotas", "created_at"];
    const SEARCHED: &'static [&'static str] = &["name", "hosts"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(&self.name)?;
        row.list(&self.hosts)?;
        row.put(self.suspended)?;
        row.json(&self.quotas)?;
        row.put(self.created_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Tenant {
            id: TenantId(cells.id),
            version: Version(cells.version),
            name: cells.value()?,
            hosts: cells.list()?,
            suspended: cells.value()?,
            quotas: cells.json()?,
            created_at: Unix(cells.value()?),
        })
    }

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        if !fresh {
            connection.prepare_cached("DELETE FROM tenant_hosts WHERE tenant = ?1")?.execute((self.id.0,))?;
        }
        for host in &self.hosts {
            connection
                .prepare_cached("INSERT INTO tenant_hosts (host, tenant) VALUES (?1, ?2)")?
                .execute((host, self.id.0))?;
        }
        Ok(())
    }
}
