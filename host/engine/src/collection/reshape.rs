//! A collection whose plugin declares another shape than the one by which its documents stand: they get their new
//! places, all or none, before anything is found by them.

use super::Collection;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::plan::{Change, Guard, Plan, Reshape};
use host_core::port::CommitError;
use host_core::refusal::Code;

impl Collection {
    /// Makes sure that documents are found by this shape.
    pub(super) async fn prepare_reading(&self, work: &Work) -> Result<()> {
        self.reshape(work, false).await
    }

    /// Likewise, and that they still stand by it when the plan is committed.
    pub(super) async fn prepare_writing(&self, work: &mut Work) -> Result<()> {
        self.reshape(work, true).await?;
        let guard = Guard::Shaped(self.name.to_string(), self.stored_shape.to_string());
        if !work.plan.guards.contains(&guard) {
            work.guard(guard);
        }
        Ok(())
    }

    /// Gives the documents their places by this shape, when they stand by another one.
    ///
    /// # Errors
    /// `in_use`, and nothing has changed, when a document does not fit the shape, or there are too many.
    async fn reshape(&self, work: &Work, writes: bool) -> Result<()> {
        let (engine, tenant) = (work.engine(), work.caller().tenant);
        if engine.shapes.has(tenant, &self.name, &self.stored_shape) {
            return Ok(());
        }
        let known = engine.store().collection(tenant, self.name.to_string()).await?;
        if known.shape != *self.stored_shape {
            if known.documents == 0 && !writes {
                return Ok(());
            }
            let reshape = Reshape { collection: self.name.to_string(), shape: self.shape.clone() };
            let plan = Plan { changes: vec![Change::Reshape(reshape)], ..Plan::default() };
            match engine.store().commit(work.database(), plan).await {
                Ok(_) => tracing::info!(%tenant, collection = %self.name, "a collection has another shape"),
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    let message = format!("The documents of {} do not fit what it declares now: {error}.", self.word());
                    return Err(Refusal::new(Code::InUse, message).into());
                }
            }
        }
        engine.shapes.know(tenant, &self.name, &self.stored_shape);
        Ok(())
    }

    /// Refuses what was found by a shape that another version of the plugin has changed meanwhile.
    pub(super) fn check_still(&self, work: &Work) -> Result<()> {
        if work.engine().shapes.has_other(work.caller().tenant, &self.name, &self.stored_shape) {
            let message = format!("The documents of {} were sorted anew meanwhile; try again.", self.word());
            return Err(Refusal::new(Code::Unavailable, message).retry_after(1).into());
        }
        Ok(())
    }
}
