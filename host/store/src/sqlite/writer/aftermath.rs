//! What follows a committed group: readers hear of it, directories of tenants that came and went
//! are settled, a log that has grown too long is moved. Knows nothing of plans.

use crate::directory::DataDirectory;
use crate::sqlite::batch::Touched;
use crate::sqlite::connection::{WAL_CAP, path_of};
use crate::sqlite::places::Places;
use host_core::plan::Place;
use rusqlite::Connection;
use std::sync::atomic::Ordering;

/// Tells the readers what a committed batch changed.
pub(super) fn tell(places: &Places, place: Place, touched: &Touched) {
    for (id, _) in &touched.born {
        places.add(*id);
    }
    for id in &touched.gone {
        places.remove(*id);
    }
    if let Some(state) = places.get(place) {
        let numbers =
            [(touched.catalogue, &state.catalogue), (touched.guide, &state.guide), (touched.lines, &state.lines)];
        for (_, number) in numbers.iter().filter(|(touched, _)| *touched) {
            number.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Settles the directories of tenants that came and went. It is done before the next plan: one
/// may create a tenant with the name of one that went.
pub(super) fn house(directory: &DataDirectory, touched: &Touched) {
    for (id, name) in &touched.born {
        directory.settle_tenant(*id, name);
    }
    for id in &touched.gone {
        if let Err(error) = directory.set_aside(*id) {
            tracing::warn!(tenant = %id, %error, "a deleted tenant's directory stays until the next start");
        }
    }
}

/// Moves a write-ahead log that has grown beyond its cap into the database.
pub(super) fn hold_to_cap(connection: &Connection, directory: &DataDirectory, place: Place) {
    let log = path_of(directory, place).with_extension("db-wal");
    if std::fs::metadata(log).is_ok_and(|log| log.len() > WAL_CAP) {
        checkpoint(connection);
    }
}

/// Moves the write-ahead log into the database.
pub(super) fn checkpoint(connection: &Connection) {
    // A reader in the way only puts it off.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())) {
        tracing::debug!(error = %crate::error::plain(&error), "the write-ahead log stays");
    }
}
