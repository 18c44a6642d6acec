//! The figures: raw CPU per operation of subject and baseline, round by round, and the ratio.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;
use std::time::Duration;

/// Everything that was measured in one run of the program.
pub(crate) struct Report {
    /// Rounds of each measurement.
    pub(crate) rounds: u32,
    rows: Vec<Row>,
    delays: Vec<Delay>,
    notes: Vec<String>,
}

/// How long requests wait, in milliseconds: what one of a hundred exceeds.
#[derive(Serialize)]
pub(crate) struct Delay {
    /// Whose requests, and under what.
    pub(crate) what: String,
    /// Without it.
    pub(crate) quiet: f64,
    /// With it.
    pub(crate) loaded: f64,
    /// What the goal is about: either of these, or their difference.
    pub(crate) judged: f64,
    /// At most.
    pub(crate) goal: f64,
}

/// One measurement. Times are nanoseconds of CPU per operation.
#[derive(Serialize)]
struct Row {
    what: String,
    against: String,
    subject: f64,
    baseline: f64,
    /// Smallest and largest ratio of a round.
    spread: (f64, f64),
    ratio: f64,
    goal: Option<f64>,
}

impl Report {
    /// An empty one.
    pub(crate) fn new(rounds: u32) -> Report {
        Report { rounds, rows: Vec::new(), delays: Vec::new(), notes: Vec::new() }
    }

    /// Measures subject and baseline in turns, so that a change of the machine's mood meets both,
    /// and notes the median of the ratios. Each closure does its work once and answers CPU per
    /// operation. The first turn warms up and is thrown away.
    ///
    /// # Errors
    /// Those of the closures.
    pub(crate) fn compare(
        &mut self,
        what: &str,
        against: &str,
        goal: Option<f64>,
        mut subject: impl FnMut() -> anyhow::Result<Duration>,
        mut baseline: impl FnMut() -> anyhow::Result<Duration>,
    ) -> anyhow::Result<()> {
        subject()?;
        baseline()?;
        let mut rounds = Vec::new();
        for _ in 0..self.rounds {
            let (subject, baseline) = (subject()?, baseline()?);
            anyhow::ensure!(
                !subject.is_zero() && !baseline.is_zero(),
                "{what}: a side used no CPU: is it the right process?"
            );
            rounds.push((subject, baseline));
        }
        let nanoseconds = |time: &Duration| time.as_secs_f64() * 1e9;
        let ratios: Vec<f64> = rounds.iter().map(|(a, b)| nanoseconds(a) / nanoseconds(b)).collect();
        let ratio = median(ratios.clone());
        eprintln!("  {what} / {against}: {ratio:.2}");
        self.rows.push(Row {
            what: what.to_owned(),
            against: against.to_owned(),
            subject: median(rounds.iter().map(|(subject, _)| nanoseconds(subject)).collect()),
            baseline: median(rounds.iter().map(|(_, baseline)| nanoseconds(baseline)).collect()),
            spread: (ratios.iter().copied().fold(f64::INFINITY, f64::min), ratios.iter().copied().fold(0.0, f64::max)),
            ratio,
            goal,
        });
        Ok(())
    }

    /// Adds delays.
    pub(crate) fn delay(&mut self, delay: Delay) {
        self.delays.push(delay);
    }

    /// Adds a sentence below the table.
    pub(crate) fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::new();
        table.load_preset(UTF8_FULL_CONDENSED);
        table.set_header(["measured", "against", "CPU", "baseline", "ratio", "spread", "goal", ""]);
        for row in &self.rows {
            table.add_row([
                row.what.clone(),
                row.against.clone(),
                shown(row.subject),
                shown(row.baseline),
                format!("{:.2}", row.ratio),
                format!("{:.2}–{:.2}", row.spread.0, row.spread.1),
                row.goal.map(|goal| format!("{goal:.2}")).unwrap_or_default(),
                row.goal.map(|goal| if row.ratio <= goal { "met" } else { "MISSED" }).unwrap_or_default().to_owned(),
            ]);
        }
        let delays = self.delayed();
        let notes: String = self.notes.iter().map(|note| format!("\n{note}")).collect();
        format!("{table}\nCPU per operation; medians of {} rounds.{delays}{notes}", self.rounds)
    }

    fn delayed(&self) -> String {
        if self.delays.is_empty() {
            return String::new();
        }
        let mut table = Table::new();
        table.load_preset(UTF8_FULL_CONDENSED);
        table.set_header(["p99 of", "without", "with", "judged", "goal", ""]);
        for delay in &self.delays {
            let times = [delay.quiet, delay.loaded, delay.judged, delay.goal].map(|time| format!("{time:.1} ms"));
            let met = if delay.judged <= delay.goal { "met" } else { "MISSED" };
            table.add_row(std::iter::once(delay.what.clone()).chain(times).chain([met.to_owned()]));
        }
        format!("\n{table}")
    }

    /// For scripts.
    pub(crate) fn json(&self) -> String {
        serde_json::json!({ "rounds": self.rounds, "rows": self.rows, "delays": self.delays, "notes": self.notes })
            .to_string()
    }
}

/// The middle one; the upper of two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 10_000.0 => format!("{small:.0} ns"),
        middle if middle < 10_000_000.0 => format!("{:.1} µs", middle / 1e3),
        large => format!("{:.1} ms", large / 1e6),
    }
}
