//! What an import did: counts, and which entries were left out or not kept whole.

use host_core::import::LeftOut;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What an import has done, by name: `added`, `changed`, `unchanged`, `missing`, `pruned`,
/// `channels`, `programmes`, `options_not_kept`, `skipped:REASON`.
pub type Counts = BTreeMap<String, u64>;

/// Entries that a report lists at most; beyond that they are only counted.
const MOST_LISTED: usize = 50_000;

/// What was done so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    left_out: Vec<LeftOut>,
    /// Line and name of an entry, and what it asks of a player.
    not_kept: Vec<(u64, String, Vec<String>)>,
}

impl Tally {
    /// Counts.
    pub(super) fn add(&mut self, name: &str, number: u64) {
        if number > 0 {
            *self.counts.entry(name.to_owned()).or_default() += number;
        }
    }

    /// Counts and lists an entry that is left out.
    pub(super) fn leave_out(&mut self, entry: LeftOut) {
        self.add(&format!("skipped:{}", entry.reason.as_str()), 1);
        if self.left_out.len() < MOST_LISTED {
            self.left_out.push(entry);
        }
    }

    /// Counts and lists an entry whose options for players are not kept.
    pub(super) fn drop_options(&mut self, line: u64, name: &str, options: &[String]) {
        self.add("options_not_kept", 1);
        if self.not_kept.len() < MOST_LISTED {
            self.not_kept.push((line, name.to_owned(), options.to_vec()));
        }
    }

    /// Adds what came after.
    pub(super) fn append(&mut self, mut later: Tally) {
        for (name, number) in std::mem::take(&mut later.counts) {
            self.add(&name, number);
        }
        let room = |listed: usize| MOST_LISTED.saturating_sub(listed);
        self.left_out.extend(later.left_out.into_iter().take(room(self.left_out.len())));
        self.not_kept.extend(later.not_kept.into_iter().take(room(self.not_kept.len())));
    }

    /// The counts after what a chunk adds.
    pub(super) fn counts_with(&self, later: &Tally) -> Counts {
        let mut counts = self.counts.clone();
        for (name, number) in &later.counts {
            *counts.entry(name.clone()).or_default() += number;
        }
        counts
    }

    /// `[{"line","name","reason"}]`, in the order of the file.
    pub(super) fn left_out(&self) -> Value {
        let row = |entry: &LeftOut| json!({ "line": entry.line, "name": entry.name, "reason": entry.reason.as_str() });
        self.left_out.iter().map(row).collect()
    }

    /// `[{"line","name","options"}]`, in the order of the file.
    pub(super) fn not_kept(&self) -> Value {
        let row = |(line, name, options): &_| json!({ "line": line, "name": name, "options": options });
        self.not_kept.iter().map(row).collect()
    }
}
