//! One call in this process: a fresh instance, one host call, the reply. On one thread and on
//! two, where shared locks and page tables would show.

use crate::children::Server;
use crate::cpu;
use crate::load::Ask;
use crate::panel::{self, Size, USERNAME};
use crate::ready::Ready;
use crate::report::Report;
use host_runtime::{Call, Reply};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;

const CALLS: u32 = 20_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    panel::prepare(&data, Size { channels: 100, bouquets: 0 })?;
    let baseline = Server::baseline(&[])?;
    let hello = Ask::get(baseline.address, "/hello", &[]);
    let ready = Ready::open(&data)?;
    let (_, call) = ready.call(USERNAME)?;
    let one = || cpu_per_call(&ready, &call, CALLS);
    report.compare("a fresh dispatch with one host call, in process", "axum hello", Some(0.75), one, || {
        hello.cpu(&baseline, CALLS as usize)
    })?;
    let two = || on_two(one);
    report.compare("a fresh dispatch on two threads at once", "on one thread", Some(1.1), two, one)?;
    // What the machine itself takes for that: its two processors may be one.
    report.compare("arithmetic on two threads at once", "on one thread", None, || on_two(arithmetic), arithmetic)
}

/// The mean of two threads that do the same at once.
fn on_two(work: impl Fn() -> anyhow::Result<Duration> + Sync) -> anyhow::Result<Duration> {
    std::thread::scope(|scope| {
        let both = [scope.spawn(&work), scope.spawn(&work)];
        let [one, other] = both.map(|one| one.join().unwrap_or_else(|_| anyhow::bail!("a thread panicked")));
        Ok((one? + other?) / 2)
    })
}

/// CPU of this thread for digests of a text that fits into its own cache.
fn arithmetic() -> anyhow::Result<Duration> {
    let text = vec![7; 16 << 10];
    let before = cpu::of_this_thread();
    for _ in 0..CALLS {
        std::hint::black_box(Sha256::digest(std::hint::black_box(&text)));
    }
    Ok((cpu::of_this_thread() - before) / CALLS)
}

/// Dispatches so often and ends; what `strace -c` is told to watch.
pub(crate) fn repeat(data: &Path, count: u32) -> anyhow::Result<()> {
    let ready = Ready::open(data)?;
    let (_, call) = ready.call(USERNAME)?;
    cpu_per_call(&ready, &call, count)?;
    Ok(())
}

/// CPU of this thread per dispatch of the account document.
fn cpu_per_call(ready: &Ready, call: &Call, calls: u32) -> anyhow::Result<Duration> {
    let route = ready.route("account")?;
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    tokio.block_on(async {
        let before = cpu::of_this_thread();
        for _ in 0..calls {
            let reply = ready.answer(route, call.clone()).await?;
            anyhow::ensure!(matches!(reply, Reply::Data { .. }), "the account is no data");
        }
        Ok((cpu::of_this_thread() - before) / calls)
    })
}
