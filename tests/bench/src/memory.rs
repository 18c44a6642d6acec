//! Memory of a process, watched while something is done. Of its own pages alone: those of files that it has mapped, as
//! its databases are, the system takes back when it needs them.

use anyhow::{Context, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often it is read. What comes and goes in between is not seen.
const OFTEN: Duration = Duration::from_millis(2);

/// KiB that a process has.
pub(crate) fn of_process(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let figure = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.split_ascii_whitespace().next());
    figure.with_context(|| format!("process {pid} is gone"))?.parse().context("no number")
}

/// Does it; the most KiB that the process had meanwhile.
pub(crate) fn peak<T>(pid: u32, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, u64)> {
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = of_process(pid)?;
            while !is_done.load(Ordering::Relaxed) {
                most = most.max(of_process(pid)?);
                std::thread::sleep(OFTEN);
            }
            anyhow::Ok(most)
        });
        let done = work();
        is_done.store(true, Ordering::Relaxed);
        Ok((done?, watch.join().unwrap_or_else(|_| bail!("the watch panicked"))?))
    })
}
