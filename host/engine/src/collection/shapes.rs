//! By which shapes collections stand, as far as this process knows.

use host_core::TenantId;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;

/// Shapes as they are stored, by collection.
type ByCollection = HashMap<Arc<str>, Arc<str>>;

/// The shapes of all tenants.
#[derive(Default)]
pub(crate) struct Shapes(RwLock<HashMap<TenantId, ByCollection>>);

impl Shapes {
    /// Whether a collection is known to stand by this shape.
    pub(super) fn has(&self, tenant: TenantId, collection: &str, shape: &str) -> bool {
        self.with(tenant, collection, |known| known == shape)
    }

    /// Whether it is known to stand by another one.
    pub(super) fn has_other(&self, tenant: TenantId, collection: &str, shape: &str) -> bool {
        self.with(tenant, collection, |known| known != shape)
    }

    fn with(&self, tenant: TenantId, collection: &str, look: impl FnOnce(&str) -> bool) -> bool {
        let known = self.0.read();
        known.get(&tenant).and_then(|of| of.get(collection)).is_some_and(|shape| look(shape))
    }

    /// Notes by which it stands now.
    pub(super) fn know(&self, tenant: TenantId, collection: &Arc<str>, shape: &Arc<str>) {
        self.0.write().entry(tenant).or_default().insert(Arc::clone(collection), Arc::clone(shape));
    }

    /// Forgets a tenant that is gone.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.write().remove(&tenant);
    }
}
