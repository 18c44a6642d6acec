//! How far an action reaches: whom it answers, and what it may do. Compared when one is granted, and when one takes
//! another's place.

use crate::action::{Action, ActionKind, RateClass};
use crate::caller::CallerRole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far an action reaches.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    /// Changes something.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub writes: bool,
    /// Who may call it.
    pub roles: BTreeSet<CallerRole>,
    /// Statuses of lines, besides active, for which it answers.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub also_for: BTreeSet<String>,
    /// The rate class, when it is not the surface's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateClass>,
    /// The methods and paths that lead to it: `GET /customers/{id}`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub paths: BTreeSet<String>,
}

impl Reach {
    /// Of an action.
    pub fn of(action: &Action) -> Reach {
        Reach {
            writes: action.kind == ActionKind::Write,
            roles: action.roles.iter().copied().collect(),
            also_for: action.also_for.iter().cloned().collect(),
            rate: action.rate,
            paths: action.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect(),
        }
    }

    /// In what this reaches further than another, as the end of a sentence; none when in nothing.
    pub fn beyond(&self, other: &Reach) -> Option<String> {
        if self.writes && !other.writes {
            return Some("it changes something".into());
        }
        if let Some(role) = self.roles.difference(&other.roles).next() {
            let role = format!("{role:?}").to_lowercase();
            return Some(format!("it may be called by a {role}"));
        }
        if let Some(status) = self.also_for.difference(&other.also_for).next() {
            return Some(format!("it answers lines that are {status}"));
        }
        if let Some(path) = self.paths.difference(&other.paths).next() {
            return Some(format!("it answers {path}"));
        }
        match (self.rate, other.rate) {
            (Some(rate), None) => Some(format!("it has a rate class of its own, {}", rate.name())),
            (Some(rate), Some(least)) if rate.allowance() > least.allowance() => {
                Some(format!("it may be called as often as {}", rate.name()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reach(more: serde_json::Value) -> Reach {
        let mut action = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["line"], "rate": "player" });
        action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Reach::of(&serde_json::from_value(action).unwrap())
    }

    #[test]
    fn an_action_reaches_further_by_role_status_kind_path_and_rate() {
        let usual = reach(json!({}));
        assert_eq!(usual.beyond(&usual), None);
        for (more, word) in [
            (json!({ "roles": ["line", "stranger"] }), "stranger"),
            (json!({ "also_for": ["banned"] }), "banned"),
            (json!({ "kind": "write" }), "changes"),
            (json!({ "routes": [{ "method": "GET", "path": "/x" }] }), "GET /x"),
            (json!({ "rate": "panel" }), "panel"),
        ] {
            let beyond = reach(more).beyond(&usual).unwrap();
            assert!(beyond.contains(word), "{beyond}");
        }
        assert_eq!(reach(json!({ "rate": "guide" })).beyond(&usual), None, "less is no more");
    }
}
