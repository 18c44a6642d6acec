//! What commands print: tables on a terminal, stable JSON with `--json`, and a progress bar
//! while long work runs. Knows nothing of what is printed.

use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};
use std::io::IsTerminal;

/// Prints a result: an array of objects as a table, an object as two columns, text as it is.
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
        Value::Object(fields) => println!("{}", fields_table(fields)),
        other => println!("{other}"),
    }
}

fn rows_table(rows: &[Value]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    let names: Vec<&String> =
        rows.iter().filter_map(Value::as_object).flat_map(Map::keys).fold(Vec::new(), |mut seen, name| {
            if !seen.contains(&name) {
                seen.push(name);
            }
            seen
        });
    if names.is_empty() {
        for row in rows {
            table.add_row([cell(row)]);
        }
        return table;
    }
    table.set_header(names.iter().map(|name| name.as_str()));
    for row in rows {
        table.add_row(names.iter().map(|name| cell(row.get(name.as_str()).unwrap_or(&Value::Null))));
    }
    table
}

fn fields_table(fields: &Map<String, Value>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    for (name, value) in fields {
        table.add_row([name.clone(), cell(value)]);
    }
    table
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}={}", cell(value))).collect::<Vec<_>>().join(" ")
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
