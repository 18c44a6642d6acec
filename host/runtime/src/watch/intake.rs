//! The intake of nominated files: in order within a tenant, at once across tenants.

use super::nomination::Nomination;
use crate::Runtime;
use crate::drop_folder::Outcome;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Takes nominations in: those of a tenant one after the other, those of different tenants at once, so that no
/// tenant's files delay another's.
pub(super) struct Intake<'e> {
    executor: &'e Handle,
    last: HashMap<String, JoinHandle<()>>,
    in_vain: (Sender<PathBuf>, Receiver<PathBuf>),
}

impl<'e> Intake<'e> {
    pub(super) fn new(executor: &'e Handle) -> Intake<'e> {
        Intake { executor, last: HashMap::new(), in_vain: channel() }
    }

    pub(super) fn give(&mut self, runtime: Arc<Runtime>, nomination: Nomination) {
        self.last.retain(|_, last| !last.is_finished());
        let (Nomination::Ready { tenant, path } | Nomination::Gone { tenant, path }) = &nomination;
        let (tenant, path) = (tenant.clone(), path.clone());
        let before = self.last.remove(&tenant);
        let in_vain = self.in_vain.0.clone();
        let executor = self.executor.clone();
        // On a thread of its own: it reads, hashes and compiles.
        let work = move || {
            executor.block_on(async {
                if let Some(before) = before {
                    // If it failed, that was told where it failed.
                    let _ = before.await;
                }
                if runtime.nominated(nomination).await == Outcome::Again {
                    let _ = in_vain.send(path);
                }
            });
        };
        self.last.insert(tenant, self.executor.spawn_blocking(work));
    }

    /// Files that are to be nominated again.
    pub(super) fn in_vain(&self) -> Vec<PathBuf> {
        self.in_vain.1.try_iter().collect()
    }
}
