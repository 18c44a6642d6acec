//! Which databases there are; for each the numbers that caches compare, and the connections that
//! rest.

use super::generations::Generations;
use super::shelf::Shelf;
use arc_swap::ArcSwap;
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::Trouble;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What all threads of the process know of a database.
pub(super) struct SharedState {
    pub(super) bouquets: Generations,
    pub(super) lines: Generations,
    pub(super) settings: AtomicU64,
    pub(super) guide: AtomicU64,
    /// Of the control database alone.
    pub(super) tenants: AtomicU64,
    /// Its read connections that nobody uses now. They are closed with the last look at a database
    /// that is gone.
    pub(super) readers: Shelf,
    /// Whether it was opened for reading, or is new.
    opened: AtomicBool,
    /// What is known to be wrong with what is stored, until the process ends.
    damage: Mutex<Option<Trouble>>,
    /// Why it could not be written the last time.
    unwritable: Mutex<Option<String>>,
}

impl SharedState {
    fn new(first: u64) -> Arc<SharedState> {
        let number = || AtomicU64::new(first);
        let (settings, guide, tenants) = (number(), number(), number());
        let (bouquets, lines) = (Generations::new(first), Generations::new(first));
        let (readers, damage, unwritable) = (Shelf::default(), Mutex::default(), Mutex::default());
        let opened = AtomicBool::new(false);
        Arc::new(SharedState { bouquets, lines, settings, guide, tenants, readers, opened, damage, unwritable })
    }

    /// True once: when it is opened for reading for the first time.
    pub(super) fn is_first_opening(&self) -> bool {
        !self.opened.swap(true, Ordering::Relaxed)
    }

    /// Notes what is wrong with what is stored; the first thing stays.
    pub(super) fn is_damaged(&self, trouble: Trouble) {
        self.damage.lock().get_or_insert(trouble);
    }

    /// Notes whether it can be written. True when that is news.
    pub(super) fn can_be_written(&self, outcome: Result<(), String>) -> bool {
        let mut unwritable = self.unwritable.lock();
        let news = outcome.is_ok() == unwritable.is_some();
        *unwritable = outcome.err();
        news
    }

    fn troubles(&self) -> impl Iterator<Item = Trouble> {
        let unwritable = self.unwritable.lock().clone().map(Trouble::Unwritable);
        self.damage.lock().clone().into_iter().chain(unwritable)
    }
}

/// The databases of an open data directory.
pub(super) struct Databases {
    control: Arc<SharedState>,
    tenants: ArcSwap<HashMap<TenantId, Arc<SharedState>>>,
    first: u64,
}

impl Databases {
    /// The databases at the start. `first`: where the generations begin, above those of earlier runs.
    pub(super) fn new(tenants: impl IntoIterator<Item = TenantId>, first: u64) -> Databases {
        let tenants = tenants.into_iter().map(|id| (id, SharedState::new(first))).collect::<HashMap<_, _>>();
        Databases { control: SharedState::new(first), tenants: ArcSwap::from_pointee(tenants), first }
    }

    pub(super) fn get(&self, database: Database) -> Option<Arc<SharedState>> {
        match database {
            Database::Control => Some(Arc::clone(&self.control)),
            Database::Tenant(id) => self.tenants.load().get(&id).cloned(),
        }
    }

    pub(super) fn add(&self, id: TenantId) {
        self.tenants.rcu(|tenants| {
            let mut tenants = HashMap::clone(tenants);
            tenants.entry(id).or_insert_with(|| {
                let state = SharedState::new(self.first);
                // It was made just now: there is nothing to check.
                state.is_first_opening();
                state
            });
            tenants
        });
    }

    pub(super) fn remove(&self, id: TenantId) {
        self.tenants.rcu(|tenants| {
            let mut tenants = HashMap::clone(tenants);
            tenants.remove(&id);
            tenants
        });
    }

    /// Looks at every database.
    pub(super) fn each(&self, mut look: impl FnMut(&Arc<SharedState>)) {
        look(&self.control);
        self.tenants.load().values().for_each(look);
    }

    pub(super) fn tenants(&self) -> Vec<TenantId> {
        self.tenants.load().keys().copied().collect()
    }

    /// What is known to be wrong with databases. `is_there`: whether a tenant's database is.
    pub(super) fn troubles(&self, is_there: impl Fn(TenantId) -> bool) -> Vec<(Database, Trouble)> {
        let mut troubles: Vec<_> = self.control.troubles().map(|trouble| (Database::Control, trouble)).collect();
        for (id, state) in &**self.tenants.load() {
            let database = Database::Tenant(*id);
            match is_there(*id) {
                true => troubles.extend(state.troubles().map(|trouble| (database, trouble))),
                false => troubles.push((database, Trouble::Missing)),
            }
        }
        troubles.sort_by_key(|(database, _)| *database);
        troubles
    }

    /// The number that grows with the rows of tenants.
    pub(super) fn tenant_generation(&self) -> u64 {
        self.control.tenants.load(Ordering::Acquire)
    }

    /// One of a tenant's numbers; 0 for a tenant that is not there.
    pub(super) fn generation(&self, id: TenantId, which: impl FnOnce(&SharedState) -> u64) -> u64 {
        self.tenants.load().get(&id).map_or(0, |state| which(state))
    }
}
