//! What an action answers when it succeeds, in the envelope of its surface.

use super::components::{Schemas, titled};
use super::envelope::{Answers, Presence, any_of};
use super::responses::Responses;
use super::schema::of_fields;
use crate::action::{Action, ActionKind, Method, Outcome, OutcomeKind, Shape, Slot, Surface, Template};
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// Adds the answers of success.
pub(super) fn add(
    surface: &Surface,
    action: &Action,
    method: Method,
    schemas: &mut Schemas,
    responses: &mut Responses,
) {
    if action.reply.shape == Shape::Raw {
        return raw(action, responses);
    }
    let body = wrapped(surface, action, schemas);
    let outcomes = match action.reply.outcomes.is_empty() {
        true => vec![Outcome::done()],
        false => action.reply.outcomes.clone(),
    };
    for outcome in &outcomes {
        let status = outcome.kind.status().to_string();
        let with_body = (outcome.kind != OutcomeKind::None).then(|| (JSON, body.clone()));
        responses.add(&status, said(outcome.kind), with_body);
        if outcome.location.is_some() || outcome.kind == OutcomeKind::Moved {
            let schema = json!({ "type": "string", "format": "uri-reference" });
            responses.header(&status, "Location", "Where it is.", schema);
        }
        if action.reply.version.is_some() && outcome.kind != OutcomeKind::None {
            let schema = json!({ "type": "string", "pattern": r#"^"\d+"$"# });
            responses.header(&status, "ETag", "The version of what is shown; `If-Match` names it.", schema);
        }
        if action.reply.cursor.is_some() {
            let schema = json!({ "type": "string" });
            responses.header(&status, "Link", "Leads to the next page, where there is one.", schema);
        }
        if action.reply.follow.is_some() && outcome.kind == OutcomeKind::Done {
            let said = "Who accepts `text/event-stream` is sent what changes.";
            responses.add(&status, said, Some(("text/event-stream", json!({ "type": "string" }))));
        }
    }
    if action.kind == ActionKind::Write {
        dry_run(surface, action, body, &outcomes, (schemas, responses));
    }
    if action.reply.version.is_some() && action.kind == ActionKind::Read && method == Method::Get {
        responses.add("304", "`If-None-Match` names its version.", None);
    }
}

/// In a dry run the plan is shown, in the envelope or around it, and nothing was made or moved.
fn dry_run(
    surface: &Surface,
    action: &Action,
    body: Value,
    outcomes: &[Outcome],
    (schemas, responses): (&mut Schemas, &mut Responses),
) {
    let is_done = outcomes.iter().any(|outcome| outcome.kind == OutcomeKind::Done);
    let mut around = || {
        let plan = plan(schemas);
        json!({ "type": "object", "required": ["data", "dry_run", "plan"], "additionalProperties": false,
            "properties": { "data": body, "dry_run": { "type": "boolean" }, "plan": plan } })
    };
    match (template(surface, action).has(Slot::Plan), is_done) {
        (true, true) => {}
        (true, false) => responses.add("200", "A dry run: nothing was changed.", Some((JSON, body.clone()))),
        (false, _) => responses.add("200", "In a dry run the plan stands beside the reply.", Some((JSON, around()))),
    }
}

/// The plan of a dry run.
fn plan(schemas: &mut Schemas) -> Value {
    let side = json!({ "type": ["object", "null"] });
    let change = json!({ "type": "object", "required": ["object", "before", "after"], "properties": {
        "object": { "type": ["string", "null"], "description": "The thing, by kind and id." }, "before": side, "after": side } });
    let plan = json!({ "type": "object", "required": ["changes", "effects"], "additionalProperties": false,
        "properties": { "changes": { "type": "array", "items": change },
            "effects": { "type": "array", "items": {}, "description": "What would be done after the changes." } } });
    schemas.shared("Plan", plan)
}

fn raw(action: &Action, responses: &mut Responses) {
    let content_type = action.reply.content_type.as_deref().unwrap_or("application/octet-stream");
    let kind = content_type.split(';').next().unwrap_or(content_type).trim();
    let schema = match kind {
        JSON => json!({}),
        text if text.starts_with("text/") || text.ends_with("xml") || text.contains("mpegurl") => {
            json!({ "type": "string" })
        }
        _ => json!({}),
    };
    responses.add("200", "It was done.", Some((content_type, schema)));
    if let Some(archive) = &action.reply.archive {
        let said = format!("With `{}` it is the gzip file `{}`.", archive.parameter, archive.name);
        responses.add("200", &said, Some(("application/gzip", json!({}))));
    }
    if action.cache.is_some() {
        responses.header("200", "ETag", "Changes with the body.", json!({ "type": "string" }));
        responses.add("304", "`If-None-Match` names the body that the client has.", None);
    }
}

fn template<'a>(surface: &'a Surface, action: &'a Action) -> &'a Template {
    action.reply.envelope.as_ref().unwrap_or(&surface.envelope.success)
}

/// The body of a success: a schema of its own, by the action's name.
pub(super) fn wrapped(surface: &Surface, action: &Action, schemas: &mut Schemas) -> Value {
    let data = data(action, schemas);
    let members = schemas.meant(&data).get("properties").and_then(Value::as_object).cloned();
    let is_list = action.reply.shape == Shape::List;
    let is_write = action.kind == ActionKind::Write;
    let plan = (is_write && template(surface, action).has(Slot::Plan)).then(|| plan(schemas));
    let whole = || json!({ "type": "integer", "minimum": 0 });
    let text = || json!({ "type": "string" });
    let some = |there: bool, schema: Value| if there { Presence::Sometimes(schema) } else { Presence::Never };
    let slot = |slot: Slot| match slot {
        Slot::Data => match action.reply.shape {
            Shape::None => Presence::Never,
            Shape::Any => Presence::Sometimes(data.clone()),
            _ => Presence::Always(data.clone()),
        },
        Slot::Total | Slot::Matching => some(is_list, whole()),
        Slot::Limit => some(is_list && action.parameters.contains_key("limit"), whole()),
        Slot::Cursor => some(action.reply.cursor.is_some(), text()),
        Slot::More => match action.reply.cursor {
            Some(_) => Presence::Always(json!({ "type": "boolean" })),
            None => Presence::Never,
        },
        Slot::Ignored => some(
            is_write,
            json!({ "type": "array", "items": text(),
            "description": "Names that were sent and passed over, for a key that was made for old scripts." }),
        ),
        Slot::DryRun => some(is_write, json!({ "type": "boolean", "description": "`true` in a dry run." })),
        Slot::Plan => plan.clone().map_or(Presence::Never, Presence::Sometimes),
        Slot::Csrf => some(
            surface.session_cookie().is_some(),
            json!({ "type": "string",
            "description": "Send it as `X-CSRF-Token` with what changes something." }),
        ),
        Slot::Status => Presence::Always(json!({ "type": "integer" })),
        Slot::Request => Presence::Always(
            json!({ "type": "string", "description": "The request's id, for questions to the operator." }),
        ),
        Slot::Details => Presence::Always(json!({ "type": "array", "items": {}, "maxItems": 0 })),
        Slot::Code | Slot::Word | Slot::Message | Slot::Field => Presence::Never,
    };
    let lent = |slot: Slot| if slot == Slot::Data { members.clone() } else { None };
    let schema = Answers { slot: &slot, members: &lent }.schema(template(surface, action));
    match schema.get("$ref").is_some() || schema == json!({}) {
        true => schema,
        false => schemas.shared(&format!("{}Reply", titled(&action.name)), schema),
    }
}

/// The data alone. Rows have the name of their kind, where no other rows have it; then the action's.
pub(super) fn data(action: &Action, schemas: &mut Schemas) -> Value {
    let reply = &action.reply;
    let mut row = || match reply.fields.is_empty() {
        true => json!({ "type": "object" }),
        false => {
            let fields = of_fields(&reply.fields, reply.of.is_some());
            let kind = reply.of.as_deref().map(titled).filter(|name| schemas.is_free(name, &fields));
            schemas.shared(&kind.unwrap_or_else(|| format!("{}Data", titled(&action.name))), fields)
        }
    };
    match reply.shape {
        Shape::Object => row(),
        Shape::List if reply.fields.is_empty() => json!({ "type": "array", "items": {} }),
        Shape::List => json!({ "type": "array", "items": row() }),
        Shape::None => json!({ "type": "null" }),
        Shape::Any | Shape::Raw => json!({}),
    }
}

fn said(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Done => "It was done.",
        OutcomeKind::Created => "It was made.",
        OutcomeKind::Accepted => "It will be done.",
        OutcomeKind::None => "It was done, and there is nothing to show.",
        OutcomeKind::Moved => "It is to be read elsewhere.",
    }
}

/// What another action answers in place of a refusal.
pub(super) fn instead(surface: &Surface, action: &Action, schemas: &mut Schemas) -> Option<(&'static str, Value)> {
    (action.reply.shape != Shape::Raw).then(|| (JSON, any_of(vec![wrapped(surface, action, schemas)])))
}
