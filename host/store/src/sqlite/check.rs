//! The look at what is stored after a start, beside the work: a sample of what must hold, and all of
//! it after a process that did not end in order.

use super::places::Places;
use super::readers::Readers;
use super::verify;
use crate::directory::DataDirectory;
use crate::keys::ChainKeys;
use host_core::plan::Place;
use host_core::port::Trouble;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// A check that runs; it ends when this is dropped.
pub(super) struct Check {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Check {
    /// Begins to check all places.
    pub(super) fn start(
        directory: &DataDirectory,
        places: &Arc<Places>,
        readers: &Arc<Readers>,
        keys: &ChainKeys,
    ) -> Check {
        let ends = Arc::new(AtomicBool::new(false));
        let (places, readers, keys) = (Arc::clone(places), Arc::clone(readers), keys.clone());
        let (told, whole) = (Arc::clone(&ends), directory.was_unclean());
        let look = move || {
            let goes_on = || !told.load(Ordering::Relaxed);
            let tenants = places.tenants().into_iter().map(Place::Tenant);
            for place in std::iter::once(Place::Control).chain(tenants).take_while(|_| goes_on()) {
                let found = match whole {
                    true => verify::whole(&readers, &keys, place, goes_on).map(|seen| seen.findings),
                    false => verify::sample(&readers, &keys, place),
                };
                let found: Vec<String> = match found {
                    Ok(found) => found.iter().map(|found| format!("{}: {}", found.invariant, found.detail)).collect(),
                    Err(error) => vec![error.to_string()],
                };
                for reason in found {
                    tracing::error!(?place, %reason, "something does not hold; see linecard verify");
                    places.get(place).iter().for_each(|state| state.is_damaged(Trouble::Broken(reason.clone())));
                }
            }
        };
        let thread = std::thread::Builder::new().name("check".into()).spawn(look);
        let thread = thread.map_err(|error| tracing::warn!(%error, "the databases are not checked after the start"));
        Check { ends, thread: thread.ok() }
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the check after the start had died");
        }
    }
}
