//! The look at a data directory before its databases are used: what a crash left half done is
//! ended, what is damaged is named. Knows nothing of what is in the tables but tenants.

use super::connection::{bring_up_to_date, make, open_reading, open_writing, quick_check};
use super::places::Places;
use super::schema::{CONTROL, TENANT};
use crate::directory::DataDirectory;
use crate::error::OpenError;
use host_core::TenantId;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The places of a directory. The control database is made where nothing is yet; one that is
/// missing beside tenants is an error.
pub(super) fn places(directory: &Arc<DataDirectory>) -> Result<Arc<Places>, OpenError> {
    let control = directory.control();
    if !control.exists() {
        if directory.has_tenants()? {
            return Err(OpenError::MissingDatabase(control));
        }
        make(&control, &CONTROL)?;
    }
    let places = Arc::new(Places::new(look_over(directory)?, milliseconds()));
    if directory.was_unclean() {
        check_tenants(directory, &places);
    }
    Ok(places)
}

/// Checks the control database, ends what a crash left half removed; the tenants there are.
fn look_over(directory: &DataDirectory) -> Result<Vec<TenantId>, OpenError> {
    let path = directory.control();
    let connection = open_writing(&path, &CONTROL)?;
    if directory.was_unclean() {
        let found = quick_check(&connection).unwrap_or_else(|error| vec![error]);
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
    }
    for (id, name) in &tenants {
        directory.settle_tenant(*id, name);
        match bring_up_to_date(&directory.panel(*id), &TENANT) {
            Ok(()) => {}
            // The whole start is refused: nobody is served by half of a newer version's data.
            Err(newer @ OpenError::Newer { .. }) => return Err(newer),
            Err(error) => tracing::error!(tenant = name, %error, "the tenant's database cannot be used"),
        }
    }
    Ok(tenants.into_iter().map(|(id, _)| id).collect())
}

/// Looks at the tenants' databases beside the work, after a process that did not end in order.
fn check_tenants(directory: &Arc<DataDirectory>, places: &Arc<Places>) {
    // By path: the look does not hold the directory when the rest of the process lets go of it.
    let tenants: Vec<_> = places.tenants().into_iter().map(|id| (id, directory.panel(id))).collect();
    let look = move || {
        for (id, path) in tenants {
            let found = match open_reading(&path, &TENANT) {
                Ok(connection) => quick_check(&connection).unwrap_or_else(|error| vec![error]),
                Err(error) => vec![error.to_string()],
            };
            for reason in found {
                tracing::error!(tenant = %id, %reason, "the tenant's database is damaged; restore it from a backup");
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("quick-check".into()).spawn(look) {
        tracing::warn!(%error, "the databases are not checked after the unclean stop");
    }
}

fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(1)
}
