//! What a request says of a parameter: a value, that it is to be empty, or nothing at all.
//! Refuses to know values: whether one fits is the neighbour's matter.

use super::refusal::Refused;
use super::request::{Gathered, Many};
use host_core::action::{Form, Parameter};
use serde_json::Value;

/// What a request says of a parameter.
pub(super) enum Sent<'g> {
    /// This.
    Value(Many<'g>),
    /// That it is to be empty, where the description says that one can.
    Cleared,
    /// Nothing.
    Nothing,
}

/// What was sent for a parameter under its name or one of its aliases. Empty texts are absent,
/// but for parameters that are cleared by them.
pub(super) fn sent<'g>(name: &str, parameter: &Parameter, gathered: &'g Gathered<'_>) -> Result<Sent<'g>, Refused> {
    let mut cleared = false;
    let names = std::iter::once(name).chain(parameter.aliases.iter().map(String::as_str));
    for name in names {
        let found = match parameter.form {
            Form::List => gathered.many(name)?,
            _ => gathered.one(name)?.map(Many::Text),
        };
        let Some(found) = found else { continue };
        let empty = match &found {
            Many::Text(text) => text.is_empty(),
            Many::Items(items) => items.iter().all(|item| item.is_empty()),
        };
        if !empty {
            return Ok(Sent::Value(found));
        }
        cleared = parameter.clears;
    }
    Ok(if cleared { Sent::Cleared } else { Sent::Nothing })
}

/// The value of a parameter that was cleared; its limits are those of a value, and this is none.
pub(super) fn nothing(parameter: &Parameter) -> Value {
    if parameter.form == Form::List { Value::Array(Vec::new()) } else { Value::from("") }
}

/// Whether a date that has to be sent was sent empty: these protocols mean never by it.
pub(super) fn is_endless(name: &str, parameter: &Parameter, gathered: &Gathered<'_>) -> Result<bool, Refused> {
    let asked = parameter.required && parameter.form == Form::Date;
    Ok(asked && gathered.one(name)?.is_some_and(str::is_empty))
}
