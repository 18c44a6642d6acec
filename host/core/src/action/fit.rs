//! What the rules of one parameter must hold together: its type, what it is a list of, its default.

use super::{Crossing, Form, Parameter};
use serde_json::Value;

/// Refuses a parameter whose rules do not go together, or whose default is no value of its type.
pub(super) fn parameter(parameter: &Parameter) -> Result<(), &'static str> {
    if (parameter.form == Form::List) != parameter.of.is_some() || parameter.of == Some(Form::List) {
        return Err("a list, and nothing else, says what it is `of`");
    }
    // Sent empty, it arrives as the empty text or the empty list.
    if parameter.clears && !matches!(parameter.form.crosses_as(), Crossing::Text | Crossing::List) {
        return Err("only a text, a network or a list is cleared by sending it empty");
    }
    if parameter.default.as_ref().is_some_and(|default| !fits(parameter, parameter.form, default)) {
        return Err("its default is no value of its type");
    }
    Ok(())
}

/// Whether a default crosses to the guest as a value that was sent would.
fn fits(parameter: &Parameter, form: Form, value: &Value) -> bool {
    match form.crosses_as() {
        Crossing::Text | Crossing::Amount => value.is_string(),
        Crossing::I32 | Crossing::U32 => {
            let holds = |number: i64| form.range().is_some_and(|range| range.contains(&number));
            value.as_i64().is_some_and(holds)
        }
        Crossing::Flag => value.is_boolean(),
        Crossing::Moment => value.is_null() || value.is_i64(),
        Crossing::Document => value.is_object(),
        Crossing::List => {
            let of = parameter.of.unwrap_or(Form::Text);
            value.as_array().is_some_and(|items| items.iter().all(|item| fits(parameter, of, item)))
        }
    }
}
