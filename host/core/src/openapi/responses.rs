//! The answers of one operation, by status: what several of them say under one status is told together.

use super::envelope::any_of;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The answers of one operation.
#[derive(Default)]
pub(super) struct Responses(BTreeMap<String, Answer>);

#[derive(Default)]
struct Answer {
    said: Vec<String>,
    headers: Map<String, Value>,
    bodies: BTreeMap<String, Vec<Value>>,
    /// The codes of refusals that it stands for.
    codes: Vec<String>,
}

impl Responses {
    /// Adds an answer, with a body of this type and schema where it has one.
    pub(super) fn add(&mut self, status: &str, said: &str, body: Option<(&str, Value)>) {
        let answer = self.0.entry(status.to_owned()).or_default();
        if !said.is_empty() && !answer.said.iter().any(|known| known == said) {
            answer.said.push(said.to_owned());
        }
        if let Some((content_type, schema)) = body {
            let kind = content_type.split(';').next().unwrap_or(content_type).trim();
            answer.bodies.entry(kind.to_owned()).or_default().push(schema);
        }
    }

    /// Adds a header to the answer with this status.
    pub(super) fn header(&mut self, status: &str, name: &str, said: &str, schema: Value) {
        let answer = self.0.entry(status.to_owned()).or_default();
        answer.headers.insert(name.to_owned(), json!({ "description": said, "schema": schema }));
    }

    /// Says that the answer with this status stands for refusals with this code.
    pub(super) fn refuses(&mut self, status: &str, code: &str) {
        self.0.entry(status.to_owned()).or_default().codes.push(code.to_owned());
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0.into_iter().map(|(status, answer)| (status, answer.into_value())).collect())
    }
}

impl Answer {
    fn into_value(mut self) -> Value {
        if !self.codes.is_empty() {
            let codes: Vec<_> = self.codes.iter().map(|code| format!("`{code}`")).collect();
            self.said.push(format!("Refused: {}.", codes.join(", ")));
        }
        let mut response = json!({ "description": self.said.join(" ") });
        if !self.headers.is_empty() {
            response["headers"] = Value::Object(self.headers);
        }
        if !self.bodies.is_empty() {
            let content = self.bodies.into_iter().map(|(kind, schemas)| (kind, json!({ "schema": any_of(schemas) })));
            response["content"] = Value::Object(content.collect());
        }
        if !self.codes.is_empty() {
            response["x-refusals"] = json!(self.codes);
        }
        response
    }
}
