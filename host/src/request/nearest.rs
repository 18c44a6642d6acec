//! From an action's name, as people type it, to its route; for a name that nothing has, the nearest one and what is there.

use host_core::action::Action;
use host_core::caller::CallerRole;
use host_runtime::{Route, Snapshot};
use std::fmt::Write;

/// How alike two names have to be for one to have been meant by the other; 1 is the same.
const ALIKE: f64 = 0.7;

/// The route of `SURFACE/ACTION`, by the action's name or one of its aliases.
///
/// # Errors
/// For a name that nothing has.
pub(super) fn route_of<'s>(snapshot: &'s Snapshot, action: &str) -> anyhow::Result<&'s Route> {
    let found = action.split_once('/').and_then(|(surface, name)| snapshot.route(surface, name));
    found.ok_or_else(|| {
        let routes = snapshot.actions();
        let names: Vec<_> =
            routes.iter().map(|route| format!("{}/{}", route.action.surface, route.action.name)).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        anyhow::anyhow!("nothing answers {action} here{}", instead(action, &names))
    })
}

/// That an action takes no parameter of these names from a caller of this role.
pub(super) fn not_taken(action: &Action, role: CallerRole, unknown: &[String]) -> anyhow::Error {
    let taken: Vec<_> = action.taken_from(role).collect();
    let first = unknown.first().map(String::as_str).unwrap_or_default();
    let Action { surface, name, .. } = action;
    anyhow::anyhow!("{surface}/{name} takes no {}{}", unknown.join(", "), instead(first, &taken))
}

/// The end of a sentence about a name that there is not: the nearest of those that there are, and all of them.
pub(super) fn instead(name: &str, known: &[&str]) -> String {
    let mut text = String::new();
    let likeness = |other: &&&str| strsim::normalized_damerau_levenshtein(name, other);
    let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    if let Some(nearest) = nearest.filter(|other| likeness(other) >= ALIKE) {
        // Writing into memory cannot fail.
        let _ = write!(text, "; did you mean {nearest}?");
    } else {
        text.push(';');
    }
    match known {
        [] => text.push_str(" there are none"),
        known => drop(write!(text, " there are {}", known.join(", "))),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_said_where_one_is_near_and_all_that_there_are_always() {
        let known = ["create_line", "edit_line", "user_info"];
        assert_eq!(
            instead("creat_line", &known),
            "; did you mean create_line? there are create_line, edit_line, user_info"
        );
        assert_eq!(instead("dance", &known), "; there are create_line, edit_line, user_info");
        assert_eq!(instead("dance", &[]), "; there are none");
    }
}
