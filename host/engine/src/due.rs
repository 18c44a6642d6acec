//! Work that was put off until a step of the scheduler.

use crate::import::{Fetches, Jobs};
use crate::mass_edit::MassEdits;
use host_core::time::Unix;
use host_core::{DocumentId, GuideSourceId, TenantId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};

/// How long after one was issued sessions that are over are swept, in seconds.
const SWEEP: i64 = 3_600;

/// Work that was put off.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) jobs: Jobs,
    pub(crate) guides: Fetches<GuideSourceId>,
    pub(crate) providers: Fetches<DocumentId>,
    pub(crate) mass_edits: MassEdits,
    pub(crate) sources: Mutex<BTreeSet<(TenantId, GuideSourceId)>>,
    /// When the sessions of a tenant are swept.
    sessions: Mutex<BTreeMap<TenantId, Unix>>,
}

impl Due {
    /// Old builds of this guide source are to be dropped, a chunk with each step.
    pub(crate) fn prune(&self, tenant: TenantId, source: GuideSourceId) {
        self.sources.lock().insert((tenant, source));
    }

    /// Sessions of the tenant that are over are to be swept, within the hour: while some are issued, some end.
    pub(crate) fn sweep_sessions(&self, tenant: TenantId, now: Unix) {
        self.sessions.lock().entry(tenant).or_insert(now.plus(SWEEP));
    }

    /// The tenants whose sessions are to be swept now.
    pub(crate) fn sessions(&self, now: Unix) -> Vec<TenantId> {
        let sessions = self.sessions.lock();
        sessions.iter().filter(|(_, due)| due.has_come(now, SWEEP)).map(|(tenant, _)| *tenant).collect()
    }

    /// All of them are swept.
    pub(crate) fn swept(&self, tenant: TenantId) {
        self.sessions.lock().remove(&tenant);
    }

    /// Whether the tenant has guides or lists of providers that are fetched, or mass edits, or an import of it is under way, or has left something that a
    /// step ends or drops.
    pub(crate) fn has_work(&self, tenant: TenantId) -> bool {
        self.jobs.has_work(tenant)
            || self.guides.has_work(tenant)
            || self.providers.has_work(tenant)
            || self.mass_edits.has_work(tenant)
            || self.sources.lock().iter().any(|(of, _)| *of == tenant)
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.sources.lock().retain(|(of, _)| *of != tenant);
        self.swept(tenant);
        self.guides.forget(tenant);
        self.providers.forget(tenant);
        self.mass_edits.forget(tenant);
        self.jobs.scanned(tenant);
    }
}
