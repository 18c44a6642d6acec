//! An import of a guide source that is asked for: its job is there at once and waits until the fetch takes it.

use super::interrupted::GUIDE;
use crate::{Result, Work};
use host_core::JobId;
use host_core::guide::GuideSource;
use host_core::job::{Job, JobState};
use host_core::object::Kind;

/// Makes the source due now, with a job that tells how it goes. Where one waits or runs already, it is that one.
pub(crate) async fn ask(work: &mut Work, source: &mut GuideSource) -> Result<()> {
    source.due_at = Some(work.now());
    source.job = Some(wanted(work, source.job, GUIDE, &source.name).await?);
    Ok(())
}

/// The job of a fetch that is wanted now: the one that waits or runs, or a new one.
pub(crate) async fn wanted(work: &mut Work, last: Option<JobId>, kind: &str, subject: &str) -> Result<JobId> {
    if let Some(job) = open(work, last).await? {
        return Ok(job.id);
    }
    let id = JobId(work.next_id(Kind::Job).await?);
    work.insert(Job::new(id, kind, subject.to_owned(), JobState::Waiting, work.now()));
    Ok(id)
}

/// The source is fetched no more: what was asked for ends, be it under way.
pub(crate) async fn call_off(work: &mut Work, source: &GuideSource) -> Result<()> {
    call_off_job(work, source.job).await
}

/// Likewise of any fetch, by its job.
pub(crate) async fn call_off_job(work: &mut Work, job: Option<JobId>) -> Result<()> {
    if let Some(job) = open(work, job).await? {
        let ended_at = Some(work.now());
        work.update(&job, Job { state: JobState::Cancelled, ended_at, ..job.clone() });
    }
    Ok(())
}

/// The job, while it waits or runs.
async fn open(work: &mut Work, id: Option<JobId>) -> Result<Option<Job>> {
    let Some(id) = id else { return Ok(None) };
    let job = work.know::<Job>(id).await?;
    Ok(job.filter(|job| matches!(job.state, JobState::Waiting | JobState::Running)))
}
