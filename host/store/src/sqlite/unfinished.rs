//! The tenants whose databases a start looks into for work that an earlier process left: a row of the control database
//! for each.

use super::batch::{Failure, PlanWriter};
use host_core::TenantId;
use rusqlite::Connection;

/// Of a tenant that is gone nothing is left.
const NOTE: &str = "INSERT OR IGNORE INTO unfinished (tenant) SELECT id FROM tenants WHERE id = ?1";
/// Effects that wait, jobs that ran, builds of a guide that are not read, guides that are fetched.
const LEFT: &str = "SELECT EXISTS (SELECT 1 FROM outbox WHERE dead = 0) \
                    OR EXISTS (SELECT 1 FROM jobs WHERE state IN ('waiting', 'running')) \
                    OR EXISTS (SELECT 1 FROM guide_sources WHERE latest <> current OR due_at IS NOT NULL)";

/// Notes a tenant.
pub(super) fn note(writer: &PlanWriter<'_>, tenant: TenantId) -> Result<(), Failure> {
    writer.run(NOTE, (tenant.0,))?;
    Ok(())
}

/// Takes a tenant's note away.
pub(super) fn forget(writer: &PlanWriter<'_>, tenant: TenantId) -> Result<(), Failure> {
    writer.run("DELETE FROM unfinished WHERE tenant = ?1", (tenant.0,))?;
    Ok(())
}

/// Notes a tenant whose database has such work, whoever left it: it may come out of a backup.
pub(super) fn look(control: &Connection, tenant: TenantId, database: &Connection) -> rusqlite::Result<()> {
    let is_left: bool = database.query_row(LEFT, (), |row| row.get(0))?;
    if is_left {
        control.execute(NOTE, (tenant.0,))?;
    }
    Ok(())
}

/// All that are noted.
pub(super) fn all(control: &Connection) -> rusqlite::Result<Vec<TenantId>> {
    let mut statement = control.prepare_cached("SELECT tenant FROM unfinished ORDER BY tenant")?;
    statement.query_map((), |row| row.get(0).map(TenantId))?.collect()
}
