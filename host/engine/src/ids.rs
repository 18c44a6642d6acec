//! Ids before commit: durable blocks, handed out one by one from memory. Ids of a block that is lost in a crash
//! are never used.

use crate::Result;
use crate::error::Error;
use host_core::object::Kind;
use host_core::plan::{Change, Database, Plan};
use host_core::port::{CommitError, Store};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

const FIRST_BLOCK: u32 = 32;
const LARGEST_BLOCK: u32 = 1_024;

/// A block of one kind in one database. Blocks double with each refill, so that an import does
/// not pay a flush for every few rows.
struct Block {
    next: u32,
    end: u32,
    size: u32,
}

type Shared = Arc<tokio::sync::Mutex<Block>>;

/// The blocks of the process.
#[derive(Default)]
pub(crate) struct Ids {
    blocks: Mutex<HashMap<(Database, Kind), Shared>>,
}

impl Ids {
    /// The next id of a kind; commits a plan of its own when the block is used up.
    pub(crate) async fn next(&self, store: &dyn Store, database: Database, kind: Kind) -> Result<u32> {
        let block = Arc::clone(
            self.blocks
                .lock()
                .entry((database, kind))
                .or_insert_with(|| Arc::new(tokio::sync::Mutex::new(Block { next: 0, end: 0, size: FIRST_BLOCK }))),
        );
        let mut block = block.lock().await;
        if block.next == block.end {
            let first = take(store, database, kind, block.size).await?;
            (block.next, block.end) = (first, first.saturating_add(block.size));
            block.size = (block.size * 2).min(LARGEST_BLOCK);
        }
        let id = block.next;
        block.next += 1;
        Ok(id)
    }

    /// Forgets the blocks of a database that is gone.
    pub(crate) fn forget(&self, database: Database) {
        self.blocks.lock().retain(|(of, _), _| *of != database);
    }
}

async fn take(store: &dyn Store, database: Database, kind: Kind, size: u32) -> Result<u32> {
    let plan = Plan { changes: vec![Change::TakeIds(kind, size)], ..Plan::default() };
    let committed = store.commit(database, plan).await.map_err(|error| match error {
        CommitError::Store(error) => Error::Store(error),
        other => Error::Invalid(other.to_string()),
    })?;
    committed.blocks.first().copied().ok_or_else(|| Error::Invalid("storage gave no block of ids".into()))
}
