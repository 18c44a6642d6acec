//! Durable plans: at the store port against the same statements run bare, and once through HTTP.

mod bare;
mod http;
mod sale;

use crate::cpu;
use crate::report::Report;
use bare::Statements;
use host_core::plan::Plan;
use host_core::port::Store;
use host_store::{Options, open};
use sale::{HERE, sale};
use std::time::{Duration, Instant};

/// Plans of one turn.
const PLANS: u32 = 16_384;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    for in_flight in [4_096, 64] {
        let what = format!("a plan at the store port, {in_flight} in flight");
        let mut per_second = Vec::new();
        for (against, statements, goal) in [
            ("its statements bare, from the cache", Statements::Cached, Some(1.15)),
            ("its statements bare, kept ready", Statements::Ready, None),
        ] {
            let port = || {
                let (spent, lasted) = through_the_port(in_flight)?;
                per_second.push(f64::from(PLANS) / lasted.as_secs_f64());
                Ok(spent / PLANS)
            };
            report.compare(&what, against, goal, port, || Ok(without_machinery(in_flight, statements)?.0 / PLANS))?;
        }
        report.note(format!("{in_flight} plans in flight: {:.0} plans/s.", crate::report::median(per_second)));
    }
    let (_, lasted) = without_machinery(1, Statements::Ready)?;
    report.note(format!("One flush per plan: {:.0} plans/s.", f64::from(PLANS) / lasted.as_secs_f64()));
    http::measure(report)
}

fn plans() -> impl ExactSizeIterator<Item = Plan> {
    (1..=PLANS).map(sale).collect::<Vec<_>>().into_iter()
}

/// CPU of all threads, and how long it took.
fn spent(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<(Duration, Duration)> {
    let (before, begin) = (cpu::of_this_process(), Instant::now());
    work()?;
    Ok((cpu::of_this_process() - before, begin.elapsed()))
}

fn through_the_port(in_flight: u32) -> anyhow::Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    let opened = open(&folder.path().join("data"), Options::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(sale::set_up(&*opened.store, PLANS))?;
    let mut plans = plans();
    spent(|| {
        runtime.block_on(async {
            while plans.len() > 0 {
                let group = plans.by_ref().take(in_flight as usize);
                let answers: Vec<_> = group.map(|plan| opened.store.commit(HERE, plan)).collect();
                // The last one first: the client is then woken once, not for each answer.
                for answer in answers.into_iter().rev() {
                    answer.await?;
                }
            }
            Ok(())
        })
    })
}

fn without_machinery(group: u32, statements: Statements) -> anyhow::Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async { sale::set_up(&*open(&data, Options::default())?.store, PLANS).await })?;
    let connection = bare::connect(&data)?;
    let mut bare = bare::Bare::new(&connection, statements);
    let mut plans = plans();
    spent(|| {
        while plans.len() > 0 {
            bare.group(plans.by_ref().take(group as usize))?;
        }
        Ok(())
    })
}
