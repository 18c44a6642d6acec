//! Group commit: many plans, each whole or not at all, in one transaction with one flush.
//!
//! Guards are checked before a plan writes, so that a plan that fails has nearly always written
//! nothing and the others go on. One that fails after a write ends the attempt; the batch is
//! then done again with a savepoint around each plan.
//!
//! `apply` does one plan, with its `plan_writer`; `touched` is what others must hear of a batch.

mod apply;
mod plan_writer;
mod touched;

pub(super) use apply::Verdict;
pub(super) use plan_writer::{Failure, PlanWriter};
pub(super) use touched::Touched;

use super::table::statements;
use crate::error::failed;
use crate::keys::ChainKeys;
use apply::{Batch, Prepare};
use host_core::object::Kind;
use host_core::plan::{Database, Plan};
use host_core::port::StoreError;
use rusqlite::{Connection, ErrorCode};

/// What a batch came to.
pub(super) enum Outcome {
    /// It is durable: a verdict for each plan, in order, and what others must hear of it.
    Done(Vec<Verdict>, Touched),
    /// No plan was done. The connection is not to be used again.
    Undone(StoreError),
    /// The commit itself failed: no plan is seen as done, but what was written of it could count
    /// after a crash, until something durable is written over it. Nor is the connection to be
    /// used again.
    Doubtful(StoreError),
}

/// Why an attempt ended for all of its plans.
enum Broken {
    Before(StoreError),
    InCommit(StoreError),
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Broken {
        Broken::Before(error)
    }
}

/// Commits plans of a database. `prepare` runs for each tenant that is created; when it fails, that plan
/// is not done.
pub(super) fn commit(
    connection: &Connection,
    of: (&ChainKeys, Database),
    plans: &[&Plan],
    prepare: &mut Prepare<'_>,
) -> Outcome {
    let done = match attempt(connection, of, (plans, false), prepare) {
        Ok(None) => attempt(connection, of, (plans, true), prepare),
        other => other,
    };
    let broken = match done {
        Ok(Some((verdicts, touched))) => return Outcome::Done(verdicts, touched),
        Ok(None) => Broken::Before(StoreError::Failed("a plan could not be taken back".into())),
        Err(broken) => broken,
    };
    if !connection.is_autocommit() {
        // A failed rollback changes nothing: the connection is dropped, which rolls back.
        let _ = connection.execute_batch("ROLLBACK");
    }
    match broken {
        Broken::Before(error) => Outcome::Undone(error),
        Broken::InCommit(error) => Outcome::Doubtful(error),
    }
}

/// One transaction over all plans. `None`: a plan failed after it had written, and without
/// savepoints that cannot be taken back alone.
fn attempt(
    connection: &Connection,
    of: (&ChainKeys, Database),
    (plans, savepoints): (&[&Plan], bool),
    prepare: &mut Prepare<'_>,
) -> Result<Option<(Vec<Verdict>, Touched)>, Broken> {
    let run = |sql: &str| connection.prepare_cached(sql).and_then(|mut s| s.execute(()));
    let say = |sql: &str| run(sql).map_err(failed);
    say("BEGIN IMMEDIATE")?;
    let mut batch = Batch::new(connection, of, prepare);
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(plans.len());
    for (number, plan) in plans.iter().enumerate() {
        if savepoints {
            say("SAVEPOINT plan")?;
        }
        let verdict = batch.plan(number, plan)?;
        if verdict.is_err() && connection.is_autocommit() {
            return Err(StoreError::Failed("the transaction was rolled back by the database".into()).into());
        }
        if verdict.is_err() && batch.writer.has_written() {
            if !savepoints {
                say("ROLLBACK")?;
                return Ok((plans.len() == 1).then(|| (vec![verdict], Touched::default())));
            }
            say("ROLLBACK TO plan")?;
        }
        if savepoints {
            say("RELEASE plan")?;
        }
        verdicts.push(verdict);
    }
    let touched = batch.close(plans, &mut verdicts).map_err(failed)?;
    match run("COMMIT") {
        Ok(_) => Ok(Some((verdicts, touched))),
        // A full disk refused a write, so that the last one, which makes the others count, is missing.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => Err(Broken::Before(failed(error))),
        Err(error) => Err(Broken::InCommit(failed(error))),
    }
}

/// Whether every kind has its statements: asked once at the start, so that the first plan does
/// not pay for it.
pub(super) fn warm() {
    for kind in Kind::ALL {
        let _ = statements(*kind);
    }
}
