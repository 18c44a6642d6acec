//! A collection whose plugin declares another shape than the one by which its documents stand: they get their new
//! places piece by piece, before anything is found by them.

use super::Collection;
use crate::{Result, Work};
use host_core::document::{Cursor, Document, Range};
use host_core::plan::{Change, Guard, Plan, Reshape};
use host_core::port::CommitError;
use host_core::refusal::Code;
use host_core::{DocumentId, Refusal, TenantId};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;

/// Documents of one piece.
const PIECE: u32 = 500;
/// Pieces that one call does; the next one goes on.
const PIECES: usize = 20;

/// The shapes by which collections stand, as far as this process knows.
#[derive(Default)]
pub(crate) struct Shapes(RwLock<HashMap<TenantId, HashMap<Arc<str>, Arc<str>>>>);

impl Shapes {
    fn has(&self, tenant: TenantId, collection: &Collection) -> bool {
        let known = self.0.read();
        known.get(&tenant).and_then(|of| of.get(&collection.name)) == Some(&collection.stored_shape)
    }

    fn know(&self, tenant: TenantId, collection: &Collection) {
        let (name, shape) = (Arc::clone(&collection.name), Arc::clone(&collection.stored_shape));
        self.0.write().entry(tenant).or_default().insert(name, shape);
    }

    /// Forgets a tenant that is gone.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.write().remove(&tenant);
    }
}

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
    /// `unavailable` while there are more than one call may wait for; `name_taken` when two documents have a value that
    /// the shape says only one has.
    async fn reshape(&self, work: &Work, writes: bool) -> Result<()> {
        let (engine, tenant) = (work.engine(), work.caller().tenant);
        if engine.shapes.has(tenant, self) {
            return Ok(());
        }
        for _ in 0..PIECES {
            let known = engine.store().collection(tenant, self.name.to_string()).await?;
            if known.shape == *self.stored_shape && known.next.is_empty() {
                engine.shapes.know(tenant, self);
                return Ok(());
            }
            if known.documents == 0 && !writes {
                return Ok(());
            }
            let begin = if known.next == *self.stored_shape { known.placed } else { DocumentId(0) };
            self.piece(work, begin).await?;
        }
        let message = format!("The documents of {} are being sorted anew; try again.", self.word());
        Err(Refusal::new(Code::Unavailable, message).retry_after(1).into())
    }

    async fn piece(&self, work: &Work, begin: DocumentId) -> Result<()> {
        let range = Range {
            collection: self.name.to_string(),
            index: None,
            from: Vec::new(),
            to: None,
            after: Some(Cursor { value: Vec::new(), id: begin }),
            descending: false,
            limit: PIECE,
        };
        let found = work.engine().store().range(work.caller().tenant, range).await?;
        let is_last = found.len() < PIECE as usize;
        let mut documents: Vec<Document> = Vec::with_capacity(found.len());
        for (_, document) in found {
            documents.push(self.placed(document)?);
        }
        let guards = documents.iter().map(|it| Guard::Unchanged(it.id.into(), it.version)).collect();
        let reshape =
            Reshape { collection: self.name.to_string(), shape: self.stored_shape.to_string(), documents, is_last };
        let plan = Plan { guards, changes: vec![Change::Reshape(reshape)], ..Plan::default() };
        match work.engine().store().commit(work.place(), plan).await {
            // What somebody changed meanwhile is looked at again.
            Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(CommitError::Invalid(_)) => {
                let message = format!(
                    "Two documents of {} have the same value of a key that is unique now; change one of them first.",
                    self.word()
                );
                Err(Refusal::new(Code::NameTaken, message).into())
            }
        }
    }
}
