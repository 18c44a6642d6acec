//! Group commit: many plans, each whole or not at all, in one transaction with one flush.
//! Knows nothing of queues or threads.
//!
//! Guards are checked before a plan writes, so that a plan that fails has nearly always written
//! nothing and the others go on. One that fails after a write ends the attempt; the batch is
//! then done again with a savepoint around each plan.
//!
//! `apply` does one plan, with its `hand`; `counts` and `touched` are what a batch knows beside.

mod apply;
mod counts;
mod hand;
mod touched;

pub(super) use counts::Counts;
pub(super) use hand::{Failure, Hand};
pub(super) use touched::{Born, Touched};

use super::table::statements;
use crate::error::failed;
use apply::Batch;
use host_core::object::Kind;
use host_core::plan::Plan;
use host_core::port::{CommitError, Committed, StoreError};
use rusqlite::Connection;

/// What a plan's answer will be, once its batch is durable.
pub(super) type Verdict = Result<Committed, CommitError>;

/// What a batch came to.
pub(super) struct Outcome {
    /// One for each plan, in order.
    pub(super) verdicts: Vec<Verdict>,
    pub(super) effects: Touched,
    /// The connection is not to be used again.
    pub(super) broken: bool,
}

/// Commits plans. `prepare` runs before the commit with the tenants that are born in it; when
/// it fails, or the flush does, no plan was done.
pub(super) fn commit(
    connection: &Connection,
    counts: &mut Counts,
    plans: &[&Plan],
    prepare: &mut dyn FnMut(&[Born]) -> Result<(), StoreError>,
) -> Outcome {
    let done = match attempt(connection, counts, plans, false, prepare) {
        Ok(None) => attempt(connection, counts, plans, true, prepare),
        other => other,
    };
    let error = match done {
        Ok(Some((verdicts, effects))) => return Outcome { verdicts, effects, broken: false },
        Ok(None) => StoreError::Failed("a plan could not be taken back".into()),
        Err(error) => error,
    };
    if !connection.is_autocommit() {
        // A failed rollback changes nothing: the connection is dropped, which rolls back.
        let _ = connection.execute_batch("ROLLBACK");
    }
    counts.forget();
    let verdicts = plans.iter().map(|_| Err(CommitError::Store(error.clone()))).collect();
    Outcome { verdicts, effects: Touched::default(), broken: true }
}

/// One transaction over all plans. `None`: a plan failed after it had written, and without
/// savepoints that cannot be taken back alone.
fn attempt(
    connection: &Connection,
    counts: &mut Counts,
    plans: &[&Plan],
    savepoints: bool,
    prepare: &mut dyn FnMut(&[Born]) -> Result<(), StoreError>,
) -> Result<Option<(Vec<Verdict>, Touched)>, StoreError> {
    let say = |sql: &str| connection.prepare_cached(sql).and_then(|mut s| s.execute(())).map_err(failed);
    say("BEGIN IMMEDIATE")?;
    let mut batch = Batch::new(connection, counts);
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(plans.len());
    for (number, plan) in plans.iter().enumerate() {
        if savepoints {
            say("SAVEPOINT plan")?;
        }
        let verdict = batch.plan(number, plan)?;
        if verdict.is_err() && batch.hand.has_written() {
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
    prepare(&touched.born)?;
    say("COMMIT")?;
    Ok(Some((verdicts, touched)))
}

/// Whether every kind has its statements: asked once at the start, so that the first plan does
/// not pay for it.
pub(super) fn warm() {
    for kind in Kind::ALL {
        let _ = statements(*kind);
    }
}
