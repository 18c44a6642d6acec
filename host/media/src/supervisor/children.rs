//! The children that run now, by their numbers. Each stands here from its start until it is reaped, so that no number
//! here is another process's.

use super::job::Owner;
use super::progress::Progress;
use host_core::TenantId;
use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::HashMap;
use std::sync::Arc;

/// A child.
struct Running {
    owner: Owner,
    /// What it makes is sent as it is; it does not go into another child.
    is_last: bool,
    began: u64,
    progress: Arc<Mutex<Progress>>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Children(Mutex<HashMap<u32, Running>>);

/// One that stands among them until this is dropped.
pub(super) struct Listed<'c> {
    all: &'c Children,
    pid: u32,
}

impl Children {
    /// Adds one. Of two that make one stream, the one that reads what the other makes `is_last`.
    pub(super) fn add(
        &self,
        pid: u32,
        (owner, is_last): (Owner, bool),
        began: u64,
        progress: Arc<Mutex<Progress>>,
    ) -> Listed<'_> {
        self.0.lock().insert(pid, Running { owner, is_last, began, progress });
        Listed { all: self, pid }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.lock().len()
    }

    /// The number of the one of an owner's that makes what is sent, the newest of them, and how far it is.
    pub(super) fn of(&self, owner: Owner) -> Option<(u32, Progress)> {
        let all = self.0.lock();
        let own = all.iter().filter(|(_, running)| running.owner == owner);
        own.max_by_key(|(_, running)| (running.is_last, running.began))
            .map(|(pid, running)| (*pid, *running.progress.lock()))
    }

    /// When one of a tenant's began.
    pub(super) fn began(&self, tenant: TenantId, pid: u32) -> Option<u64> {
        let all = self.0.lock();
        all.get(&pid).filter(|running| running.owner.tenant == tenant).map(|running| running.began)
    }

    /// Kills one of a tenant's that began then.
    pub(super) fn kill(&self, tenant: TenantId, pid: u32, began: u64) {
        let all = self.0.lock();
        let is_it = |running: &&Running| running.owner.tenant == tenant && running.began == began;
        if all.get(&pid).filter(is_it).is_some()
            && let Some(group) = Pid::from_raw(pid.cast_signed())
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.pid);
    }
}
