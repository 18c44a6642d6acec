//! OpenAPI 3.1 documents of surfaces, from what plugins describe: what the host checks by, as a page for people and a
//! source for generators of clients. A pure function of descriptions. Does not know tenants and
//! their access codes.
//!
//! - where an action is found: [`endpoint`]; what is sent: [`request`], [`schema`], [`example`], [`security`]
//! - what is answered: [`responses`], from [`reply`] and [`refusals`], in the [`envelope`] of the surface
//! - what operations share: [`components`]
//!
//! Why paths look as they do: `host/decisions/0026-an-action-has-a-path-of-its-own.md`.

mod components;
mod endpoint;
mod envelope;
mod example;
mod refusals;
mod reply;
mod request;
mod responses;
mod schema;
mod security;
#[cfg(test)]
mod tests;

use crate::action::{Action, ActionRoute, Method, Surface, VERSION};
use components::Schemas;
use endpoint::{Endpoint, Paths};
use responses::Responses;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// An action as it is answered on a surface.
pub struct Answered<'d> {
    /// What is described of it.
    pub action: &'d Action,
    /// The methods and paths that lead to it, whichever plugin said so.
    pub routes: Vec<&'d ActionRoute>,
    /// The plugin that answers it: its family.
    pub plugin: &'d str,
}

/// The document of a surface, with the actions that are answered on it. Paths begin at the host that the document was
/// read from.
pub fn document(surface: &Surface, actions: &[Answered<'_>]) -> Value {
    let mut paths = Paths::default();
    let mut schemas = Schemas::default();
    // The rows that show most of a kind have its name.
    let mut by_fields: Vec<_> = actions.iter().map(|answered| answered.action).collect();
    by_fields.sort_by_key(|action| Reverse(action.reply.fields.len()));
    by_fields.into_iter().for_each(|action| drop(reply::data(action, &mut schemas)));
    let mut items: Map<String, Value> = Map::new();
    let mut ids = BTreeSet::new();
    let named = |name: &str| actions.iter().map(|answered| answered.action).find(|action| action.name == name);
    for answered in actions {
        for endpoint in paths.of(surface, answered.action, &answered.routes) {
            let mut responses = Responses::default();
            reply::add(surface, answered.action, endpoint.method, &mut schemas, &mut responses);
            refusals::add(surface, answered.action, named, &mut schemas, &mut responses);
            let id = id(&answered.action.name, endpoint.method, &mut ids);
            let operation = operation(surface, answered, &endpoint, (id, responses), &mut schemas);
            let item = items.entry(endpoint.path).or_insert_with(|| json!({}));
            item[endpoint.method.as_str().to_lowercase()] = operation;
        }
    }
    let families: BTreeSet<_> = actions.iter().map(|answered| answered.plugin).collect();
    let tags: Vec<_> = families.into_iter().map(|name| json!({ "name": name })).collect();
    let parameters = request::components(&items);
    json!({
        "openapi": "3.1.0",
        "info": { "title": surface.name, "version": VERSION.to_string(), "description": INFO },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": items,
        "components": {
            "schemas": schemas.into_value(),
            "parameters": parameters,
            "securitySchemes": security::schemes(surface),
        },
    })
}

const INFO: &str = "Each action has a path of its own. Requests may name it by parameters as well, where its description \
    says so. What stands in a JSON body may be sent as a form too. Numbers and switches may be texts, lists `x[]`, with commas or JSON in a text, objects `x[member]` or JSON in \
    a text; `0`, `1`, `yes` and `no` are switches. `x-refusals` lists the codes that an answer stands for, `x-roles` who \
    may ask.";

/// An id that no other operation of the document has.
fn id(action: &str, method: Method, taken: &mut BTreeSet<String>) -> String {
    let mut id = action.to_owned();
    for number in 2.. {
        if taken.insert(id.clone()) {
            break;
        }
        id = match number {
            2 => format!("{action}_by_{}", method.as_str().to_lowercase()),
            number => format!("{action}_{number}"),
        };
    }
    id
}

fn operation(
    surface: &Surface,
    answered: &Answered<'_>,
    endpoint: &Endpoint,
    (id, responses): (String, Responses),
    schemas: &mut Schemas,
) -> Value {
    let action = answered.action;
    let label = if action.label.is_empty() { action.name.replace('_', " ") } else { action.label.clone() };
    let mut operation = json!({
        "operationId": id,
        "summary": label,
        "description": description(action, endpoint),
        "tags": [answered.plugin],
        "security": security::requirements(surface, action, endpoint),
        "responses": responses.into_value(),
        "x-roles": action.roles,
    });
    let parameters = request::parameters(surface, action, endpoint);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = request::body(surface, action, endpoint, schemas) {
        operation["requestBody"] = body;
    }
    operation
}

fn description(action: &Action, endpoint: &Endpoint) -> String {
    let mut said = vec![action.summary.clone()];
    said.extend(action.effects.iter().cloned());
    if !endpoint.others.is_empty() {
        said.push(format!("Also {}.", endpoint.others.join(", ")));
    }
    if !action.also_for.is_empty() {
        said.push(format!("Answered also to lines that are {}.", action.also_for.join(" or ")));
    }
    said.join(" ")
}
