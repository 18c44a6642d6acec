//! What a request says of a parameter: a value, that it is to be empty, or nothing at all.

use crate::Refusal;
use crate::action::sent::{Many, Sent};
use crate::action::{Form, Parameter};
use serde_json::Value;

/// What a request says of a parameter.
pub(super) enum Said<'g, 'r> {
    /// This.
    Value(Many<'g, 'r>),
    /// That it is to be empty, where the description says that one can.
    Cleared,
    /// That it is to be null, where the description says that one can.
    Null,
    /// Nothing.
    Nothing,
}

/// What was sent for a parameter under its name or one of its aliases. Empty texts and null are absent, but for
/// parameters that say what they mean.
pub(super) fn said<'g, 'r>(name: &str, parameter: &Parameter, sent: &'g Sent<'r>) -> Result<Said<'g, 'r>, Refusal> {
    let (mut empty, only) = (false, parameter.part());
    let names = std::iter::once(name).chain(parameter.aliases.iter().map(String::as_str));
    for name in names {
        let found = match parameter.form {
            Form::List => sent.many(name, only)?,
            _ => sent.one(name, only)?.map(Many::One),
        };
        let Some(found) = found else { continue };
        let is_empty = match &found {
            Many::One(given) => given.is_empty() || given.is_null(),
            Many::Items(items) => items.iter().all(|item| item.is_empty()),
        };
        if !is_empty {
            return Ok(Said::Value(found));
        }
        empty = true;
    }
    Ok(match empty {
        true if parameter.nullable => Said::Null,
        true if parameter.clears => Said::Cleared,
        _ => Said::Nothing,
    })
}

/// The value of a parameter that was cleared. No limits are checked: they are limits of values, and this is not one.
pub(super) fn nothing(parameter: &Parameter) -> Value {
    if parameter.form == Form::List { Value::Array(Vec::new()) } else { Value::from("") }
}

/// Whether a date that has to be sent was sent empty: these protocols mean never by it.
pub(super) fn is_endless(name: &str, parameter: &Parameter, sent: &Sent<'_>) -> Result<bool, Refusal> {
    let asked = parameter.required && parameter.form == Form::Date;
    Ok(asked && sent.one(name, parameter.part())?.is_some_and(|given| given.is_empty()))
}
