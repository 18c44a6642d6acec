//! The examples of a description, as parameters and bodies of requests.

use crate::action::{Action, Example, Form, Parameter};
use serde_json::{Map, Value, json};

/// Those that have this parameter, for a parameter that stands outside of a body.
pub(super) fn of_parameter(action: &Action, name: &str, parameter: &Parameter) -> Map<String, Value> {
    let with_value = action.examples.iter().enumerate().filter_map(|(number, example)| {
        let sent = std::iter::once(name).chain(parameter.aliases.iter().map(String::as_str));
        let text = sent.filter_map(|name| example.parameters.get(name)).next()?;
        Some((key(number), json!({ "summary": example.summary, "value": typed(parameter, text) })))
    });
    with_value.collect()
}

/// Bodies of the members for which `is_in_body` says so.
pub(super) fn bodies(action: &Action, is_in_body: impl Fn(&str) -> bool) -> Map<String, Value> {
    let examples = action.examples.iter().enumerate();
    let bodies = examples.map(|(number, example)| (number, example, body(action, example, &is_in_body)));
    let filled = bodies.filter(|(_, _, body)| !body.is_empty());
    filled.map(|(number, example, body)| (key(number), json!({ "summary": example.summary, "value": body }))).collect()
}

fn key(number: usize) -> String {
    format!("example{}", number + 1)
}

fn body(action: &Action, example: &Example, is_in_body: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut body = Map::new();
    for (sent, text) in &example.parameters {
        let (name, member) = match sent.split_once('[') {
            Some((name, member)) => (name, member.strip_suffix(']')),
            None => (sent.as_str(), None),
        };
        let is_called = |(own, parameter): &(&String, &Parameter)| *own == name || parameter.aliases.contains(sent);
        let Some((own, parameter)) = action.parameters.iter().find(is_called).filter(|(own, _)| is_in_body(own)) else {
            continue;
        };
        match member.and_then(|member| Some((member, parameter.members.get(member)?))) {
            None => drop(body.insert(own.clone(), typed(parameter, text))),
            Some((member, described)) => {
                let object = body.entry(own.clone()).or_insert_with(|| json!({}));
                if let Some(object) = object.as_object_mut() {
                    object.insert(member.to_owned(), typed(described, text));
                }
            }
        }
    }
    body
}

/// A text as JSON would have it.
fn typed(parameter: &Parameter, text: &str) -> Value {
    typed_as(parameter.form, parameter.of, text)
}

fn typed_as(form: Form, of: Option<Form>, text: &str) -> Value {
    let as_json = || serde_json::from_str(text).ok();
    let found = match form {
        Form::Int | Form::Count | Form::Id => text.trim().parse::<i64>().ok().map(Value::from),
        Form::Flag => match text {
            "1" | "true" => Some(true.into()),
            "0" | "false" => Some(false.into()),
            _ => None,
        },
        Form::Document | Form::Object => as_json(),
        Form::List => as_json().filter(Value::is_array).or_else(|| {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(|item| typed_as(of.unwrap_or(Form::Text), None, item)).collect())
        }),
        Form::Text | Form::Decimal | Form::Date | Form::Network => None,
    };
    found.unwrap_or_else(|| text.into())
}
