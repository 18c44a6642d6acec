//! Which databases there are; for each the numbers that caches compare, and the connections that
//! rest.

use super::shelf::Shelf;
use arc_swap::ArcSwap;
use host_core::TenantId;
use host_core::plan::Place;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the process remembers of a place.
pub(super) struct PlaceState {
    pub(super) catalogue: AtomicU64,
    pub(super) guide: AtomicU64,
    pub(super) lines: AtomicU64,
    /// Its read connections that nobody uses now. They are closed with the last look at a place
    /// that is gone.
    pub(super) readers: Shelf,
}

impl PlaceState {
    fn new(first: u64) -> Arc<PlaceState> {
        let number = || AtomicU64::new(first);
        Arc::new(PlaceState { catalogue: number(), guide: number(), lines: number(), readers: Shelf::default() })
    }
}

/// The places of an open data directory.
pub(super) struct Places {
    control: Arc<PlaceState>,
    tenants: ArcSwap<HashMap<TenantId, Arc<PlaceState>>>,
    first: u64,
}

impl Places {
    /// The places at the start. `first`: where the generations begin, above those of earlier runs.
    pub(super) fn new(tenants: impl IntoIterator<Item = TenantId>, first: u64) -> Places {
        let tenants = tenants.into_iter().map(|id| (id, PlaceState::new(first))).collect::<HashMap<_, _>>();
        Places { control: PlaceState::new(first), tenants: ArcSwap::from_pointee(tenants), first }
    }

    pub(super) fn get(&self, place: Place) -> Option<Arc<PlaceState>> {
        match place {
            Place::Control => Some(Arc::clone(&self.control)),
            Place::Tenant(id) => self.tenants.load().get(&id).cloned(),
        }
    }

    pub(super) fn add(&self, id: TenantId) {
        self.tenants.rcu(|tenants| {
            let mut tenants = HashMap::clone(tenants);
            tenants.entry(id).or_insert_with(|| PlaceState::new(self.first));
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

    /// Looks at every place.
    pub(super) fn each(&self, mut look: impl FnMut(&Arc<PlaceState>)) {
        look(&self.control);
        self.tenants.load().values().for_each(look);
    }

    pub(super) fn tenants(&self) -> Vec<TenantId> {
        self.tenants.load().keys().copied().collect()
    }

    /// One of a tenant's numbers; 0 for a tenant that is not there.
    pub(super) fn generation(&self, id: TenantId, which: impl FnOnce(&PlaceState) -> &AtomicU64) -> u64 {
        self.tenants.load().get(&id).map_or(0, |state| which(state).load(Ordering::Acquire))
    }
}
