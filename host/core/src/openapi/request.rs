//! What a request for an action holds: its parameters where they stand, and its body.

use super::components::{Schemas, titled};
use super::endpoint::Endpoint;
use super::example::{bodies, of_parameter as examples_of};
use super::schema::{of_parameter, said_of};
use crate::action::{
    Action, ActionKind, Form, HIDE_COLUMNS, Parameter, SHOW_COLUMNS, Shape, Stands, Surface, Unknown, asks_for_page,
};
use serde_json::{Map, Value, json};

/// What players send; they send the type of JSON with bodies that are none.
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Where a parameter is sent.
enum Sent<'a> {
    Path(&'a str),
    Query,
    Header(&'a str),
    Cookie(&'a str),
    Body,
}

/// The parameters of an operation that stand outside of its body.
pub(super) fn parameters(surface: &Surface, action: &Action, endpoint: &Endpoint) -> Vec<Value> {
    let mut listed: Vec<_> =
        endpoint.captures.iter().filter(|(_, read)| !action.parameters.contains_key(read)).map(capture).collect();
    for (name, parameter) in &action.parameters {
        let schema = || of_parameter(name, parameter, is_paging(action, name));
        let (name_there, part) = match sent_at(name, parameter, endpoint) {
            Some(Sent::Path(name)) => (name, "path"),
            Some(Sent::Query) => (name.as_str(), "query"),
            Some(Sent::Header(name)) => (name, "header"),
            Some(Sent::Cookie(name)) => (name, "cookie"),
            Some(Sent::Body) | None => continue,
        };
        listed.push(standing(action, name, parameter, (name_there, part), schema()));
    }
    listed.extend(of_host(surface, action));
    listed
}

fn standing(action: &Action, name: &str, parameter: &Parameter, at: (&str, &str), mut schema: Value) -> Value {
    let (name_there, part) = at;
    let is_path = part == "path";
    // Outside of a body there is no null; empty is what stands for it.
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
    }
    let said = said_of(parameter);
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("description");
    }
    let mut described = json!({ "name": name_there, "in": part, "required": is_path || parameter.required });
    let Some(known) = described.as_object_mut() else { return described };
    if !said.is_empty() {
        known.insert("description".into(), said.into());
    }
    match how(parameter) {
        Way::Plain => {}
        Way::Commas if is_path || part == "header" => {}
        Way::Commas => known.extend([("style".to_owned(), "form".into()), ("explode".to_owned(), false.into())]),
        Way::Brackets => known.extend([("style".to_owned(), "deepObject".into()), ("explode".to_owned(), true.into())]),
        Way::Json => {
            known.insert("content".into(), json!({ JSON: { "schema": schema } }));
            return described;
        }
    }
    if parameter.stands == Some(Stands::IfMatch) {
        schema = json!({ "type": "string", "pattern": r#"^(\*|"\d+")$"#, "examples": ["\"7\""] });
    }
    known.insert("schema".into(), schema);
    let examples = examples_of(action, name, parameter);
    if !examples.is_empty() && parameter.stands != Some(Stands::IfMatch) {
        known.insert("examples".into(), Value::Object(examples));
    }
    described
}

/// How a value is written outside of JSON.
enum Way {
    Plain,
    /// `a,b`.
    Commas,
    /// `user_data[username]=…`.
    Brackets,
    /// JSON in a text.
    Json,
}

fn how(parameter: &Parameter) -> Way {
    let is_plain = |parameter: &Parameter| !matches!(parameter.form, Form::Object | Form::Document | Form::List);
    match (parameter.form, parameter.of) {
        (Form::List, Some(Form::Object | Form::Document)) | (Form::Document, _) => Way::Json,
        (Form::List, _) => Way::Commas,
        (Form::Object, _) if parameter.members.values().all(is_plain) => Way::Brackets,
        (Form::Object, _) => Way::Json,
        _ => Way::Plain,
    }
}

fn sent_at<'a>(name: &'a str, parameter: &'a Parameter, endpoint: &'a Endpoint) -> Option<Sent<'a>> {
    let captured = endpoint.captures.iter().find(|(_, read)| read == name).map(|(written, _)| Sent::Path(written));
    match &parameter.stands {
        Some(Stands::Path) => captured,
        Some(Stands::Query) => Some(Sent::Query),
        Some(Stands::Body) => endpoint.has_body().then_some(Sent::Body),
        Some(Stands::Header(header)) => Some(Sent::Header(header)),
        Some(Stands::IfMatch) => Some(Sent::Header("If-Match")),
        Some(Stands::Cookie(cookie)) => Some(Sent::Cookie(cookie)),
        None => captured.or(Some(if endpoint.has_body() { Sent::Body } else { Sent::Query })),
    }
}

