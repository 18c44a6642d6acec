//! The look at what is stored after a start, beside the work: a sample of what must hold, of each database when it is
//! first opened, and all of it after a process that did not end in order.

use super::databases::Databases;
use super::readers::Readers;
use super::verify;
use crate::keys::ChainKeys;
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::Trouble;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::thread::JoinHandle;

/// A check that runs; it ends when this is dropped.
pub(super) struct Check {
    ends: Arc<AtomicBool>,
    wake: Sender<Database>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread of a check has.
struct Looker {
    databases: Arc<Databases>,
    readers: Arc<Readers>,
    keys: ChainKeys,
    /// Everything is looked at, not a sample.
    whole: bool,
    ends: Arc<AtomicBool>,
}

impl Check {
    /// Begins to check the control database and those of tenants that the start has `opened`, one after the other; the
    /// others when they are first read, of which `first` tells: a start does not open what it does not need.
    pub(super) fn start(
        whole: bool,
        databases: &Arc<Databases>,
        readers: &Arc<Readers>,
        keys: &ChainKeys,
        opened: Vec<TenantId>,
        (wake, first): (Sender<Database>, Receiver<Database>),
    ) -> Check {
        let ends = Arc::new(AtomicBool::new(false));
        let (databases, readers, keys) = (Arc::clone(databases), Arc::clone(readers), keys.clone());
        let looker = Looker { databases, readers, keys, whole, ends: Arc::clone(&ends) };
        let thread = std::thread::Builder::new().name("check".into()).spawn(move || looker.run(opened, &first));
        let thread = thread.map_err(|error| tracing::warn!(%error, "the databases are not checked after the start"));
        Check { ends, wake, thread: thread.ok() }
    }
}

impl Looker {
    fn run(self, opened: Vec<TenantId>, first: &Receiver<Database>) {
        let opened = opened.into_iter().map(Database::Tenant);
        for database in std::iter::once(Database::Control).chain(opened).take_while(|_| self.goes_on()) {
            let Some(state) = self.databases.get(database) else { continue };
            let is_first = state.is_first_opening();
            self.look(database);
            if is_first {
                // Opened for this look alone. Else the databases of many tenants would be open at once, and the
                // allocator would keep the memory of all of them.
                drop(state.readers.take());
            }
        }
        // Of the end it hears by the same way.
        while let Ok(database) = first.recv()
            && self.goes_on()
        {
            self.look(database);
        }
    }

    fn goes_on(&self) -> bool {
        !self.ends.load(Ordering::Relaxed)
    }

    fn look(&self, database: Database) {
        let found = match self.whole {
            true => verify::whole(&self.readers, &self.keys, database, || self.goes_on()).map(|seen| seen.findings),
            false => verify::sample(&self.readers, &self.keys, database),
        };
        let found: Vec<String> = match found {
            Ok(found) => found.iter().map(|found| format!("{}: {}", found.invariant, found.detail)).collect(),
            Err(error) => vec![error.to_string()],
        };
        for reason in found {
            tracing::error!(?database, %reason, "something does not hold; see linecard verify");
            let state = self.databases.get(database);
            state.iter().for_each(|state| state.is_damaged(Trouble::Broken(reason.clone())));
        }
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // The thread may have ended.
        let _ = self.wake.send(Database::Control);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the check after the start had died");
        }
    }
}
