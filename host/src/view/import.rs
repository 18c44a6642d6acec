//! The report of an import.

use super::fields::{items, number, text};
use super::table;
use serde_json::Value;

/// Entries left out that are shown; `--json` and `--report` have all of them.
const MOST_SHOWN: usize = 20;

/// What was read and what became of it, with the first entries that were left out.
pub(crate) fn report(value: &Value) -> String {
    let dry = value.get("dry_run").and_then(Value::as_bool).unwrap_or_default();
    let outcome = if dry { "would be imported (nothing was written)" } else { "were imported" };
    let mut shown = format!("{} entries of {} {outcome}", number(value, "read"), text(value, "source"));
    let counts = value.get("counts").and_then(Value::as_object);
    let rows = counts.into_iter().flatten().map(|(what, count)| [spelled(what), table::cell(count)]);
    shown.push_str(&format!("\n{}", table::rows(["what", "how many"], rows)));
    let left_out = items(value, "left_out");
    if !left_out.is_empty() {
        let rows = left_out.iter().take(MOST_SHOWN).map(|entry| {
            let reason = text(entry, "reason").replace('_', " ");
            [number(entry, "line").to_string(), text(entry, "name").to_owned(), reason]
        });
        shown.push_str(&format!("\n\nleft out\n{}", table::rows(["line", "name", "why"], rows)));
        let more = left_out.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            shown.push_str(&format!("\n… and {more} more: `--report FILE` writes all of them"));
        }
    }
    shown
}

/// What was left out, a line for each: line of the file, reason and name, with tabs between them.
pub(crate) fn left_out(value: &Value) -> String {
    let row =
        |entry: &Value| format!("{}\t{}\t{}\n", number(entry, "line"), text(entry, "reason"), text(entry, "name"));
    items(value, "left_out").iter().map(row).collect()
}

/// `skipped:bad_url` as `left out: bad url`.
fn spelled(count: &str) -> String {
    count.replace("skipped:", "left out: ").replace('_', " ")
}
