//! Jobs whose process or caller has gone: their rows end as failed, and what they built beside
//! the guide is given up. Knows which jobs this process works on, and nothing of entries.

use crate::{Engine, Error, Result, Work};
use host_core::caller::{Caller, Scope};
use host_core::guide::{Build, GuideSource};
use host_core::job::{Job, JobState};
use host_core::object::{Kind, Object, Unique};
use host_core::plan::Place;
use host_core::port::{Filter, Query};
use host_core::{JobId, TenantId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kind of a guide's job.
pub(super) const GUIDE: &str = "import_xmltv";

/// The jobs of this process, and where there may be ones that nobody works on.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Jobs under way here, with kind and subject.
    own: BTreeMap<(TenantId, JobId), (&'static str, String)>,
    /// Tenants to be looked through.
    look: BTreeSet<TenantId>,
    /// Whether the tenants were looked for that an earlier process worked in.
    started: bool,
}

impl Jobs {
    /// A job is about to begin. Told before its row is there, so that a step never takes it for
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
            inner.look.insert(tenant);
        }
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.lock().look.remove(&tenant);
    }

    fn is_own(&self, tenant: TenantId, id: JobId) -> bool {
        self.0.lock().own.contains_key(&(tenant, id))
    }

    fn works_on(&self, tenant: TenantId, kind: &str, subject: &str) -> bool {
        let inner = self.0.lock();
        inner.own.iter().any(|((of, _), (is, on))| *of == tenant && *is == kind && on == subject)
    }
}

impl Engine {
    /// Ends the jobs that nobody works on: once in every tenant after the start, then where a
    /// job was dropped.
    pub(crate) async fn end_interrupted(self: &Arc<Self>) -> Result<()> {
        if !self.due.jobs.0.lock().started {
            let tenants = self.tenants().await?;
            let mut inner = self.due.jobs.0.lock();
            inner.look.extend(tenants.iter().map(|tenant| tenant.id));
            inner.started = true;
        }
        let mut outcome = Ok(());
        let look: Vec<TenantId> = self.due.jobs.0.lock().look.iter().copied().collect();
        for tenant in look {
            // Taken out before it is looked through: what is dropped meanwhile is looked for again.
            self.due.jobs.0.lock().look.remove(&tenant);
            if let Err(error) = self.end_interrupted_of(tenant).await {
                self.due.jobs.0.lock().look.insert(tenant);
                outcome = outcome.and(Err(error));
            }
        }
        outcome
    }

    async fn end_interrupted_of(self: &Arc<Self>, tenant: TenantId) -> Result<()> {
        for row in self.rows(tenant, Kind::Job).await? {
            match row {
                Object::Job(job) if job.state == JobState::Running && !self.due.jobs.is_own(tenant, job.id) => {
                    self.end_one(tenant, job.id).await?;
                }
                _ => {}
            }
        }
        for row in self.rows(tenant, Kind::GuideSource).await? {
            match row {
                // Its newest build was not switched to: it is being made, or was given up.
                Object::GuideSource(source) if source.latest != source.current => self.due.prune(tenant, source.id),
                _ => {}
            }
        }
        Ok(())
    }

    async fn rows(&self, tenant: TenantId, kind: Kind) -> Result<Vec<Object>> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let query = Query { filters: vec![Filter::After(after)], ..Query::all(kind, Scope::Tenant) };
            let page = self.store().list(Place::Tenant(tenant), query).await?;
            let Some(last) = page.rows.last() else { return Ok(all) };
            after = last.key().number();
            all.extend(page.rows);
        }
    }

    async fn end_one(self: &Arc<Self>, tenant: TenantId, id: JobId) -> Result<()> {
        let mut run = self.begin(Caller::system(tenant, ""), "import interrupted");
        loop {
            let mut work = run.attempt();
            fail(&mut work, tenant, id).await?;
            if run.settle(work).await? {
                tracing::warn!(%tenant, job = %id, "an import was interrupted; import the file again to complete it");
                return Ok(());
            }
        }
    }
}

/// The row ends in the same plan that gives the build up: a crash between them leaves both.
async fn fail(work: &mut Work, tenant: TenantId, id: JobId) -> Result<()> {
    let Some(before) = work.know::<Job>(id).await? else { return Ok(()) };
    if before.state != JobState::Running {
        return Ok(());
    }
    if before.kind == GUIDE
        && let Some(source) = work.find::<GuideSource>(Unique::GuideSourceName(before.subject.clone())).await?
        && source.latest != source.current
        // A newer import of the source has a build of its own; the one before it is nobody's already.
        && !work.engine().due.jobs.works_on(tenant, GUIDE, &before.subject)
    {
        give_up(work, &source)?;
    }
    let error =
        format!("interrupted: the process ended after {} entries; import the file again to complete it", before.cursor);
    let ended_at = Some(work.now());
    work.update(&before, Job { state: JobState::Failed, error: Some(error), ended_at, ..before.clone() });
    Ok(())
}

/// Takes the next number for the latest build, so that its rows belong to no build that is made
/// or read. A number is never used twice: the next import does not meet rows of this one.
pub(super) fn give_up(work: &mut Work, source: &GuideSource) -> Result<()> {
    let latest = Build(source.latest.0.checked_add(1).ok_or_else(|| Error::Invalid("no more builds".into()))?);
    work.update(source, GuideSource { latest, ..source.clone() });
    Ok(())
}
