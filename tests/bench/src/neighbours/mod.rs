//! A tenant that signs in at a steady pace while another tenant of the same process is attacked, against the same
//! without the attack: how much later one of a hundred sign-ins is answered, how late the panel says that it is
//! well, and the CPU of a sign-in.
//!
//! That CPU is the difference between two turns, with sign-ins and without, of the threads that answer requests;
//! an attack goes on through both. What an attack costs these threads by itself is so taken off. Where that is
//! more than the sign-ins cost, the difference says nothing, and is not made.
//!
//! `attack` keeps one up, `attacks` lists them, `steady` asks at a pace, `place` is the panel with both tenants.

mod attack;
mod attacks;
mod place;
mod steady;

use crate::report::{Delay, Report, median};
use crate::{cpu, panel};
use attack::Attack;
use place::Place;
use std::time::{Duration, Instant};

/// How long a turn measures.
const TURN: Duration = Duration::from_secs(2);
/// How long an attack goes on before it is measured, and the panel rests after it.
const SETTLE: Duration = Duration::from_millis(300);
/// Sign-ins a second, and how many connections make them.
const SIGN_INS: u32 = 1_000;
const PLAYERS: u32 = 10;
/// Health checks a second.
const CHECKS: u32 = 50;
/// Milliseconds by which one of a hundred sign-ins may be later than without the attack.
const LATER: f64 = 10.0;
/// Milliseconds within which 99 of a hundred health checks are answered.
const HEALTHY: f64 = 100.0;
/// What a sign-in may cost, against one without the attack.
const CPU: f64 = 1.1;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let place = Place::make()?;
    for attack in attacks::all(&place) {
        let (mut quiet, mut loaded) = (Delays::default(), Delays::default());
        let mut attacked = || loaded.sign_in(&place, Some(&attack));
        let mut alone = || quiet.sign_in(&place, None);
        if attack.is_aside {
            let what = format!("a neighbour's sign-in, {}", attack.name);
            report.compare(&what, "without the attack", Some(CPU), attacked, alone)?;
        } else {
            for _ in 0..report.rounds {
                attacked()?;
                alone()?;
            }
        }
        tell(report, &attack, &quiet, &loaded);
    }
    Ok(())
}

fn tell(report: &mut Report, attack: &Attack, quiet: &Delays, loaded: &Delays) {
    let middle = |delays: &[f64]| median(delays.to_vec());
    let (before, after) = (middle(&quiet.sign_ins), middle(&loaded.sign_ins));
    report.delay(Delay {
        what: format!("a neighbour's sign-ins, {}: how much later", attack.name),
        quiet: before,
        loaded: after,
        judged: after - before,
        goal: LATER,
    });
    let (before, after) = (middle(&quiet.checks), middle(&loaded.checks));
    report.delay(Delay {
        what: format!("health, {}", attack.name),
        quiet: before,
        loaded: after,
        judged: after,
        goal: HEALTHY,
    });
    report.note(format!(
        "{}: by itself it took {:.0} ms of CPU a second, {:.0} of them of the threads that answer requests; in the \
         last turn they answered {}.",
        attack.name,
        middle(&loaded.process),
        middle(&loaded.threads),
        loaded.answered,
    ));
}

/// What was seen, turn by turn.
#[derive(Default)]
struct Delays {
    /// Milliseconds that 99 of a hundred sign-ins took at most.
    sign_ins: Vec<f64>,
    /// Likewise, of health checks.
    checks: Vec<f64>,
    /// Milliseconds of CPU a second without sign-ins, of the whole process.
    process: Vec<f64>,
    /// Likewise, of the threads that answer requests.
    threads: Vec<f64>,
    /// What the attack was answered in the last turn.
    answered: String,
}

impl Delays {
    /// A turn without sign-ins and one with them; the CPU of a sign-in.
    fn sign_in(&mut self, place: &Place, attack: Option<&Attack>) -> anyhow::Result<Duration> {
        let without = self.turn(place, attack, 0)?;
        let with = self.turn(place, attack, SIGN_INS)?;
        Ok(with.saturating_sub(without) / (SIGN_INS * u32::try_from(TURN.as_secs())?))
    }

    /// CPU of the threads that answer requests, in a turn with so many sign-ins a second.
    fn turn(&mut self, place: &Place, attack: Option<&Attack>, sign_ins: u32) -> anyhow::Result<Duration> {
        let attacked = attack.map(Attack::begin);
        std::thread::sleep(SETTLE);
        let pid = place.server.pid();
        let (process, before, begin) = (cpu::of_process(pid)?, cpu::of_request_threads(pid)?, Instant::now());
        let asked = steady::both((&place.sign_in, sign_ins, PLAYERS), (&place.health, CHECKS, 1), TURN)?;
        let spent = cpu::between(&before, &cpu::of_request_threads(pid)?);
        let process = cpu::of_process(pid)?.saturating_sub(process);
        let a_second = |spent: Duration| spent.as_secs_f64() * 1e3 / begin.elapsed().as_secs_f64();
        if sign_ins == 0 {
            self.process.push(a_second(process));
            self.threads.push(a_second(spent));
        } else {
            self.sign_ins.push(steady::p99(asked.0));
            self.checks.push(steady::p99(asked.1));
        }
        if let Some(attacked) = attacked {
            self.answered = attacked.end()?;
        }
        std::thread::sleep(SETTLE);
        Ok(spent)
    }
}
