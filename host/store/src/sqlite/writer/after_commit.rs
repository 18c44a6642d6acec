//! What follows a committed group before it is answered: readers hear of it, directories of
//! tenants that were created and deleted are settled.

use crate::directory::DataDirectory;
use crate::sqlite::batch::Touched;
use crate::sqlite::databases::Databases;
use host_core::TenantId;
use host_core::plan::Database;
use std::sync::atomic::Ordering;

/// Tells the readers what a committed batch changed.
pub(super) fn tell_readers(databases: &Databases, database: Database, touched: &Touched) {
    for (id, _) in &touched.created {
        databases.add(*id);
    }
    for id in &touched.deleted {
        databases.remove(*id);
    }
    if let Some(state) = databases.get(database) {
        state.bouquets.note(&touched.bouquets);
        state.lines.note(&touched.lines);
        let numbers =
            [(touched.settings, &state.settings), (touched.guide, &state.guide), (touched.tenants, &state.tenants)];
        for (_, number) in numbers.iter().filter(|(touched, _)| *touched) {
            number.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Settles the directories of tenants that were created and deleted, and removes those of `made` that
/// were not created after all. It is done before the next plan: one may create a tenant with the name
/// of one that was deleted.
pub(super) fn settle_directories(directory: &DataDirectory, made: Vec<TenantId>, touched: &Touched) {
    let is_created = |id: &TenantId| touched.created.iter().any(|(created, _)| created == id);
    remove_directories(directory, made.into_iter().filter(|id| !is_created(id)));
    for (id, name) in &touched.created {
        directory.settle_tenant(*id, name);
    }
    for id in &touched.deleted {
        if let Err(error) = directory.set_aside(*id) {
            tracing::warn!(tenant = %id, %error, "a deleted tenant's directory stays until the next start");
        }
    }
}

/// Removes directories of tenants whose rows were not committed.
pub(super) fn remove_directories(directory: &DataDirectory, made: impl IntoIterator<Item = TenantId>) {
    for id in made {
        if let Err(error) = directory.remove_tenant(id) {
            tracing::warn!(tenant = %id, %error, "the directory of a tenant that was not created stays until one is");
        }
    }
}
