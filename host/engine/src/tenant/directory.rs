//! Every tenant in memory, as of the generation of their rows.

use arc_swap::ArcSwap;
use host_core::TenantId;
use host_core::tenant::Tenant;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// All tenants as of one moment.
#[derive(Default)]
pub struct Known {
    pub(super) by_id: HashMap<TenantId, Arc<Tenant>>,
    pub(super) by_host: HashMap<String, Arc<Tenant>>,
    /// The generation of their rows when they were read; none before the first time.
    pub(super) generation: Option<u64>,
}

impl Known {
    /// The tenant with this id.
    pub fn by_id(&self, id: TenantId) -> Option<&Arc<Tenant>> {
        self.by_id.get(&id)
    }

    /// The tenant that answers to this host: lower case, without port.
    pub fn by_host(&self, host: &str) -> Option<&Arc<Tenant>> {
        self.by_host.get(host)
    }

    /// The tenant, when there is only one.
    pub fn only(&self) -> Option<&Arc<Tenant>> {
        let mut all = self.by_id.values();
        all.next().filter(|_| all.next().is_none())
    }
}

/// The tenants as they were last read.
#[derive(Default)]
pub(crate) struct Directory {
    pub(super) known: ArcSwap<Known>,
    pub(super) reading: Mutex<()>,
}
