//! The look at what is stored after a start, beside the work: a sample of what must hold, and all of
//! it after a process that did not end in order.

use super::databases::Databases;
use super::readers::Readers;
use super::verify;
use crate::directory::DataDirectory;
use crate::keys::ChainKeys;
use host_core::plan::Database;
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
    /// Begins to check all databases.
    pub(super) fn start(
        directory: &DataDirectory,
        databases: &Arc<Databases>,
        readers: &Arc<Readers>,
        keys: &ChainKeys,
    ) -> Check {
        let ends = Arc::new(AtomicBool::new(false));
        let (databases, readers, keys) = (Arc::clone(databases), Arc::clone(readers), keys.clone());
        let (told, whole) = (Arc::clone(&ends), directory.was_unclean());
        let look = move || {
            let goes_on = || !told.load(Ordering::Relaxed);
            let tenants = databases.tenants().into_iter().map(Database::Tenant);
            for database in std::iter::once(Database::Control).chain(tenants).take_while(|_| goes_on()) {
                let found = match whole {
                    true => verify::whole(&readers, &keys, database, goes_on).map(|seen| seen.findings),
                    false => verify::sample(&readers, &keys, database),
                };
                let found: Vec<String> = match found {
                    Ok(found) => found.iter().map(|found| format!("{}: {}", found.invariant, found.detail)).collect(),
                    Err(error) => vec![error.to_string()],
                };
                // What was opened for this look alone is closed again: else every tenant's database is open at once, and
                // the allocator keeps the memory of all of them.
                if let Database::Tenant(_) = database {
                    databases.get(database).iter().for_each(|state| drop(state.readers.take()));
                }
                for reason in found {
                    tracing::error!(?database, %reason, "something does not hold; see linecard verify");
                    databases.get(database).iter().for_each(|state| state.is_damaged(Trouble::Broken(reason.clone())));
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
