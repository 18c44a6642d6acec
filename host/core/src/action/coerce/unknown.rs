//! Names in a request that mean nothing to its action: unknown ones, and those of a higher role, which
//! are unknown to a lower one. A write is refused for them, so that nobody believes a thing was set.

use crate::action::sent::{Within, is_item_of, shown};
use crate::action::{Action, Form, HOST_PARAMETERS, Parameter, Part, Selector, Sent, Surface};
use crate::caller::CallerRole;
use crate::{Code, Refusal};
use std::collections::BTreeMap;

/// The names that were sent and mean nothing to this action from a caller of this role, each once.
pub fn unknown(surface: &Surface, action: &Action, role: CallerRole, sent: &Sent<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let asked = sent.names().filter(|(_, name)| !is_of_surface(surface, name));
    for (name, is_taken) in asked.map(|(part, name)| (name, takes(&action.parameters, role, Some(part), name))) {
        if !is_taken && !names.iter().any(|known| *known == name) {
            names.push(shown(name));
        }
    }
    add_members(action, role, sent, &mut names);
    names
}

/// Likewise those alone that were sent as members of objects.
pub fn unknown_in_objects(action: &Action, role: CallerRole, sent: &Sent<'_>) -> Vec<String> {
    let mut names = Vec::new();
    add_members(action, role, sent, &mut names);
    names
}

fn add_members(action: &Action, role: CallerRole, sent: &Sent<'_>, names: &mut Vec<String>) {
    for (name, object) in action.parameters.iter().filter(|(_, parameter)| parameter.form == Form::Object) {
        unknown_members("", name, object, role, sent, names);
    }
}

/// The members that were sent of an object which has no such member, however deep; `outer` is the object that it is
/// itself a member of.
fn unknown_members(
    outer: &str,
    name: &str,
    object: &Parameter,
    role: CallerRole,
    sent: &Sent<'_>,
    names: &mut Vec<String>,
) {
    let called = std::iter::once(name).chain(object.aliases.iter().map(String::as_str));
    for called in called {
        let Ok(Within::Members(members)) = sent.within(called, object.part()) else { continue };
        let path = if outer.is_empty() { called.to_owned() } else { format!("{outer}[{called}]") };
        let unknown = |(_, member): &(Part, &str)| !takes(&object.members, role, None, member);
        for (_, member) in members.names().filter(unknown) {
            let member = shown(&format!("{path}[{member}]"));
            if !names.contains(&member) {
                names.push(member);
            }
        }
        for (inner, described) in object.members.iter().filter(|(_, member)| member.form == Form::Object) {
            unknown_members(&path, inner, described, role, &members, names);
        }
    }
}

/// The refusal of a write for names that mean nothing to it.
pub fn refuse_unknown(action: &Action, role: CallerRole, unknown: &[String]) -> Refusal {
    let taken: Vec<_> = action.taken_from(role).collect();
    let message = format!(
        "{} takes no {}; leave it out. It takes: {}. A key made with --compatible passes over what means nothing.",
        action.name,
        unknown.join(", "),
        if taken.is_empty() { "nothing".to_owned() } else { taken.join(", ") },
    );
    Refusal::field(Code::InvalidInput, unknown.first().cloned().unwrap_or_default(), message)
}

impl Action {
    /// The names of the parameters that a caller of this role may send.
    pub fn taken_from(&self, role: CallerRole) -> impl Iterator<Item = &str> {
        let taken = self.parameters.iter().filter(move |(_, parameter)| parameter.is_open_to(role));
        taken.map(|(name, _)| name.as_str())
    }
}

/// Whether the surface itself reads it, whatever the action. What the caller signed in with is forgotten by now.
fn is_of_surface(surface: &Surface, sent: &str) -> bool {
    let selecting = surface.selector.as_ref().map_or(&[][..], Selector::names);
    selecting.iter().any(|name| name == sent) || HOST_PARAMETERS.contains(&sent)
}

