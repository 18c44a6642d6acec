//! What an action answered: its data as a table, how much of a list that is, and the plan of a dry run.

use super::fields::{items, text};
use super::table;
use serde_json::Value;

/// `linecard call`.
pub(crate) fn called(value: &Value) -> String {
    let mut shown = match (value.get("body").and_then(Value::as_str), value.get("data")) {
        (Some(body), _) => body.to_owned(),
        (None, Some(data)) => rows(data),
        (None, None) => table::of(value),
    };
    if let Some(count) = count(value) {
        shown.push_str(&format!("\n{count}"));
    }
    if let Some(cursor) = value.get("cursor").and_then(Value::as_str) {
        shown.push_str(&format!("\nthe next page begins at {cursor}"));
    }
    if let Some(plan) = value.get("plan") {
        shown.push_str(&format!("\n\nA dry run as {}: nothing was changed.\n{}", text(value, "user"), of_plan(plan)));
    }
    shown
}

/// More columns than a terminal has room for.
const WIDE: usize = 10;

/// Rows as a table, or one below the other where they have too many columns for that.
fn rows(data: &Value) -> String {
    let rows = data.as_array().map_or(&[][..], Vec::as_slice);
    let is_wide = rows.iter().filter_map(Value::as_object).any(|row| row.len() > WIDE);
    if !is_wide {
        return table::of(data);
    }
    let records: Vec<_> = rows.iter().map(table::of).collect();
    format!("{}\n`show_columns=NAME,NAME` makes a table of these columns.", records.join("\n\n"))
}

/// `25 of 340 rows`, with how many there are at all where only some match.
fn count(value: &Value) -> Option<String> {
    let number = |field: &str| value.get(field).and_then(Value::as_u64);
    let (total, rows) = (number("total")?, items(value, "data").len());
    let matching = number("matching").unwrap_or(total);
    let of_all = if matching == total { String::new() } else { format!(", of {total} in all") };
    Some(format!("{rows} of {matching} rows{of_all}"))
}

/// Each change as a row: the thing, the field, what it was, what it would be.
fn of_plan(plan: &Value) -> String {
    let mut rows = Vec::new();
    for change in items(plan, "changes") {
        let (before, after) = (side(change, "before"), side(change, "after"));
        let mut names: Vec<&String> = before.into_iter().chain(after).flat_map(serde_json::Map::keys).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let cell =
                |side: Option<&serde_json::Map<String, Value>>| side.and_then(|side| side.get(name)).map(table::cell);
            rows.push([
                text(change, "object").to_owned(),
                name.clone(),
                cell(before).unwrap_or_default(),
                cell(after).unwrap_or_default(),
            ]);
        }
    }
    let mut shown = match rows.is_empty() {
        true => "It would change nothing.".to_owned(),
        false => table::rows(["what", "field", "is", "would be"], rows),
    };
    let effects = items(plan, "effects");
    if !effects.is_empty() {
        let effects: Vec<_> = effects.iter().map(table::cell).collect();
        shown.push_str(&format!("\n\nand after it\n{}", effects.join("\n")));
    }
    shown
}

fn side<'v>(change: &'v Value, name: &str) -> Option<&'v serde_json::Map<String, Value>> {
    change.get(name).and_then(Value::as_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_says_of_how_many_rows_it_is() {
        let of = |total: u64, matching: u64| {
            called(&json!({ "data": [{ "id": 1 }], "total": total, "matching": matching }))
                .lines()
                .last()
                .unwrap()
                .to_owned()
        };
        assert_eq!(of(340, 340), "1 of 340 rows");
        assert_eq!(of(340, 12), "1 of 12 rows, of 340 in all");
    }

    #[test]
    fn rows_with_more_columns_than_fit_stand_one_below_the_other() {
        let row =
            |columns: usize| Value::Object((0..columns).map(|at| (format!("c{at}"), json!("a long value"))).collect());
        let narrow = called(&json!({ "data": [row(3), row(3)] }));
        assert_eq!(narrow.matches("c2").count(), 1, "{narrow}");
        let wide = called(&json!({ "data": [row(25), row(25)] }));
        assert_eq!(wide.matches("c24").count(), 2, "{wide}");
        assert!(wide.contains("a long value") && wide.contains("show_columns"), "{wide}");
    }

    #[test]
    fn a_plan_shows_each_field_before_and_after() {
        let changes = json!([{ "object": "line 7", "before": { "notes": "old" }, "after": { "notes": "new" } },
            { "object": "line 8", "before": null, "after": { "notes": "made" } }]);
        let shown = called(&json!({ "data": null, "user": "anna", "plan": { "changes": changes, "effects": [] } }));
        for part in ["as anna", "line 7", "old", "new", "line 8", "made"] {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
        let nothing = called(&json!({ "data": null, "plan": { "changes": [], "effects": [] } }));
        assert!(nothing.contains("would change nothing"), "{nothing}");
    }
}
