//! The tenants whose databases a start looks into for work that an earlier process left: a row of the control database
//! for each.

use super::batch::{Failure, PlanWriter};
use host_core::TenantId;
use rusqlite::Connection;

/// Notes a tenant; one that is gone has nothing to look into.
pub(super) fn note(writer: &PlanWriter<'_>, tenant: TenantId) -> Result<(), Failure> {
    writer.run("INSERT OR IGNORE INTO unfinished (tenant) SELECT id FROM tenants WHERE id = ?1", (tenant.0,))?;
    Ok(())
}

/// Takes a tenant's note away.
pub(super) fn forget(writer: &PlanWriter<'_>, tenant: TenantId) -> Result<(), Failure> {
    writer.run("DELETE FROM unfinished WHERE tenant = ?1", (tenant.0,))?;
    Ok(())
}

/// All that are noted.
pub(super) fn all(control: &Connection) -> rusqlite::Result<Vec<TenantId>> {
    let mut statement = control.prepare_cached("SELECT tenant FROM unfinished ORDER BY tenant")?;
    statement.query_map((), |row| row.get(0).map(TenantId))?.collect()
}