/// Whether a parameter takes a name that was sent in this part by a caller of this role.
fn takes(described: &BTreeMap<String, Parameter>, role: CallerRole, part: Option<Part>, sent: &str) -> bool {
    described.iter().any(|(name, parameter)| {
        let is_read_here = parameter.part().is_none_or(|only| part.is_none_or(|part| part == only));
        let is_named = |name: &String| match parameter.form {
            Form::List => sent == name || is_item_of(sent, name),
            Form::Object => sent == name || sent.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('[')),
            _ => sent == name,
        };
        let in_flat = parameter.flat && takes(&parameter.members, role, part, sent);
        let mut names = std::iter::once(name).chain(&parameter.aliases);
        parameter.is_open_to(role) && is_read_here && (in_flat || names.any(is_named))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn surface() -> Surface {
        serde_json::from_value(json!({
            "name": "s", "mounts": [], "credentials": [{"kind": "api_key", "parameter": "api_key"}],
            "selector": {"kind": "parameters", "names": ["action", "sub"]},
            "envelope": {"success": "{data}", "refusal": "{message}"}, "refusals": {},
        }))
        .unwrap()
    }

    fn action() -> Action {
        serde_json::from_value(json!({
            "surface": "s", "name": "create_line", "kind": "write", "summary": "", "roles": ["admin", "reseller"],
            "reply": {"shape": "any"},
            "parameters": {
                "package": {"type": "id", "aliases": ["package_id", "user_data[package]"]},
                "ips": {"type": "list", "of": "network", "aliases": ["allowed"]},
                "credits": {"type": "decimal", "role": "admin"},
                "note": {"type": "text", "in": "body"},
                "data": {"type": "object", "flat": true, "members": {"mac": {"type": "text"},
                    "lock": {"type": "object", "members": {"on": {"type": "flag"}}}, "ids": {"type": "list", "of": "id"}}},
            },
        }))
        .unwrap()
    }

    fn of(query: &str, role: CallerRole) -> String {
        let mut sent = Sent::default();
        sent.add_text(Part::Path, "code".into(), "s3cret".into()).unwrap();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            sent.add_text(Part::Query, name.into(), value.into()).unwrap();
        }
        unknown(&surface(), &action(), role, &sent).join(" ")
    }

    #[test]
    fn names_aliases_items_and_what_the_surface_reads_are_known() {
        for query in [
            "package=1&action=create_line&sub=x",
            "data[mac]=1&data[ids][]=1&ids[]=2&mac=1",
            "package_id=1&user_data[package]=1",
            "ips=1&ips[]=2&ips[0]=3&allowed[]=4",
            "dry_run=1&idempotency_key=k&show_columns=a&hide_columns=b",
        ] {
            assert_eq!(of(query, CallerRole::Reseller), "", "{query}");
        }
        assert_eq!(of("package[]=1&ips[a]=1&pakage=1&pakage=2", CallerRole::Admin), "package[] ips[a] pakage");
        assert_eq!(of("data[mac]=1&data[mak]=1", CallerRole::Admin), "data[mak]");
        assert_eq!(of("data[lock][on]=1&data[lock][off]=1", CallerRole::Admin), "data[lock][off]");
        let mut sent = Sent::default();
        for name in ["pakage", "data[mac]", "data[mak]"] {
            sent.add_text(Part::Query, name.into(), "1".into()).unwrap();
        }
        assert_eq!(unknown_in_objects(&action(), CallerRole::Admin, &sent), ["data[mak]"]);
    }

    #[test]
    fn a_name_in_another_part_of_the_request_than_its_parameter_stands_in_is_unknown() {
        assert_eq!(of("note=1", CallerRole::Admin), "note", "it stands in the body");
    }

    #[test]
    fn a_field_of_a_higher_role_is_unknown_to_a_lower_one_also_empty() {
        assert_eq!(of("credits=5", CallerRole::Admin), "");
        assert_eq!(of("credits=", CallerRole::Reseller), "credits");
    }

    #[test]
    fn the_refusal_names_the_field_and_what_the_caller_may_send() {
        let refused = refuse_unknown(&action(), CallerRole::Reseller, &["credits".to_owned(), "x".to_owned()]);
        assert_eq!((refused.field.as_deref(), refused.code), (Some("credits"), Code::InvalidInput));
        assert!(refused.message.contains("takes no credits, x;"), "{}", refused.message);
        assert!(refused.message.contains("It takes: data, ips, note, package."), "{}", refused.message);
    }
}
