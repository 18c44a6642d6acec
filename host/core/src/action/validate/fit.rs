//! What the rules of one parameter must hold together: its type, what it is a list of, its default; and those of a
//! reply's fields.

use crate::action::{Crossing, Field, Form, Parameter, ReplyShape, Shape, Written};
use indexmap::IndexMap;
use serde_json::Value;

/// How deep objects of parameters may nest.
const MAX_DEPTH: usize = 4;

/// Refuses a parameter whose rules do not go together, or whose default is not a value of its type.
pub(super) fn parameter(parameter: &Parameter) -> Result<(), &'static str> {
    within(parameter, 1)
}

fn within(parameter: &Parameter, depth: usize) -> Result<(), &'static str> {
    let is_object = parameter.form == Form::Object || parameter.of == Some(Form::Object);
    if is_object == parameter.members.is_empty() {
        return Err("an object or a list of objects, and nothing else, has `members`");
    }
    if is_object && parameter.default.is_some() {
        return Err("an object has no default; its members have");
    }
    if parameter.flat && parameter.form != Form::Object {
        return Err("only an object is `flat`");
    }
    if depth > MAX_DEPTH {
        return Err("its members nest too deeply; four levels are allowed");
    }
    if parameter.members.values().any(|member| member.stands.is_some()) {
        return Err("a member stands where its object does: it has no `in`");
    }
    if parameter.flat && parameter.members.values().any(|member| member.required) {
        return Err("an object that may be left out for its members beside it has none that is required");
    }
    parameter.members.values().try_for_each(|member| within(member, depth + 1))?;
    if (parameter.form == Form::List) != parameter.of.is_some() || parameter.of == Some(Form::List) {
        return Err("a list, and nothing else, says what it is `of`");
    }
    // Sent empty, it arrives as the empty text or the empty list.
    if parameter.clears && !matches!(parameter.form.crosses_as(), Crossing::Text | Crossing::List) {
        return Err("only a text, a network or a list is cleared by sending it empty");
    }
    if (parameter.is.is_some() && parameter.form != Form::Flag) || (parameter.not.is_some() && parameter.is.is_none()) {
        return Err("only a flag has `is`, and only with it `not`");
    }
    if parameter.fixed.is_some() && parameter.form.range().is_none() {
        return Err("only a whole number is `fixed`");
    }
    match parameter.written {
        Some(Written::Months) if parameter.form != Form::Count => return Err("`as` months is a count"),
        Some(Written::Unit) if parameter.form != Form::Text => return Err("`as` unit is a text"),
        Some(Written::Date | Written::Datetime) => {
            return Err("its `as` is months or unit; a date says it by its type");
        }
        _ => {}
    }
    if parameter.default.as_ref().is_some_and(|default| !fits(parameter, parameter.form, default)) {
        return Err("its default is no value of its type");
    }
    Ok(())
}

/// Refuses a reply whose fields say how the host writes them, and cannot be written like that.
pub(super) fn reply(reply: &ReplyShape) -> Result<(), String> {
    let wrong = |name: &str, what: &str| Err(format!("field {name}: {what}"));
    if reply.of.is_some() && (reply.fields.is_empty() || !matches!(reply.shape, Shape::Object | Shape::List)) {
        return Err("a reply `of` a kind is an object or a list with fields".into());
    }
    members(&reply.fields, 1)?;
    for (name, field) in &reply.fields {
        let asks_word = field.and.is_some() || field.is.is_some();
        let shows = field.of.is_some() || field.or.is_some() || field.fixed.is_some();
        let is_written = asks_word || shows || field.written.is_some() || !field.words.is_empty();
        if reply.of.is_none() && (is_written || field.nullable) {
            return wrong(name, "it says how the host writes it; name the kind: `of` of the reply");
        }
        if asks_word && field.form != Form::Flag {
            return wrong(name, "only a flag has `and` and `is`");
        }
        let is_number = field.form.range().is_some();
        let months = field.written == Some(Written::Months);
        // A number may stand for each word.
        let are_numbers = is_number && field.words.values().all(|word| word.parse::<i32>().is_ok());
        if field.form != Form::Text && (field.written.is_some() && !months || !field.words.is_empty() && !are_numbers) {
            return wrong(name, "only a text has `words` that are no numbers, and an `as` other than months");
        }
        if months && !is_number {
            return wrong(name, "`as` months is a whole number");
        }
        if field.fixed.is_some() && !is_number && field.form != Form::Flag {
            return wrong(name, "only a whole number or a flag is `fixed`");
        }
        if field.or.is_some() && field.form == Form::Flag {
            return wrong(name, "a flag has no `or`");
        }
    }
    Ok(())
}

/// Refuses fields with members that are no objects.
fn members(fields: &IndexMap<String, Field>, depth: usize) -> Result<(), String> {
    for (name, field) in fields.iter().filter(|(_, field)| !field.members.is_empty()) {
        if !matches!(field.form, Form::Object | Form::List) {
            return Err(format!("field {name}: only an object or a list has `members`"));
        }
        if depth == MAX_DEPTH {
            return Err(format!("field {name}: its members nest too deeply; four levels are allowed"));
        }
        members(&field.members, depth + 1)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_the_host_writes_say_of_which_kind_and_what_fits_their_type() {
        let wrong = |of: Value, field: Value| {
            let shape = json!({ "shape": "object", "of": of, "fields": { "end": field } });
            reply(&serde_json::from_value(shape).unwrap()).err().unwrap_or_default()
        };
        assert_eq!(wrong(json!("line"), json!({"type": "text", "of": "expiry", "as": "date"})), "");
        assert!(wrong(json!(null), json!({"type": "text", "of": "expiry"})).contains("name the kind"));
        assert!(wrong(json!("line"), json!({"type": "int", "as": "date"})).contains("only a text"));
        assert_eq!(wrong(json!("line"), json!({"type": "int", "of": "status", "words": {"active": "2"}})), "");
        let word = json!({"type": "int", "of": "status", "words": {"active": "two"}});
        assert!(wrong(json!("line"), word).contains("no numbers"));
        assert!(wrong(json!("line"), json!({"type": "text", "is": "expired"})).contains("only a flag"));
        let without = ReplyShape { shape: Shape::Any, of: Some("line".into()), ..ReplyShape::default() };
        assert!(reply(&without).unwrap_err().contains("an object or a list with fields"));
    }
}
