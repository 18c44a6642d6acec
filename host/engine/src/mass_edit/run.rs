//! Does a mass edit, in chunks: each is one plan, with the job's row in it, so that it goes on behind the last one that
//! was done, whatever happens in between.

use super::{lines, records};
use crate::document::give_way;
use crate::{Engine, Error, Finished, Result, Work, record};
use host_core::caller::{Caller, Identity};
use host_core::job::{Edited, Job, JobState, MassEdit};
use host_core::plan::Database;
use host_core::user::{Role, User};
use host_core::{JobId, Refusal, TenantId};
use std::sync::Arc;

/// The mass edit of one job, which nobody else does meanwhile. Dropping it gives the turn back.
pub struct MassEditTurn {
    engine: Arc<Engine>,
    tenant: TenantId,
    job: JobId,
}

impl Drop for MassEditTurn {
    fn drop(&mut self) {
        self.engine.due.mass_edits.stopped((self.tenant, self.job));
    }
}

impl Engine {
    /// A mass edit that is left to do, unless as many as may be run. To be asked every second, until there is none.
    pub fn take_mass_edit_turn(self: &Arc<Self>) -> Option<MassEditTurn> {
        let (tenant, job) = self.due.mass_edits.take()?;
        Some(MassEditTurn { engine: Arc::clone(self), tenant, job })
    }

    /// Looks whether a job is left to do.
    pub(crate) async fn schedule_mass_edit(&self, tenant: TenantId, job: JobId) -> Result<()> {
        let row = self.row::<Job>(Database::Tenant(tenant), job).await?;
        match row.is_some_and(|row| row.state.is_open()) {
            true => self.due.mass_edits.schedule(tenant, job),
            false => self.due.mass_edits.ended((tenant, job)),
        }
        Ok(())
    }
}

impl MassEditTurn {
    /// Edits chunk after chunk until all is done, the job was cancelled, or whoever asked for it may not any more.
    ///
    /// # Errors
    /// When storage fails; it goes on with a later turn.
    pub async fn run(self) -> Result<()> {
        loop {
            match self.chunk().await {
                Ok(false) => {}
                Ok(true) => break,
                Err(Error::Refusal(refusal)) => {
                    self.fail(&refusal).await?;
                    break;
                }
                Err(error) => return Err(error),
            }
            tokio::task::yield_now().await;
        }
        self.engine.due.mass_edits.ended((self.tenant, self.job));
        Ok(())
    }

    /// Edits the next ones; true when there is nothing more to do.
    async fn chunk(&self) -> Result<bool> {
        let Some(job) = self.engine.row::<Job>(Database::Tenant(self.tenant), self.job).await? else { return Ok(true) };
        let Some(edit) = job.mass_edit.as_deref().filter(|_| job.state.is_open()) else { return Ok(true) };
        let mut run = self.engine.begin(self.caller(edit), super::KIND).of_job(Some(self.job));
        loop {
            let mut work = run.attempt();
            let ended = self.edit(&mut work).await?;
            if let Finished::Done { .. } = run.finish(work, Vec::new()).await? {
                return Ok(ended);
            }
        }
    }

    fn caller(&self, edit: &MassEdit) -> Caller {
        let by = |id| Identity::User { id, role: Role::Admin, key: None };
        let identity = edit.user.map_or(Identity::System, by);
        Caller { identity, ..Caller::system(self.tenant, "") }
    }

    async fn edit(&self, work: &mut Work) -> Result<bool> {
        let Some(job) = work.know::<Job>(self.job).await? else { return Ok(true) };
        let Some(edit) = job.mass_edit.as_deref().filter(|_| job.state.is_open()) else { return Ok(true) };
        still_admin(work, edit).await?;
        let last = u32::try_from(job.cursor).unwrap_or(u32::MAX);
        let mut counts = job.counts.clone();
        let cursor = match &edit.of {
            Edited::Delivery(delivery) => {
                let (lines, cursor) = lines::next(work, *delivery, edit, last).await?;
                let options = lines::options(edit)?;
                for (number, before) in lines.iter().enumerate() {
                    *counts.entry(lines::set(work, before, &options).await?).or_default() += 1;
                    give_way(number + 1).await;
                }
                cursor
            }
            Edited::Records(word) => {
                let kind = record::kind(work, word)?;
                let (ids, cursor) = records::next(work, kind, edit, last).await?;
                for (number, id) in ids.into_iter().enumerate() {
                    if let Some(outcome) = records::set(work, kind, id, edit).await? {
                        *counts.entry(outcome).or_default() += 1;
                    }
                    give_way(number + 1).await;
                }
                cursor
            }
        };
        let (state, ended_at) = match cursor {
            Some(_) => (JobState::Running, None),
            None => (JobState::Done, Some(work.now())),
        };
        let cursor = cursor.map_or(job.cursor, u64::from);
        work.update(&job, Job { state, cursor, counts, ended_at, ..job.clone() });
        Ok(state == JobState::Done)
    }

    /// The job ends as failed.
    async fn fail(&self, refusal: &Refusal) -> Result<()> {
        let verb = async |work: &mut Work| {
            let Some(job) = work.know::<Job>(self.job).await?.filter(|job| job.state.is_open()) else { return Ok(()) };
            let (error, ended_at) = (Some(refusal.message.clone().into_owned()), Some(work.now()));
            work.update(&job, Job { state: JobState::Failed, error, ended_at, ..job.clone() });
            Ok(())
        };
        self.engine.act(Caller::system(self.tenant, ""), super::KIND, verb).await
    }
}

/// Refuses where whoever asked is no admin any more.
async fn still_admin(work: &mut Work, edit: &MassEdit) -> Result<()> {
    let Some(id) = edit.user else { return Ok(()) };
    let user = work.know::<User>(id).await?;
    if user.is_some_and(|user| user.role == Role::Admin && user.enabled) {
        return Ok(());
    }
    let message = "Whoever asked for this is no admin any more; ask again.";
    Err(Refusal::new(host_core::refusal::Code::NotPermitted, message).into())
}
