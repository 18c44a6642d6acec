//! Requests at a steady pace. Each is timed from the moment it was due: one that waits because the one before it
//! was late is late itself.

use crate::load::{Ask, Connection};
use anyhow::{bail, ensure};
use std::time::{Duration, Instant};

/// What is asked, how often a second, over how many connections.
pub(super) type Pace<'a> = (&'a Ask, u32, u32);

/// Asks two things at the same time, each at its pace; the times of their answers.
pub(super) fn both(one: Pace, other: Pace, long: Duration) -> anyhow::Result<(Vec<Duration>, Vec<Duration>)> {
    std::thread::scope(|scope| {
        let other = scope.spawn(|| asked(other, long));
        Ok((asked(one, long)?, other.join().unwrap_or_else(|_| bail!("a client panicked"))?))
    })
}

fn asked((ask, a_second, connections): Pace, long: Duration) -> anyhow::Result<Vec<Duration>> {
    let begin = Instant::now();
    if a_second == 0 {
        std::thread::sleep(long);
        return Ok(Vec::new());
    }
    let between = Duration::from_secs(connections.into()) / a_second;
    let workers = std::thread::scope(|scope| {
        let one = |number: u32| scope.spawn(move || one(ask, begin + between / connections * number, between, long));
        let workers: Vec<_> = (0..connections).map(one).collect();
        let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| bail!("a client panicked")));
        joined.collect::<anyhow::Result<Vec<_>>>()
    })?;
    Ok(workers.concat())
}

/// One connection's requests.
fn one(ask: &Ask, first: Instant, between: Duration, long: Duration) -> anyhow::Result<Vec<Duration>> {
    let (mut connection, text) = (Connection::open(ask.address())?, ask.text());
    let (mut due, mut times) = (first, Vec::new());
    while due < first + long {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let status = connection.ask_lightly(&text)?;
        ensure!(status == 200, "a neighbour was answered {status}");
        times.push(due.elapsed());
        due += between;
    }
    Ok(times)
}

/// Milliseconds that 99 of a hundred took at most.
pub(super) fn p99(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let place = times.len().saturating_sub(1) * 99 / 100;
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
