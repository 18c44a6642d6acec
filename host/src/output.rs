//! What commands print: tables on a terminal, stable JSON with `--json`, and a progress bar
//! while long work runs. Knows nothing of what is printed.

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};
use std::io::IsTerminal;

/// Widest table where standard output is no terminal, in columns.
const PLAIN_WIDTH: u16 = 140;

/// Prints a result: rows as a table, an object as two columns with the tables in it below, text
/// as it is.
pub(crate) fn print(value: &Value, json: bool) {
    if json {
        println!("{value}");
        return;
    }
    match value {
        Value::Null => println!("done"),
        Value::String(text) => println!("{text}"),
        Value::Array(rows) if rows.is_empty() => println!("none"),
        Value::Array(rows) => println!("{}", rows_table(rows)),
        Value::Object(fields) => print_object(fields),
        other => println!("{other}"),
    }
}

fn print_object(fields: &Map<String, Value>) {
    let is_table = |value: &Value| value.as_array().is_some_and(|rows| rows.iter().any(Value::is_object));
    let mut table = empty_table();
    for (name, value) in fields.iter().filter(|(_, value)| !is_table(value)) {
        table.add_row([name.clone(), cell(value)]);
    }
    println!("{table}");
    for (name, value) in fields.iter().filter(|(_, value)| is_table(value)) {
        println!("\n{name}");
        print(value, false);
    }
}

fn empty_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !std::io::stdout().is_terminal() {
        table.set_width(PLAIN_WIDTH);
    }
    table
}

fn rows_table(rows: &[Value]) -> Table {
    let mut table = empty_table();
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        for row in rows {
            table.add_row([cell(row)]);
        }
        return table;
    }
    table.set_header(names.iter());
    for row in rows {
        table.add_row(names.iter().map(|name| cell(row.get(*name).unwrap_or(&Value::Null))));
    }
    table
}

/// A value in one cell: lists a line each, objects as `name=value`.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}={}", cell(value))).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

/// A bar over the bytes of a file; silent when standard error is no terminal.
pub(crate) fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
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
