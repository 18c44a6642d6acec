//! The limits that a description gives its parameters: lengths, ranges, closed sets of values.

use super::scalar::Misfit;
use crate::action::{Form, Parameter};
use crate::credit::Credits;
use serde_json::Value;

/// Longest text, in characters, when the description names no `max`.
pub(crate) const MAX_TEXT: usize = 4_096;

/// Longest list, when the description names no `max`.
pub(crate) const MAX_ITEMS: usize = 1_000;

fn is_one_of(parameter: &Parameter, value: &Value) -> bool {
    value.as_str().is_some_and(|text| parameter.one_of.iter().any(|one| one == text))
}

/// Checks the limits of a scalar.
pub(super) fn within(parameter: &Parameter, value: &Value, text: &str) -> Result<(), Misfit> {
    match parameter.form {
        Form::Text => {
            let most = parameter.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(MAX_TEXT);
            let length = text.chars().count();
            if length > most {
                return Err("is too long");
            }
            if parameter.min.is_some_and(|min| (length as i64) < min) {
                return Err("is too short");
            }
            if !parameter.one_of.is_empty() && !is_one_of(parameter, value) {
                return Err("is not among its values");
            }
            Ok(())
        }
        Form::Int | Form::Count | Form::Id | Form::Date => bounded(parameter, value.as_i64(), 1),
        Form::Decimal => bounded(parameter, text.parse::<Credits>().ok().map(Credits::units), 10_000),
        _ => Ok(()),
    }
}

/// Checks how many items a list has.
pub(super) fn count_within(parameter: &Parameter, items: usize) -> Result<(), Misfit> {
    let most = parameter.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(MAX_ITEMS);
    if items > most { Err("has too many items") } else { Ok(()) }
}

/// Checks the limits of a list.
pub(super) fn items_within(parameter: &Parameter, items: &[Value]) -> Result<(), Misfit> {
    count_within(parameter, items.len())?;
    if items.iter().any(|item| item.as_str().is_some_and(|text| text.chars().count() > MAX_TEXT)) {
        return Err("has an item that is too long");
    }
    if !parameter.one_of.is_empty() && items.iter().any(|item| !is_one_of(parameter, item)) {
        return Err("has an item that is not among its values");
    }
    // `max` is how many there may be.
    if items.iter().filter_map(Value::as_i64).any(|number| parameter.min.is_some_and(|min| number < min)) {
        return Err("has an item that is too small");
    }
    Ok(())
}

fn bounded(parameter: &Parameter, number: Option<i64>, unit: i64) -> Result<(), Misfit> {
    let Some(number) = number else { return Ok(()) };
    if parameter.fixed.or(parameter.min).is_some_and(|min| number < min.saturating_mul(unit)) {
        return Err("is too small");
    }
    if parameter.fixed.or(parameter.max).is_some_and(|max| number > max.saturating_mul(unit)) {
        return Err("is too large");
    }
    Ok(())
}
