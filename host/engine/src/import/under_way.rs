//! Which jobs this process works on, and in which tenants there may be some that nobody works on.

use host_core::{JobId, TenantId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};

/// The jobs of this process, and where there may be ones that nobody works on.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Jobs under way here, with kind and subject.
    own: BTreeMap<(TenantId, JobId), (&'static str, String)>,
    /// Tenants that are to be scanned for interrupted jobs.
    to_scan: BTreeSet<TenantId>,
    /// Whether the scan of all tenants has begun that each start asks for.
    started: bool,
}

impl Jobs {
    /// A job is about to begin. This is said before its row is there, so that a step never takes it for
    /// one that was left. False while another one works on the same: of two, the one that prunes
    /// would delete what the other has just added.
    pub(super) fn begin(&self, tenant: TenantId, id: JobId, kind: &'static str, subject: &str) -> bool {
        let mut inner = self.0.lock();
        let mut others = inner.own.iter().filter(|((of, other), _)| *of == tenant && *other != id);
        if others.any(|(_, (is, on))| *is == kind && on == subject) {
            return false;
        }
        inner.own.insert((tenant, id), (kind, subject.to_owned()));
        true
    }

    /// A job ended; or it was dropped with its row still running.
    pub(super) fn end(&self, tenant: TenantId, id: JobId, dropped: bool) {
        let mut inner = self.0.lock();
        inner.own.remove(&(tenant, id));
        if dropped {
            inner.to_scan.insert(tenant);
        }
    }

    pub(super) fn is_own(&self, tenant: TenantId, id: JobId) -> bool {
        self.0.lock().own.contains_key(&(tenant, id))
    }

    pub(super) fn works_on(&self, tenant: TenantId, kind: &str, subject: &str) -> bool {
        let inner = self.0.lock();
        inner.own.iter().any(|((of, _), (is, on))| *of == tenant && *is == kind && on == subject)
    }

    /// Whether the tenants were not yet scanned for jobs that an earlier process left.
    pub(super) fn is_start_up_scan_due(&self) -> bool {
        !self.0.lock().started
    }

    /// All these are to be scanned, once.
    pub(super) fn begin_start_up_scan(&self, tenants: impl Iterator<Item = TenantId>) {
        let mut inner = self.0.lock();
        inner.to_scan.extend(tenants);
        inner.started = true;
    }

    pub(super) fn tenants_to_scan(&self) -> Vec<TenantId> {
        self.0.lock().to_scan.iter().copied().collect()
    }

    /// This tenant needs no scan any more: it has one, or is gone.
    pub(crate) fn scanned(&self, tenant: TenantId) {
        self.0.lock().to_scan.remove(&tenant);
    }

    /// Whether a job of the tenant is under way, or it may have one that nobody works on.
    pub(crate) fn has_work(&self, tenant: TenantId) -> bool {
        let inner = self.0.lock();
        !inner.started || inner.to_scan.contains(&tenant) || inner.own.keys().any(|(of, _)| *of == tenant)
    }

    pub(super) fn scan_again(&self, tenant: TenantId) {
        self.0.lock().to_scan.insert(tenant);
    }
}
