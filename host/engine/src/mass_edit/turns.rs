//! Which mass edits there are, and which of them run. Kept in memory; what is left to do stands in the rows of the jobs,
//! and a start reads it there.

use host_core::{JobId, TenantId};
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// Mass edits that run at once, of all tenants together; of one tenant one runs at a time.
const AT_ONCE: usize = 2;

type Which = (TenantId, JobId);

/// The mass edits that are left to do, each with whether it runs.
#[derive(Default)]
pub(crate) struct MassEdits(Mutex<BTreeMap<Which, bool>>);

impl MassEdits {
    /// It is left to do.
    pub(crate) fn schedule(&self, tenant: TenantId, job: JobId) {
        self.0.lock().entry((tenant, job)).or_default();
    }

    /// It is done, or given up.
    pub(crate) fn ended(&self, which: Which) {
        self.0.lock().remove(&which);
    }

    /// The next one, of a tenant of which none runs, unless as many as may be run. It comes back with
    /// [`MassEdits::stopped`], if not with [`MassEdits::ended`].
    pub(super) fn take(&self) -> Option<Which> {
        let mut all = self.0.lock();
        let busy: Vec<TenantId> = all.iter().filter(|(_, runs)| **runs).map(|((tenant, _), _)| *tenant).collect();
        if busy.len() >= AT_ONCE {
            return None;
        }
        let which = all.keys().find(|(tenant, _)| !busy.contains(tenant)).copied()?;
        all.insert(which, true);
        Some(which)
    }

    /// It runs no more, and is left to do.
    pub(super) fn stopped(&self, which: Which) {
        if let Some(runs) = self.0.lock().get_mut(&which) {
            *runs = false;
        }
    }

    /// Whether the tenant has some that are left to do.
    pub(crate) fn has_work(&self, tenant: TenantId) -> bool {
        self.0.lock().keys().any(|(of, _)| *of == tenant)
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.lock().retain(|(of, _), _| *of != tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_tenant_runs_at_a_time_and_two_of_all() {
        let edits = MassEdits::default();
        for (tenant, job) in [(1, 1), (1, 2), (2, 1), (3, 1)] {
            edits.schedule(TenantId(tenant), JobId(job));
        }
        let taken = || edits.take().map(|(tenant, job)| (tenant.0, job.0));
        assert_eq!([taken(), taken(), taken()], [Some((1, 1)), Some((2, 1)), None]);
        edits.ended((TenantId(1), JobId(1)));
        assert_eq!([taken(), taken()], [Some((1, 2)), None]);
        edits.stopped((TenantId(2), JobId(1)));
        assert_eq!(taken(), Some((2, 1)), "what was stopped goes on");
        edits.forget(TenantId(1));
        assert!(!edits.has_work(TenantId(1)) && edits.has_work(TenantId(3)));
    }
}
