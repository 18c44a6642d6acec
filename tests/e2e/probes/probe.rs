//! A trick: what it tries, who calls it, and what has to come of it.

use super::guest::Guest;
use super::pair::{Seen, Side};
use super::role::Role;
use serde_json::{Value, json};

/// A trick.
pub struct Probe {
    /// What it tries.
    pub trick: &'static str,
    /// Who calls it.
    pub caller: Role,
    /// The plugin; both tenants get the same file.
    pub guest: fn(&Side) -> Guest,
    /// What comes of it.
    pub ends: Ending,
}

/// What comes of a trick.
pub enum Ending {
    /// The caller hears that something broke, the plugin's log why.
    Fault(&'static str),
    /// The caller is refused: it ran into a limit, the plugin's log says which.
    Limit(&'static str),
    /// The caller is refused with this status.
    Refused(u16),
    /// It answers; what it may have got hold of is judged.
    Answers(fn(&Seen, &Side)),
    /// It never takes part, and the operator hears why.
    NotLoaded(&'static str),
    /// It waits for a grant of this, and does not answer.
    Waits(&'static str),
}

/// The guest with the surface that its callers can sign in at.
pub fn described(guest: &Guest, caller: Role) -> Guest {
    let surface = &guest.description["surface"][0];
    let credentials = match caller {
        Role::Stranger => json!({ "kind": "none" }),
        Role::Line => json!({ "kind": "line", "username": "username", "password": "password" }),
        Role::Reseller => json!({ "kind": "api_key", "parameter": "api_key" }),
    };
    let mut description = guest.description.clone();
    if surface.is_object() {
        description["surface"][0]["credentials"] = json!([credentials]);
        description["surface"][0]["refusals"] = json!({ "default": { "http": 400 }, "not_found": { "http": 404 },
            "not_permitted": { "http": 403 }, "auth_failed": { "http": 401 } });
    }
    // Every probe is sent a note; a write says that it takes one.
    let action = &mut description["action"][0];
    if action["kind"] == "write" && action["parameters"].is_null() {
        action["parameters"] = json!({ "note": { "type": "text" } });
    }
    Guest { description, ..guest.clone() }
}

/// Fields of an action that may take its time and write a body.
pub fn slow_body(kind: &str) -> Value {
    json!({ "kind": kind, "budget": "job", "reply": { "shape": "raw", "content_type": "text/plain" } })
}
