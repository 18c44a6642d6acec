//! Names in a request that mean nothing to its action: unknown ones, and those of a higher role, which
//! are unknown to a lower one. A write is refused for them, so that nobody believes a thing was set.

use super::request::{Gathered, is_item_of, shown};
use host_core::action::{Action, Form, HOST_PARAMETERS, Selector, Surface};
use host_core::caller::CallerRole;
use host_core::{Code, Refusal};

/// Asks for the plan instead of the effect.
pub(crate) const DRY_RUN: &str = "dry_run";
/// Makes a repeat of a write get the first answer.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency_key";
/// The columns of the reply.
pub(crate) const SHOW_COLUMNS: &str = "show_columns";
/// Those that are not wanted.
pub(crate) const HIDE_COLUMNS: &str = "hide_columns";

/// The names that were sent and mean nothing to this action from a caller of this role, each once.
pub(crate) fn unknown(surface: &Surface, action: &Action, role: CallerRole, gathered: &Gathered<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for sent in gathered.sent_names().filter(|sent| !is_of_surface(surface, sent) && !takes(action, role, sent)) {
        let sent = shown(sent);
        if !names.contains(&sent) {
            names.push(sent);
        }
    }
    names
}

/// The refusal of a write for names that mean nothing to it.
pub(crate) fn refusal(action: &Action, role: CallerRole, unknown: &[String]) -> Refusal {
    let taken = action.parameters.iter().filter(|(_, parameter)| parameter.role.is_none_or(|least| role >= least));
    let taken: Vec<_> = taken.map(|(name, _)| name.as_str()).collect();
    let message = format!(
        "{} takes no {}; leave it out. It takes: {}. A key made with --compatible passes over what means nothing.",
        action.name,
        unknown.join(", "),
        if taken.is_empty() { "nothing".to_owned() } else { taken.join(", ") },
    );
    Refusal::field(Code::InvalidInput, unknown.first().cloned().unwrap_or_default(), message)
}

/// Whether the surface itself reads it, whatever the action. What the caller signed in with is forgotten by now.
fn is_of_surface(surface: &Surface, sent: &str) -> bool {
    let is_selector = matches!(
        &surface.selector,
        Some(Selector::Parameter { name } | Selector::Segment { name }) if sent == name
    );
    is_selector || HOST_PARAMETERS.contains(&sent)
}

fn takes(action: &Action, role: CallerRole, sent: &str) -> bool {
    action.parameters.iter().any(|(name, parameter)| {
        let mut names = std::iter::once(name).chain(&parameter.aliases);
        let is_named = |name: &String| sent == name || (parameter.form == Form::List && is_item_of(sent, name));
        parameter.role.is_none_or(|least| role >= least) && names.any(is_named)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn surface() -> Surface {
        serde_json::from_value(json!({
            "name": "s", "mounts": [], "credential": {"kind": "api_key", "parameter": "api_key"},
            "selector": {"kind": "parameter", "name": "action"}, "envelope": {"kind": "bare"}, "refusals": {},
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
            },
        }))
        .unwrap()
    }

    fn of(query: &str, role: CallerRole) -> String {
        let mut gathered = Gathered::default();
        gathered.add_segment("code", "s3cret").unwrap();
        gathered.add_query(query).unwrap();
        unknown(&surface(), &action(), role, &gathered).join(" ")
    }

    #[test]
    fn names_aliases_items_and_what_the_surface_reads_are_known() {
        for query in [
            "package=1&action=create_line",
            "package_id=1&user_data%5Bpackage%5D=1",
            "ips=1&ips[]=2&ips[0]=3&allowed[]=4",
            "dry_run=1&idempotency_key=k&show_columns=a&hide_columns=b",
        ] {
            assert_eq!(of(query, CallerRole::Reseller), "", "{query}");
        }
        assert_eq!(of("package[]=1&ips[a]=1&pakage=1&pakage=2", CallerRole::Admin), "package[] ips[a] pakage");
    }

    #[test]
    fn a_field_of_a_higher_role_is_unknown_to_a_lower_one_also_empty() {
        assert_eq!(of("credits=5", CallerRole::Admin), "");
        assert_eq!(of("credits=", CallerRole::Reseller), "credits");
    }

    #[test]
    fn the_refusal_names_the_field_and_what_the_caller_may_send() {
        let refused = refusal(&action(), CallerRole::Reseller, &["credits".to_owned(), "x".to_owned()]);
        assert_eq!((refused.field.as_deref(), refused.code), (Some("credits"), Code::InvalidInput));
        assert!(refused.message.contains("takes no credits, x;"), "{}", refused.message);
        assert!(refused.message.contains("It takes: ips, package."), "{}", refused.message);
    }
}
