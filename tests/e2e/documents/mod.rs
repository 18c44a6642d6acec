//! OpenAPI documents of surfaces: they are right by what they say of themselves and by what the panel really answers, and
//! they tell nobody more than they may know.

mod answers;
mod shown;
mod valid;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The operation with this id.
pub fn operation<'d>(document: &'d Value, id: &str) -> (&'d str, &'d str, &'d Value) {
    let items = document["paths"].as_object().unwrap().iter();
    let operations = items.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    let mut found = operations.filter(|(.., operation)| operation["operationId"] == id);
    found.next().unwrap_or_else(|| panic!("the document has no operation {id}"))
}

/// Checks an answer against what the document says of an operation's answers with this status.
pub fn check(document: &Value, id: &str, status: u16, content_type: &str, body: &str) {
    let (.., operation) = operation(document, id);
    let range = format!("{}XX", status / 100);
    let responses = &operation["responses"];
    let response = responses.get(status.to_string()).or_else(|| responses.get(range));
    let response = response.unwrap_or_else(|| panic!("{id}: {status} is not documented: {body}"));
    let kind = content_type.split(';').next().unwrap().trim();
    if body.is_empty() {
        return;
    }
    let Some(content) = response["content"].get(kind) else { panic!("{id}: {status} with {kind} is not documented") };
    let answer = match kind.ends_with("json") {
        true => serde_json::from_str(body).unwrap_or_else(|error| panic!("{id}: {error}: {body}")),
        false => Value::from(body),
    };
    let wrong: Vec<_> =
        validator(document, &content["schema"]).iter_errors(&answer).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{id}: {status} {answer}\nis not what its document says: {wrong:#?}");
}

/// Of a schema that refers to what its document shares.
fn validator(document: &Value, schema: &Value) -> Validator {
    let root = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema],
        "components": document["components"] });
    jsonschema::validator_for(&root).unwrap_or_else(|error| panic!("{error}: {schema}"))
}
