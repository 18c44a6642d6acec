//! One value of a row, from the form in which the kind has it to the one that the surface shows.

use super::shown::Part;
use crate::action::{Field, Written};
use crate::time::Term;
use jiff::Timestamp;
use linecard_forms::Form;
use serde_json::Value;
use std::ops::Range;

/// Where a value of the row lies; nowhere before it has been read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Cell {
    pub(super) text: Range<usize>,
    /// Whether the kind had nothing there.
    pub(super) is_nothing: bool,
}

impl Cell {
    /// Its text, once it has one.
    pub(super) fn of<'r>(&self, row: &'r [u8]) -> Option<&'r [u8]> {
        row.get(self.text.clone()).filter(|text| !text.is_empty())
    }

    /// Whether it stays although its column shows `other` as well, as this part.
    pub(super) fn stays_before(&self, other: &Cell, part: Part, column: &Field, row: &[u8]) -> bool {
        let Some(earlier) = self.of(row) else { return false };
        match part {
            Part::Or => !self.is_nothing,
            Part::Of if column.or.is_some() => other.is_nothing,
            // Of two flags that must both be set, the one that is not decides.
            Part::Of | Part::And => earlier == b"0",
        }
    }
}

/// Leaves of the JSON of a value, from `begin` on, what stands at a path within it; null where there is nothing.
pub(super) fn narrow(row: &mut Vec<u8>, begin: usize, path: &str) {
    let value: Option<Value> = serde_json::from_slice(row.get(begin..).unwrap_or_default()).ok();
    let found = path.split('.').try_fold(value.as_ref(), |value, name| Some(value?.get(name)));
    let text = found.flatten().map_or_else(|| "null".to_owned(), Value::to_string);
    row.truncate(begin);
    row.extend_from_slice(text.as_bytes());
}

/// Turns the JSON of a value, from `begin` on, into what the surface shows.
pub(super) fn rewrite(field: &Field, row: &mut Vec<u8>, begin: usize) {
    let json = row.get(begin..).unwrap_or_default();
    let shown = match json {
        b"null" if field.nullable || field.written.is_some_and(|written| !written.is_of_term()) => return,
        b"null" => match field.form {
            Form::Id | Form::Int | Form::Count | Form::Flag => "0".to_owned(),
            Form::Text | Form::Network => "\"\"".to_owned(),
            Form::List => "[]".to_owned(),
            Form::Decimal => "0.00".to_owned(),
            Form::Date | Form::Document | Form::Object => return,
        },
        b"true" if field.form == Form::Flag => "1".to_owned(),
        b"false" if field.form == Form::Flag => "0".to_owned(),
        [b'{' | b'[', ..] if field.form == Form::Flag => "1".to_owned(),
        [b'"', text @ .., b'"'] => match (&field.is, field.form) {
            (Some(word), _) => u8::from(text == word.as_bytes()).to_string(),
            // An amount: decimal text in the kind, a number with its places here.
            (None, Form::Decimal) if is_number(text) => String::from_utf8_lossy(text).into_owned(),
            (None, _) => match str::from_utf8(text).ok().and_then(|word| field.words.get(word)) {
                Some(word) if is_of_numbers(field.form) && is_number(word.as_bytes()) => word.clone(),
                Some(word) => format!("\"{word}\""),
                None => return,
            },
        },
        [b'{', ..] => match field.written.and_then(|written| term(written, field, json)) {
            Some(part) => part,
            None => return,
        },
        _ => match field.written.and_then(|written| moment(written, json)) {
            Some(moment) => moment,
            None => return,
        },
    };
    row.truncate(begin);
    row.extend_from_slice(shown.as_bytes());
}

fn is_of_numbers(form: Form) -> bool {
    matches!(form, Form::Id | Form::Int | Form::Count | Form::Flag | Form::Decimal)
}

/// Whether a text can stand in JSON as a number. Another text stays one, whatever a description calls it.
fn is_number(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Number>(text).is_ok()
}

/// What is written of a term.
fn term(written: Written, field: &Field, json: &[u8]) -> Option<String> {
    let term: Term = serde_json::from_slice(json).ok()?;
    match written {
        Written::Months => Some(term.whole_months().to_string()),
        Written::Unit => {
            let unit = serde_json::to_value(term.unit).ok()?;
            let shown = unit.as_str().and_then(|unit| field.words.get(unit));
            Some(shown.map_or_else(|| unit.to_string(), |word| format!("\"{word}\"")))
        }
        Written::Date | Written::Datetime => None,
    }
}

/// A point in time that stands there in unix seconds.
fn moment(written: Written, json: &[u8]) -> Option<String> {
    let seconds = str::from_utf8(json).ok()?.parse().ok()?;
    let moment = Timestamp::from_second(seconds).ok()?;
    let form = match written {
        Written::Date => "\"%Y-%m-%d\"",
        Written::Datetime => "\"%Y-%m-%d %H:%M:%S\"",
        Written::Months | Written::Unit => return None,
    };
    Some(moment.strftime(form).to_string())
}
