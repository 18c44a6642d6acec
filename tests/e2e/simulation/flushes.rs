//! Flushes that fail: for one step of the writers the kernel answers them with EIO. What was told
//! to have failed must not be there afterwards, neither at once nor after a crash.

use super::calls::Request;
use super::world::{End, World};
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::{Clock, Store, Trouble};
use host_store::Writers;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Which flushes fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failing {
    /// Those of the logs that are open. One that is opened anew is flushed: what failed is undone.
    Open,
    /// All of them: what failed cannot be undone for good.
    All,
    /// All of them, and what was not open cannot be written: what failed is not undone at all, and
    /// a process that starts then finds it done.
    Disk,
}

impl World {
    /// Flushes fail for one step, after which the process may be killed.
    pub fn flush_in_vain(&mut self) {
        self.write_in_vain();
        if self.dice.one_in(2) {
            self.lose(End::Killed);
        }
    }

    /// One step of the writers whose flushes fail; all who wait hear of it.
    pub fn write_in_vain(&mut self) {
        let failing = [Failing::Open, Failing::Open, Failing::All, Failing::Disk][self.dice.roll(4)];
        let (now, data) = (self.clock.monotonic(), self.data());
        let before = self.process().writers.answered();
        step(&mut self.process().writers, now, &data, failing);
        let answered = self.process().writers.answered() - before;
        self.trace.note(format!("flushes fail ({failing:?}), and {answered} are answered"));
        self.check();
        self.in_vain = true;
        for at in (0..self.process().calls.len()).rev() {
            self.poll_call(at);
        }
        self.in_vain = false;
    }

    /// Nobody knows whether a request was done, before its database can be written again.
    pub fn doubt(&mut self, request: Request) {
        self.book.lost(&request);
        self.in_doubt.push(request);
    }

    /// Settles requests that nobody knew of, where the database can be written again: what is not
    /// there by now never will be.
    pub fn end_doubts(&mut self) {
        if !self.is_unwritable(Database::Control) {
            self.suspensions.iter_mut().for_each(|suspension| suspension.is_unsure = false);
            self.forget_puts();
        }
        let ids: Vec<TenantId> = self.tenants.iter().map(|premises| premises.id).collect();
        let lasting: Vec<bool> = ids.into_iter().map(|id| self.is_unwritable(Database::Tenant(id))).collect();
        let before = self.in_doubt.len();
        self.in_doubt.retain(|request| lasting[request.tenant]);
        if self.in_doubt.len() < before {
            let counted = self.check();
            self.settle(&counted);
        }
    }

    fn is_unwritable(&mut self, database: Database) -> bool {
        let troubles = self.process().store.troubles();
        troubles.iter().any(|(of, trouble)| *of == database && matches!(trouble, Trouble::Unwritable(_)))
    }
}

/// Lets the writers of a data directory take a step in which flushes fail.
fn step(writers: &mut Writers, now: Duration, data: &Path, failing: Failing) {
    let logs = open_logs(data);
    // Without a file that is meant all would be.
    if failing == Failing::Open && logs.is_empty() {
        writers.step(now);
        return;
    }
    let flushes = if failing == Failing::Open { each(&logs) } else { Vec::new() };
    let mut calls = BTreeMap::from([libc::SYS_fsync, libc::SYS_fdatasync].map(|call| (call, flushes.clone())));
    if failing == Failing::Disk {
        calls.insert(libc::SYS_pwrite64, none_of(&logs));
    }
    let fails = SeccompAction::Errno(libc::EIO as u32);
    let machine = std::env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, fails, machine).unwrap();
    let program: BpfProgram = filter.try_into().unwrap();
    // A thread keeps its filter as long as it lives, so it lives for this step.
    std::thread::scope(|scope| {
        let step = scope.spawn(|| {
            seccompiler::apply_filter(&program).unwrap();
            writers.step(now);
        });
        step.join().unwrap();
    });
}

/// Calls on one of these files.
fn each(files: &[u64]) -> Vec<SeccompRule> {
    files.iter().map(|file| SeccompRule::new(vec![compared(*file, SeccompCmpOp::Eq)]).unwrap()).collect()
}

/// Calls on any other file; on any at all when there are none.
fn none_of(files: &[u64]) -> Vec<SeccompRule> {
    let others = files.iter().map(|file| compared(*file, SeccompCmpOp::Ne)).collect();
    SeccompRule::new(others).into_iter().collect()
}

fn compared(file: u64, how: SeccompCmpOp) -> SeccompCondition {
    SeccompCondition::new(0, SeccompCmpArgLen::Dword, how, file).unwrap()
}

/// The descriptors of a data directory's write-ahead logs.
fn open_logs(data: &Path) -> Vec<u64> {
    let data = data.canonicalize().unwrap();
    let open = fs::read_dir("/proc/self/fd").unwrap().flatten().map(|entry| entry.path());
    // Other tests open and close files meanwhile.
    let of_log = |path: &Path| fs::read_link(path).is_ok_and(|to| to.starts_with(&data) && is_log(&to));
    open.filter(|path| of_log(path)).map(|path| path.file_name().unwrap().to_str().unwrap().parse().unwrap()).collect()
}

fn is_log(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "db-wal")
}
