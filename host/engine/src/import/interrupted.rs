//! Jobs whose process or caller has gone: their rows end as failed, and what they built beside
//! the guide is given up.

use crate::{Engine, Error, Result, Work};
use host_core::caller::Caller;
use host_core::guide::{Build, GuideSource};
use host_core::job::{Job, JobState};
use host_core::plan::Database;
use host_core::unique::Unique;
use host_core::{JobId, TenantId};
use std::sync::Arc;

/// The kind of a guide's job.
pub(super) const GUIDE: &str = "import_xmltv";

impl Engine {
    /// Ends the jobs that nobody works on: after the start in every tenant that may have some, then where a
    /// job was dropped.
    pub(crate) async fn end_interrupted(self: &Arc<Self>) -> Result<()> {
        let jobs = &self.due.jobs;
        if jobs.is_start_up_scan_due() {
            jobs.begin_start_up_scan(self.unfinished_tenants().await?.into_iter());
        }
        let mut outcome = Ok(());
        for tenant in jobs.tenants_to_scan() {
            // Before it is scanned: when a job is dropped meanwhile, it is scanned again.
            jobs.scanned(tenant);
            if let Err(error) = self.end_interrupted_of(tenant).await {
                jobs.scan_again(tenant);
                outcome = outcome.and(Err(error));
            }
        }
        outcome
    }

    async fn end_interrupted_of(self: &Arc<Self>, tenant: TenantId) -> Result<()> {
        for job in self.rows::<Job>(Database::Tenant(tenant), Vec::new()).await? {
            if job.mass_edit.is_some() && job.state.is_open() {
                self.due.mass_edits.schedule(tenant, job.id);
            } else if job.state == JobState::Running && !self.due.jobs.is_own(tenant, job.id) {
                self.end_one(tenant, job.id).await?;
            }
        }
        for source in self.rows::<GuideSource>(Database::Tenant(tenant), Vec::new()).await? {
            if source.due_at.is_some() {
                self.due.guides.schedule(tenant, source.id, source.due_at);
            }
            // Its newest build was not switched to: it is being made, or was given up.
            if source.latest != source.current {
                self.due.prune(tenant, source.id);
            }
        }
        self.schedule_providers(tenant).await
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
