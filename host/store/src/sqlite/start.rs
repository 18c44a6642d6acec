//! The look at a data directory before its databases are used: what a crash left half done is ended, what is
//! damaged is named. Databases of tenants that are as an end in order left them are not opened.

use super::audit_chain::heads;
use super::database_file::{make, open_reading, open_writing, quick_check};
use super::databases::Databases;
use super::schema::{CONTROL, TENANT};
use super::unfinished;
use super::writer::forget_tenant;
use crate::directory::DataDirectory;
use crate::error::OpenError;
use crate::keys::ChainKeys;
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::Trouble;
use rusqlite::Connection;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The databases of a directory, and the tenants whose databases were opened. The control database is made where
/// nothing is yet; one that is missing beside tenants is an error.
pub(super) fn databases(
    directory: &DataDirectory,
    keys: &ChainKeys,
) -> Result<(Arc<Databases>, Vec<TenantId>), OpenError> {
    let control = directory.control();
    if !control.exists() {
        if directory.has_tenants()? {
            return Err(OpenError::MissingDatabase(control));
        }
        make(&control, &CONTROL)?;
    }
    let Found { tenants, opened, damaged } = look_over(directory, keys)?;
    if damaged.is_empty() {
        directory.note_looked_over(TENANT.version());
    }
    let databases = Databases::new(tenants, milliseconds());
    for (id, reason) in damaged {
        databases.get(Database::Tenant(id)).iter().for_each(|state| state.is_damaged(Trouble::Damaged(reason.clone())));
    }
    Ok((Arc::new(databases), opened))
}

/// What there is.
struct Found {
    tenants: Vec<TenantId>,
    /// Those whose databases were opened, or could not be.
    opened: Vec<TenantId>,
    /// Those whose databases cannot be used, with the reason.
    damaged: Vec<(TenantId, String)>,
}

/// Checks the control database, ends what a crash left half removed; the tenants there are.
fn look_over(directory: &DataDirectory, keys: &ChainKeys) -> Result<Found, OpenError> {
    let path = directory.control();
    // Of another control database nobody knows what it notes of the tenants.
    let is_as_left = directory.is_as_left(&path, TENANT.version());
    let connection = open_writing(&path, &CONTROL)?;
    if directory.was_unclean() {
        let found = quick_check(&connection, None).unwrap_or_else(|error| vec![error]);
        if let Some(reason) = found.into_iter().next() {
            return Err(OpenError::Damaged { path, reason });
        }
    }
    let named = |sql: &str| -> Result<Vec<(TenantId, String)>, OpenError> {
        let read = || -> rusqlite::Result<Vec<(TenantId, String)>> {
            connection.prepare(sql)?.query_map((), |row| Ok((TenantId(row.get(0)?), row.get(1)?)))?.collect()
        };
        read().map_err(OpenError::damaged(&path))
    };
    let tenants = named("SELECT id, name FROM tenants")?;
    for (id, name) in named("SELECT id, name FROM deleted_tenants")? {
        // A later tenant may have the name; then the directory was set aside before it came.
        if tenants.iter().all(|(_, other)| *other != name) {
            directory.know_tenant(id, &name);
        }
        let left = directory.tenant(id);
        directory.remove_tenant(id).map_err(OpenError::io(&left))?;
        // Another directory of that name is none of its business.
        forget_tenant(&connection, id).map_err(OpenError::damaged(&path))?;
    }
    let seal = |database, own: &Connection| heads::seal_first(&connection, keys, database, own);
    seal(Database::Control, &connection).map_err(OpenError::damaged(&path))?;
    let (mut opened, mut damaged) = (Vec::new(), Vec::new());
    for (id, name) in &tenants {
        directory.settle_tenant(*id, name);
        let panel = directory.panel(*id);
        if is_as_left && directory.is_as_left(&panel, TENANT.version()) {
            continue;
        }
        opened.push(*id);
        let look = |database: &Connection| {
            seal(Database::Tenant(*id), database)?;
            unfinished::look(&connection, *id, database)
        };
        let looked =
            open_reading(&panel, &TENANT).and_then(|database| look(&database).map_err(OpenError::damaged(&panel)));
        match looked {
            Ok(()) => {}
            // The whole start is refused: nobody is served by half of a newer version's data.
            Err(newer @ OpenError::Newer { .. }) => return Err(newer),
            Err(error) => {
                tracing::error!(tenant = name, %error, "the tenant's database cannot be used");
                damaged.push((*id, error.to_string()));
            }
        }
    }
    Ok(Found { tenants: tenants.into_iter().map(|(id, _)| id).collect(), opened, damaged })
}

fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(1)
}
