//! Tables: rows under their fields' names, one object as name and value.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value};
use std::io::IsTerminal;

/// Widest table where standard output is not a terminal, in columns.
const PLAIN_WIDTH: u16 = 140;

/// Rows as a table, an object as two columns with the tables in it below, text as it is.
pub(crate) fn of(value: &Value) -> String {
    match value {
        Value::Null => "done".into(),
        Value::String(text) => text.clone(),
        Value::Array(rows) if rows.is_empty() => "none".into(),
        Value::Array(rows) => rows_table(rows).to_string(),
        Value::Object(fields) => object(fields),
        other => other.to_string(),
    }
}

/// A document as it is, for people to read.
pub(crate) fn document(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// Rows of texts under these names.
pub(super) fn rows<const N: usize>(names: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = empty();
    table.set_header(names);
    table.add_rows(rows);
    table.to_string()
}

/// Names beside their values; those without a value are left out.
pub(super) fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = empty();
    table.add_rows(pairs.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| [name.into(), value]));
    table.to_string()
}

fn object(fields: &Map<String, Value>) -> String {
    let is_table = |value: &Value| value.as_array().is_some_and(|rows| rows.iter().any(Value::is_object));
    let single = fields.iter().filter(|(_, value)| !is_table(value));
    let mut shown = pairs(single.map(|(name, value)| (name.as_str(), cell(value))));
    for (name, value) in fields.iter().filter(|(_, value)| is_table(value)) {
        shown.push_str(&format!("\n\n{name}\n{}", of(value)));
    }
    shown
}

fn empty() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !std::io::stdout().is_terminal() {
        table.set_width(PLAIN_WIDTH);
    }
    table
}

fn rows_table(rows: &[Value]) -> Table {
    let mut table = empty();
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        table.add_rows(rows.iter().map(|row| [cell(row)]));
        return table;
    }
    table.set_header(names.iter());
    for row in rows {
        table.add_row(names.iter().map(|name| cell(row.get(*name).unwrap_or(&Value::Null))));
    }
    table
}

/// A value in one cell: lists a line each, objects as `name: value`, switches as a word.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(set) => if *set { "yes" } else { "no" }.into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {}", cell(value))).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_has_a_column_for_every_field_of_any_row() {
        let table = rows_table(&[json!({ "id": 1, "name": "a" }), json!({ "id": 2, "hosts": ["x", "y"] })]).to_string();
        for part in ["id", "name", "hosts", "x", "y"] {
            assert!(table.contains(part), "{part} is not in\n{table}");
        }
    }
}
