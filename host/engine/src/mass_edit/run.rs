//! Does a mass edit, in chunks: each is one plan, with the job's row in it, so that it goes on behind the last line that
//! was done, whatever happens in between.

use crate::document::{Options, give_way};
use crate::line::{self, Moment};
use crate::{Engine, Error, Finished, Result, Work};
use host_core::caller::{Caller, CallerRole, Identity};
use host_core::event::Effect;
use host_core::job::{Job, JobState, MassEdit};
use host_core::line::Line;
use host_core::object::{Kind, Stored};
use host_core::plan::Database;
use host_core::port::{Filter, Query};
use host_core::user::{Role, User};
use host_core::{JobId, LineId, Refusal, TenantId};
use std::sync::Arc;

/// Lines of one plan.
const CHUNK: u32 = 500;

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

    /// Edits the next lines; true when there is nothing more to do.
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
        let options = Options::checked(&edit.fields, &line::settable(Moment::Edit), CallerRole::Admin)?;
        let last = LineId(u32::try_from(job.cursor).unwrap_or(u32::MAX));
        let (lines, cursor) = next(work, edit, last).await?;
        let mut counts = job.counts.clone();
        for (number, before) in lines.iter().enumerate() {
            let outcome = set(work, before, &options).await?;
            *counts.entry(outcome).or_default() += 1;
            give_way(number + 1).await;
        }
        let (state, ended_at) = match cursor {
            Some(_) => (JobState::Running, None),
            None => (JobState::Done, Some(work.now())),
        };
        let cursor = cursor.map_or(job.cursor, |id| id.0.into());
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

/// The next lines behind the last one that was done, and behind which one others come, if any do.
async fn next(work: &mut Work, edit: &MassEdit, last: LineId) -> Result<(Vec<Line>, Option<LineId>)> {
    let is_of_type = |line: &Line| line.delivery == edit.delivery;
    if !edit.ids.is_empty() {
        let left: Vec<LineId> = edit.ids.iter().copied().filter(|id| *id > last).collect();
        let chunk = left.len().min(CHUNK as usize);
        let mut lines = Vec::with_capacity(chunk);
        for id in &left[..chunk] {
            lines.extend(work.know::<Line>(*id).await?.filter(is_of_type));
        }
        return Ok((lines, left[..chunk].last().copied().filter(|_| left.len() > chunk)));
    }
    let mut query =
        Query { limit: CHUNK, search: edit.search.clone(), ..Query::all(Kind::Line, work.caller().scope()) };
    query.filters = vec![Filter::After(last.0), Filter::Delivery(edit.delivery)];
    query.filters.extend(line::status_filter(edit.filter.as_deref(), work.now())?);
    let page = work.decided_from(query).await?;
    let cursor = page.last.map(LineId);
    Ok((page.rows.into_iter().filter_map(Line::from_object).collect(), cursor))
}

/// Sets the fields of one line; answers what became of it. A line that refuses stays as it is.
async fn set(work: &mut Work, before: &Line, options: &Options<'_>) -> Result<String> {
    let after = match line::changed(work, before, options, None).await {
        Ok(after) if after == *before => return Ok("unchanged".to_owned()),
        Ok(after) => after,
        Err(Error::Refusal(refusal)) => return Ok(format!("refused:{}", refusal.code.as_str())),
        Err(error) => return Err(error),
    };
    if before.admits_otherwise(&after) && work.connections(before.id).await? > 0 {
        work.effect(Effect::EndConnections { line: before.id });
    }
    work.update(before, after);
    Ok("changed".to_owned())
}
