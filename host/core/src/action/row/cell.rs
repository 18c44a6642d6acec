//! One value of a row, from the form in which the kind has it to the one that the surface shows.

use crate::action::{Field, Written};
use jiff::Timestamp;
use linecard_forms::Form;

/// Turns the JSON of a value, from `begin` on, into what the surface shows.
pub(super) fn rewrite(field: &Field, row: &mut Vec<u8>, begin: usize) {
    let json = row.get(begin..).unwrap_or_default();
    let shown = match json {
        b"null" if field.nullable || field.written.is_some() => return,
        b"null" => match field.form {
            Form::Id | Form::Int | Form::Count | Form::Flag => "0".to_owned(),
            Form::Text | Form::Network => "\"\"".to_owned(),
            Form::List => "[]".to_owned(),
            Form::Decimal | Form::Date | Form::Document | Form::Object => return,
        },
        b"true" if field.form == Form::Flag => "1".to_owned(),
        b"false" if field.form == Form::Flag => "0".to_owned(),
        [b'"', text @ .., b'"'] => match (&field.is, field.form) {
            (Some(word), _) => u8::from(text == word.as_bytes()).to_string(),
            // An amount: decimal text in the kind, a number with its places here.
            (None, Form::Decimal) if is_number(text) => String::from_utf8_lossy(text).into_owned(),
            (None, _) => match str::from_utf8(text).ok().and_then(|word| field.words.get(word)) {
                Some(word) => format!("\"{word}\""),
                None => return,
            },
        },
        _ => match field.written.and_then(|written| moment(written, json)) {
            Some(moment) => moment,
            None => return,
        },
    };
    row.truncate(begin);
    row.extend_from_slice(shown.as_bytes());
}

/// Whether a text can stand in JSON as a number. Another text stays one, whatever a description calls it.
fn is_number(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Number>(text).is_ok()
}

/// A point in time that stands there in unix seconds.
fn moment(written: Written, json: &[u8]) -> Option<String> {
    let seconds = str::from_utf8(json).ok()?.parse().ok()?;
    let moment = Timestamp::from_second(seconds).ok()?;
    let form = match written {
        Written::Date => "\"%Y-%m-%d\"",
        Written::Datetime => "\"%Y-%m-%d %H:%M:%S\"",
    };
    Some(moment.strftime(form).to_string())
}
