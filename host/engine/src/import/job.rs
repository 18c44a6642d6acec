//! The job row of an import: begun, moved on with each chunk, ended.

use super::tally::{Counts, Tally};
use crate::{Engine, Error, Result, Work};
use host_core::caller::Caller;
use host_core::import::ImportError;
use host_core::job::{Job, JobState};
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::time::Unix;
use host_core::{JobId, Refusal};
use serde_json::{Value, json};
use std::sync::Arc;

fn runs_already(subject: &str) -> Refusal {
    let message = format!("An import of {subject} runs already; wait for its end, or cancel it.");
    Refusal::field(Code::Conflict, "source", message).retry_after(60)
}

/// A running import.
pub(super) struct Running {
    pub(super) engine: Arc<Engine>,
    pub(super) caller: Caller,
    pub(super) action: &'static str,
    pub(super) began: Unix,
    pub(super) tally: Tally,
    pub(super) read: u64,
    id: Option<JobId>,
    ended: bool,
}

impl Running {
    /// Begins a job; a dry run has none. Where `asked` waits, it is that one.
    pub(super) async fn begin(
        engine: &Arc<Engine>,
        caller: Caller,
        (action, kind): (&'static str, &'static str),
        (subject, asked): (&str, Option<JobId>),
        dry_run: bool,
    ) -> Result<Running> {
        let began = engine.clock().now();
        let tenant = caller.tenant;
        let mut reserved = None;
        let verb = async |work: &mut Work| {
            let waiting = match asked {
                Some(id) => work.know::<Job>(id).await?.filter(|job| job.state == JobState::Waiting),
                None => None,
            };
            let id = match &waiting {
                Some(job) => job.id,
                None => JobId(work.next_id(Kind::Job).await?),
            };
            if !engine.due.jobs.begin(tenant, id, kind, subject) {
                return Err(runs_already(subject).into());
            }
            reserved = Some(id);
            let job = Job::new(id, kind, subject, JobState::Running, began);
            match waiting {
                Some(waiting) => work.update(&waiting, job),
                None => work.insert(job),
            }
            Ok(id)
        };
        let id = if dry_run { None } else { Some(engine.act(caller.clone(), action, verb).await) };
        let id = id.transpose().inspect_err(|_| {
            if let Some(id) = reserved {
                engine.due.jobs.end(tenant, id, true);
            }
        })?;
        let engine = Arc::clone(engine);
        Ok(Running { engine, caller, action, began, tally: Tally::default(), read: 0, id, ended: false })
    }

    /// Which job it is; none of a dry run.
    pub(super) fn id(&self) -> Option<JobId> {
        self.id
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.id.is_none()
    }

    /// Runs a chunk as one plan, with the job's row in it. The verb returns what it did, and is
    /// run again from the start after a conflict.
    pub(super) async fn chunk<T>(
        &mut self,
        read: u64,
        mut verb: impl AsyncFnMut(&mut Work, &mut Tally) -> Result<T>,
    ) -> Result<T> {
        let run = self.engine.begin(self.caller.clone(), self.action).of_job(self.id);
        let mut run = run.dry_run(self.is_dry_run());
        loop {
            let mut work = run.attempt();
            let mut tally = Tally::default();
            let answer = verb(&mut work, &mut tally).await?;
            if let Some(id) = self.id {
                let counts = self.tally.counts_with(&tally);
                move_on(&mut work, id, self.read + read, counts).await?;
            }
            if let crate::Finished::Done { .. } = run.finish(work, Vec::new()).await? {
                self.tally.append(tally);
                self.read += read;
                return Ok(answer);
            }
        }
    }

    /// Ends the job, and returns the report.
    pub(super) async fn end(mut self, outcome: Result<JobState>, mut report: Value) -> Result<Value> {
        let (state, error) = match &outcome {
            Ok(state) => (*state, None),
            Err(error) => (JobState::Failed, Some(error.to_string())),
        };
        if let Some(id) = self.id {
            let verb = async |work: &mut Work| {
                let before: Job = work.know(id).await?.ok_or_else(|| Refusal::not_found("job"))?;
                let (ended_at, error, counts) = (Some(work.now()), error.clone(), self.tally.counts.clone());
                work.update(&before, Job { state, error, counts, ended_at, ..before.clone() });
                Ok(())
            };
            self.engine.act(self.caller.clone(), self.action, verb).await?;
        }
        self.ended = true;
        outcome?;
        if let Value::Object(fields) = &mut report {
            fields.insert("job".to_owned(), json!(self.id));
            fields.insert("state".to_owned(), json!(state));
            fields.insert("read".to_owned(), json!(self.read));
            fields.insert("counts".to_owned(), json!(self.tally.counts));
            fields.insert("dry_run".to_owned(), json!(self.is_dry_run()));
            fields.insert("left_out".to_owned(), self.tally.left_out());
            fields.insert("not_kept".to_owned(), self.tally.not_kept());
        }
        Ok(report)
    }
}

/// If a job is dropped while its row says *running*, the engine's next step ends it.
impl Drop for Running {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.engine.due.jobs.end(self.caller.tenant, id, !self.ended);
        }
    }
}

/// Moves the job's row on; a job that someone cancelled stops here, before the chunk is committed.
async fn move_on(work: &mut Work, id: JobId, cursor: u64, counts: Counts) -> Result<()> {
    let before: Job = work.know(id).await?.ok_or_else(|| Refusal::not_found("job"))?;
    if before.state != JobState::Running {
        return Err(Refusal::new(Code::Conflict, "This import was cancelled.").into());
    }
    work.update(&before, Job { cursor, counts, ..before.clone() });
    Ok(())
}

/// Why a file cannot be read on, as the one who sent it is told.
pub(super) fn unreadable(error: &ImportError) -> Error {
    Refusal::field(Code::InvalidInput, "file", error.to_string()).into()
}
