//! Work that was put off until a step of the scheduler.

use crate::import::Jobs;
use host_core::{GuideSourceId, TenantId};
use parking_lot::Mutex;
use std::collections::BTreeSet;

/// Work that was put off.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) jobs: Jobs,
    pub(crate) sources: Mutex<BTreeSet<(TenantId, GuideSourceId)>>,
}

impl Due {
    /// Old builds of this guide source are to be dropped, a chunk with each step.
    pub(crate) fn prune(&self, tenant: TenantId, source: GuideSourceId) {
        self.sources.lock().insert((tenant, source));
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.sources.lock().retain(|(of, _)| *of != tenant);
        self.jobs.scanned(tenant);
    }
}
