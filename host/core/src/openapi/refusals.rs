//! What an action refuses, in the voice of its surface: which codes there are, and what each becomes.

use super::components::Schemas;
use super::envelope::{Answers, Presence};
use super::reply::instead;
use super::responses::Responses;
use crate::action::{
    Action, ActionKind, Credential, FAULT, Form, Parameter, RefusalRule, Slot, Stands, Surface, Template, Verb,
};
use crate::caller::CallerRole;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain";

/// Adds the answers of refusals. `named` finds an action of the surface, for refusals that are answered as one.
pub(super) fn add<'a>(
    surface: &Surface,
    action: &Action,
    named: impl Fn(&str) -> Option<&'a Action>,
    schemas: &mut Schemas,
    responses: &mut Responses,
) {
    for code in codes(surface, action) {
        let Some((rule, _)) = surface.rule(&code) else { continue };
        if let Some(other) = rule.answer_with.as_deref().and_then(&named)
            && let Some(body) = instead(surface, other, schemas)
        {
            responses.add("200", &format!("To `{code}` it answers as `{}`.", other.name), Some(body));
            continue;
        }
        let status = surface.refusal_status(&code, None);
        let statuses = match &rule.http_setting {
            Some(_) => vec![status.to_string(), "4XX".into()],
            None => vec![status.to_string()],
        };
        for status in statuses {
            responses.refuses(&status, &code);
            for body in bodies(surface, rule, schemas) {
                responses.add(&status, "", Some(body));
            }
            if code == "rate_limited" || code == "unavailable" {
                let schema = json!({ "type": "integer", "minimum": 0 });
                responses.header(&status, "Retry-After", "Seconds after which a repeat makes sense.", schema);
            }
        }
        if let Some(setting) = &rule.http_setting {
            responses.add("4XX", &format!("The tenant's setting `{setting}` says with which status."), None);
        }
    }
    responses.add("431", "The request's head is larger than the panel reads.", None);
    let mut before_any_surface = |status, said| {
        responses.add(status, said, Some((PLAIN, json!({ "type": "string" }))));
    };
    before_any_surface("414", "The address is longer than the panel reads.");
    if surface.mounts.iter().any(|mount| mount.path.contains("{code}")) {
        before_any_surface("404", "The path, or its access code, leads nowhere.");
    }
    if surface.is_panel() {
        before_any_surface("403", "The connection can be overheard: use HTTPS.");
    }
}

/// What is sent for a refusal: the fixed body of its rule, or the envelope in each type that a client may accept.
fn bodies(surface: &Surface, rule: &RefusalRule, schemas: &mut Schemas) -> Vec<(&'static str, Value)> {
    if let Some(body) = &rule.body {
        let Some(kind) = rule.body_type() else { return Vec::new() };
        let value: Option<Value> = if kind == JSON { serde_json::from_str(body).ok() } else { None };
        return vec![(kind, json!({ "const": value.unwrap_or_else(|| body.as_str().into()) }))];
    }
    let mut all = vec![(JSON, said(surface, &surface.envelope.refusal, "Refusal", schemas))];
    for other in &surface.envelope.others {
        // The list is closed, and the type a word of it.
        let kind = match other.accept.as_str() {
            "application/problem+json" => "application/problem+json",
            "text/json" => "text/json",
            _ => continue,
        };
        all.push((kind, said(surface, &other.refusal, "Problem", schemas)));
    }
    all
}

/// The schema of a refusal in an envelope, the same for every action of the surface.
fn said(surface: &Surface, template: &Template, name: &str, schemas: &mut Schemas) -> Value {
    let words: BTreeSet<_> = surface.refusals.values().filter_map(|rule| rule.word.as_ref()).collect();
    let is_always = surface.refusals.values().all(|rule| rule.word.is_some() || rule.body.is_some());
    let word = json!({ "type": "string", "enum": words });
    let text = |said: &str| json!({ "type": "string", "description": said });
    let detail = json!({ "type": "object", "required": ["field", "code", "message"], "properties": {
        "field": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" } } });
    let slot = |slot: Slot| match slot {
        Slot::Code => Presence::Always(text("Why, for programs.")),
        Slot::Word if words.is_empty() => Presence::Never,
        Slot::Word if is_always => Presence::Always(word.clone()),
        Slot::Word => Presence::Sometimes(word.clone()),
        Slot::Message => Presence::Always(text("Why, and what to do next, for people.")),
        Slot::Field => Presence::Sometimes(text("The parameter that it is about.")),
        Slot::Details => Presence::Always(json!({ "type": "array", "items": detail, "maxItems": 1 })),
        Slot::Status => Presence::Always(json!({ "type": "integer" })),
        Slot::Request => Presence::Always(text("The request's id, for questions to the operator.")),
        _ => Presence::Never,
    };
    let schema = Answers { slot: &slot, members: &|_| None }.schema(template);
    schemas.shared(name, schema)
}

/// Every code that the action may be refused with.
fn codes(surface: &Surface, action: &Action) -> BTreeSet<String> {
    let mut codes: BTreeSet<String> = action.refuses.iter().cloned().collect();
    of_parameters(&action.parameters, &mut codes);
    let mut also = |names: &[&str]| codes.extend(names.iter().map(|name| (*name).to_owned()));
    also(&["malformed", "not_permitted", "rate_limited", "too_large", "unavailable", FAULT]);
    if surface.credentials.iter().any(|credential| *credential != Credential::None) {
        also(&["auth_failed"]);
    }
    if surface.credentials.contains(&Credential::Address) {
        also(&["address_refused", "forged"]);
    }
    if action.roles.contains(&CallerRole::Line) {
        also(&["address_refused"]);
        let others = ["banned", "disabled", "expired"];
        also(&others.into_iter().filter(|status| !action.also_for.iter().any(|own| own == status)).collect::<Vec<_>>());
    }
    let is_write = action.kind == ActionKind::Write;
    if is_write {
        also(&["conflict", "invalid_input"]);
        if !surface.is_for_players() {
            also(&["idempotency_busy", "idempotency_mismatch"]);
        }
        if surface.session_cookie().is_some() {
            also(&["forged"]);
        }
    }
    if action.parameters.values().any(|parameter| parameter.stands == Some(Stands::IfMatch)) {
        also(&["stale"]);
    }
    if let Some(verb) = &action.does {
        also(if verb.is_about_one() { &["not_found"] } else { &[] });
        also(if matches!(verb, Verb::Delete(_)) { &["in_use"] } else { &[] });
    }
    codes
}

fn of_parameters(parameters: &BTreeMap<String, Parameter>, codes: &mut BTreeSet<String>) {
    for parameter in parameters.values() {
        // One that takes any value, or none, is never refused.
        let is_checked = !parameter.lenient || parameter.required;
        if is_checked && (parameter.form != Form::Object || parameter.required) {
            codes.insert(parameter.code.clone().unwrap_or_else(|| "invalid_input".into()));
        }
        of_parameters(&parameter.members, codes);
    }
}
