//! What follows a committed group before it is answered: readers hear of it, directories of
//! tenants that came and went are settled.

use crate::directory::DataDirectory;
use crate::sqlite::batch::Touched;
use crate::sqlite::places::Places;
use host_core::TenantId;
use host_core::plan::Place;
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
        let numbers = [
            (touched.catalogue, &state.catalogue),
            (touched.guide, &state.guide),
            (touched.lines, &state.lines),
            (touched.tenants, &state.tenants),
        ];
        for (_, number) in numbers.iter().filter(|(touched, _)| *touched) {
            number.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Settles the directories of tenants that came and went, and of those of `made` that did not
/// come after all. It is done before the next plan: one may create a tenant with the name of one
/// that went.
pub(super) fn house(directory: &DataDirectory, made: Vec<TenantId>, touched: &Touched) {
    unmake(directory, made.into_iter().filter(|id| touched.born.iter().all(|(born, _)| born != id)));
    for (id, name) in &touched.born {
        directory.settle_tenant(*id, name);
    }
    for id in &touched.gone {
        if let Err(error) = directory.set_aside(*id) {
            tracing::warn!(tenant = %id, %error, "a deleted tenant's directory stays until the next start");
        }
    }
}

/// Removes directories of tenants whose rows were not committed.
pub(super) fn unmake(directory: &DataDirectory, made: impl IntoIterator<Item = TenantId>) {
    for id in made {
        if let Err(error) = directory.remove_tenant(id) {
            tracing::warn!(tenant = %id, %error, "the directory of a tenant that was not created stays until one is");
        }
    }
}
