//! The rows of an answer, as JSON, as many as an answer may have.

use super::functions::date;
use host_core::port::Selected;
use host_core::time::{Expiry, Unix};
use rusqlite::Statement;
use rusqlite::types::ValueRef;
use serde_json::Value;
use std::fmt::Write;

/// Most rows of an answer.
const ROWS: u32 = 1_000;
/// Most bytes of its rows.
const BYTES: usize = 4 << 20;
/// What the document of these panels shows as a date, where all else is seconds.
const DATED: &str = "exp_date";

/// Reads all of them before anything is sent, so that no reading goes on meanwhile.
pub(super) fn read(statement: &mut Statement<'_>) -> rusqlite::Result<Selected> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    // Of two columns with one name an object has the last.
    let shown: Vec<(usize, &String)> =
        names.iter().enumerate().filter(|(at, name)| !names[at + 1..].contains(name)).collect();
    let mut found = Selected { rows: "[".to_owned(), ..Selected::default() };
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let before = found.rows.len();
        if found.count < ROWS {
            for (at, (column, name)) in shown.iter().enumerate() {
                let first = if at > 0 {
                    ","
                } else if found.count > 0 {
                    ",{"
                } else {
                    "{"
                };
                let value = json(name, row.get_ref(*column)?);
                let _ = write!(found.rows, "{first}{}:{value}", Value::from(name.as_str()));
            }
            found.rows.push('}');
        }
        if found.count == ROWS || found.rows.len() > BYTES {
            found.rows.truncate(before);
            found.truncated = true;
            break;
        }
        found.count += 1;
    }
    found.rows.push(']');
    Ok(found)
}

fn json(name: &str, value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(at) if name.eq_ignore_ascii_case(DATED) && (0..=Expiry::LATEST.0).contains(&at) => {
            date(Unix(at)).into()
        }
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => hex::encode(bytes).into(),
    }
}
