//! What is remembered of each tenant, and how it is forgotten.

use host_core::block::Blocked;
use host_core::line::Line;
use host_core::settings::Settings;
use host_core::user::Role;
use host_core::{TenantId, UserId};
use parking_lot::{Mutex, RwLock};
use quick_cache::Equivalent;
use quick_cache::sync::Cache as Bounded;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) type ByTenant<T> = RwLock<HashMap<TenantId, (u64, Arc<T>)>>;

/// Lines of all tenants that are kept, about 1 KB each.
const LINES: usize = 32_768;

/// A line's key: its tenant and its user name.
pub(super) type Named = (TenantId, Box<str>);

/// A [`Named`] that owns nothing.
#[derive(Hash)]
pub(super) struct AsNamed<'n>(pub(super) TenantId, pub(super) &'n str);

impl Equivalent<Named> for AsNamed<'_> {
    fn equivalent(&self, key: &Named) -> bool {
        self.0 == key.0 && self.1 == &*key.1
    }
}

pub(crate) struct Cache {
    pub(super) settings: ByTenant<Settings>,
    pub(super) blocks: ByTenant<Vec<Blocked>>,
    pub(super) block_epoch: AtomicU64,
    /// Who reads the block lists of a tenant; others who want them wait.
    pub(super) block_reads: Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<()>>>>,
    pub(super) lines: Bounded<Named, (u64, Arc<Line>)>,
    /// The roles of users. A role never changes, so that nothing makes an entry stale.
    pub(super) roles: Bounded<(TenantId, UserId), Role>,
}

/// Users of all tenants whose role is kept.
const USERS: usize = 16_384;

impl Default for Cache {
    fn default() -> Cache {
        let (settings, blocks, block_epoch, block_reads) = Default::default();
        Cache { settings, blocks, block_epoch, block_reads, lines: Bounded::new(LINES), roles: Bounded::new(USERS) }
    }
}

impl Cache {
    /// Forgets the block lists, so that they are read again. What is being read meanwhile is not kept.
    pub(crate) fn forget_blocks(&self, tenant: TenantId) {
        self.block_epoch.fetch_add(1, Ordering::AcqRel);
        self.blocks.write().remove(&tenant);
    }

    pub(super) fn kept_blocks(&self, tenant: TenantId) -> Option<Arc<Vec<Blocked>>> {
        self.blocks.read().get(&tenant).map(|(_, blocks)| Arc::clone(blocks))
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.forget_blocks(tenant);
        self.settings.write().remove(&tenant);
        self.block_reads.lock().remove(&tenant);
        self.lines.retain(|(of, _), _| *of != tenant);
        self.roles.retain(|(of, _), _| *of != tenant);
    }
}