/// A variable segment that is none of the action's parameters: an access code, what a line signs in with.
fn capture((name, read): &(String, String)) -> Value {
    let said =
        if read == "code" { "The access code, which opens this surface." } else { "What the caller signs in with." };
    json!({ "name": name, "in": "path", "required": true, "description": said, "schema": { "type": "string", "minLength": 1 } })
}

/// What the host reads for every action.
fn of_host(surface: &Surface, action: &Action) -> Vec<Value> {
    let reference = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let mut names = Vec::new();
    if action.kind == ActionKind::Write {
        names.push("DryRun");
        if !surface.is_for_players() {
            names.push("IdempotencyKey");
        }
    }
    if matches!(action.reply.shape, Shape::Object | Shape::List) && !action.reply.fields.is_empty() {
        names.extend(["ShowColumns", "HideColumns"]);
    }
    names.into_iter().map(reference).collect()
}

/// Those that these operations refer to.
pub(super) fn components(items: &Map<String, Value>) -> Map<String, Value> {
    let text = serde_json::to_string(items).unwrap_or_default();
    let all = all_of_host().into_iter();
    all.filter(|(name, _)| text.contains(&format!("\"#/components/parameters/{name}\""))).collect()
}

fn all_of_host() -> [(String, Value); 4] {
    let query = |name: &str, said: &str| json!({ "name": name, "in": "query", "required": false, "description": said, "schema": { "type": "string" } });
    let dry_run = json!({ "name": "Dry-Run", "in": "header", "required": false,
        "description": "`1` answers with the reply and the plan of what would be changed, and changes nothing.",
        "schema": { "type": "string", "enum": ["0", "1"] } });
    let key = json!({ "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A repeat under the same key gets the first answer, and nothing is done twice.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" } });
    let shown = query(SHOW_COLUMNS, "Only these fields of the reply, with commas between them.");
    let hidden = query(HIDE_COLUMNS, "All fields of the reply but these, with commas between them.");
    [("DryRun", dry_run), ("IdempotencyKey", key), ("ShowColumns", shown), ("HideColumns", hidden)]
        .map(|(name, parameter)| (name.to_owned(), parameter))
}

/// The body of an operation, if it has one.
pub(super) fn body(surface: &Surface, action: &Action, endpoint: &Endpoint, schemas: &mut Schemas) -> Option<Value> {
    if action.raw_body {
        let said = "Read byte for byte, to check what it was signed with.";
        return Some(json!({ "required": true, "description": said, "content": { "application/octet-stream": {} } }));
    }
    let in_body = |row: &(&String, &Parameter)| matches!(sent_at(row.0, row.1, endpoint), Some(Sent::Body));
    let members: Vec<_> = action.parameters.iter().filter(in_body).collect();
    if members.is_empty() {
        return None;
    }
    let required: Vec<_> = members.iter().filter(|(_, parameter)| parameter.required).map(|(name, _)| *name).collect();
    let properties = members
        .iter()
        .map(|(name, parameter)| ((*name).clone(), of_parameter(name, parameter, is_paging(action, name))));
    let mut schema = json!({ "type": "object", "properties": properties.collect::<Map<_, _>>() });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let is_closed = action.kind == ActionKind::Write && surface.reading.unknown == Unknown::Refuse;
    if is_closed && !members.iter().any(|(_, parameter)| parameter.flat) {
        schema["additionalProperties"] = false.into();
    }
    let schema = schemas.shared(&format!("{}Request", titled(&action.name)), schema);
    let mut content = json!({ "schema": schema });
    let examples = bodies(action, |name| members.iter().any(|(own, _)| *own == name));
    if !examples.is_empty() {
        content["examples"] = Value::Object(examples);
    }
    let encoding: Map<_, _> =
        members.iter().filter_map(|(name, parameter)| Some(((*name).clone(), encoded(parameter)?))).collect();
    // One type, or generators of clients send both at once. JSON says more: null, and lists of what holds commas.
    let kind = if surface.is_for_players() { FORM } else { JSON };
    if kind == FORM && !encoding.is_empty() {
        content["encoding"] = Value::Object(encoding);
    }
    Some(json!({ "required": !required.is_empty(), "content": { kind: content } }))
}

/// How a member is written in a form, where that is not as its text.
fn encoded(parameter: &Parameter) -> Option<Value> {
    Some(match how(parameter) {
        Way::Plain => return None,
        Way::Commas => json!({ "style": "form", "explode": false }),
        Way::Brackets => json!({ "style": "deepObject", "explode": true }),
        Way::Json => json!({ "contentType": JSON }),
    })
}

fn is_paging(action: &Action, name: &str) -> bool {
    action.reply.shape == Shape::List && asks_for_page(name)
}
