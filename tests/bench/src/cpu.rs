//! CPU time, of processes and of threads: what repeats on a busy machine, where requests per second do not.

use anyhow::Context;
use rustix::time::{ClockId, clock_gettime};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// On-CPU time of all threads of a process, and of the processes that it started.
pub(crate) fn of_process(pid: u32) -> anyhow::Result<Duration> {
    let mut sum = Duration::ZERO;
    for task in tasks(pid)? {
        let task = task?.path();
        sum += on_cpu(&task.join("schedstat"))?;
        let children = std::fs::read_to_string(task.join("children")).unwrap_or_default();
        for child in children.split_ascii_whitespace() {
            sum += of_process(child.parse()?)?;
        }
    }
    Ok(sum)
}

/// On-CPU time of each thread of a process that answers requests, by its id: of the pool that Tokio names,
/// without the lanes.
pub(crate) fn of_request_threads(pid: u32) -> anyhow::Result<HashMap<String, Duration>> {
    let mut threads = HashMap::new();
    for task in tasks(pid)? {
        let task = task?;
        let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if name.starts_with("tokio") {
            let spent = on_cpu(&task.path().join("schedstat"))?;
            threads.insert(task.file_name().to_string_lossy().into_owned(), spent);
        }
    }
    Ok(threads)
}

/// What the threads spent from one reading to the next. One that ended in between is not counted.
pub(crate) fn between(before: &HashMap<String, Duration>, after: &HashMap<String, Duration>) -> Duration {
    let spent = |(id, after): (&String, &Duration)| after.saturating_sub(before.get(id).copied().unwrap_or_default());
    after.iter().map(spent).sum()
}

fn tasks(pid: u32) -> anyhow::Result<std::fs::ReadDir> {
    std::fs::read_dir(format!("/proc/{pid}/task")).with_context(|| format!("process {pid} is gone"))
}

/// The first field of `schedstat`: nanoseconds on a CPU.
fn on_cpu(path: &Path) -> anyhow::Result<Duration> {
    // A thread may end between the listing and the reading.
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let nanoseconds = text.split(' ').next().unwrap_or_default();
    Ok(Duration::from_nanos(if nanoseconds.is_empty() { 0 } else { nanoseconds.parse()? }))
}

/// On-CPU time of this process.
pub(crate) fn of_this_process() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

/// On-CPU time of this thread.
pub(crate) fn of_this_thread() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

fn clock(id: ClockId) -> Duration {
    let time = clock_gettime(id);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
