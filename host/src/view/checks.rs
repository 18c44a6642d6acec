//! What was looked at and how it is: a line, a machine, the stored data.

use super::fields::{counted, items, moment, number, text};
use super::table;
use serde_json::Value;

/// `linecard verify`: one sentence when everything holds, otherwise what does not.
pub(crate) fn verify(value: &Value) -> String {
    let (checked, broken) = (items(value, "checked"), items(value, "broken"));
    let tenants = checked.iter().filter(|name| *name != "control").count() as u64;
    let seen = format!("{}, {}", counted(tenants, "tenant"), counted(number(value, "invariants"), "invariant"));
    if broken.is_empty() {
        return format!("nothing is broken: {seen}");
    }
    let rows = broken.iter().map(|row| ["where", "invariant", "detail"].map(|field| text(row, field).to_owned()));
    format!("{} broken of {seen}\n{}", broken.len(), table::rows(["where", "invariant", "what is wrong"], rows))
}

/// `linecard why`: the verdict, the checks, the last refusals.
pub(crate) fn why(value: &Value) -> String {
    let checks = items(value, "checks");
    let failed: Vec<_> = checks.iter().filter(|check| !passes(check)).map(|check| text(check, "check")).collect();
    let verdict = match failed.as_slice() {
        [] => "would be let in now".to_owned(),
        failed => format!("would be refused now: {}", failed.join(", ")),
    };
    let rows = checks.iter().map(|check| {
        let state = if passes(check) { "ok" } else { "NO" };
        [state.to_owned(), text(check, "check").to_owned(), text(check, "detail").to_owned()]
    });
    let mut shown = format!("line {} {verdict}\n{}", text(value, "username"), table::rows(["", "check", "why"], rows));
    let refusals = items(value, "refusals");
    if !refusals.is_empty() {
        let rows = refusals.iter().map(|refusal| {
            let at = refusal.get("at").map(moment).unwrap_or_default();
            [at, text(refusal, "address").to_owned(), text(refusal, "code").to_owned()]
        });
        shown.push_str(&format!("\n\nlast refusals (UTC)\n{}", table::rows(["when", "address", "reason"], rows)));
    }
    shown
}

fn passes(check: &Value) -> bool {
    check.get("ok").and_then(Value::as_bool).unwrap_or_default()
}

/// `linecard doctor`: one row for each thing.
pub(crate) fn doctor(value: &Value) -> String {
    let rows = value.as_array().into_iter().flatten();
    let rows = rows.map(|row| ["state", "what", "detail"].map(|field| text(row, field).to_owned()));
    table::rows(["", "what", "how it is"], rows)
}
