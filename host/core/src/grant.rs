//! A grant: the operator's yes to what a plugin asks for, function by function and action by action. The runtime
//! turns the effective grant into a linker.

use crate::action::Budget;
use crate::reach::Reach;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A function that a plugin may call: `linecard:lines/lines.create`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Function(pub String);

/// What is granted. An asked function that is not in here is not linked, and an asked action is not answered:
/// the plugin waits, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Grant {
    /// The functions.
    pub functions: BTreeSet<Function>,
    /// Limits inside a capability, by capability: `records` → kinds and verbs, `http` → hosts.
    pub limits: BTreeMap<String, BTreeSet<String>>,
    /// The actions that it answers, as `surface/name`, and how far each may reach.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub routes: BTreeMap<String, Reach>,
    /// Paths of its own.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub mounts: BTreeSet<String>,
    /// Budget classes besides `fast`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub budgets: BTreeSet<Budget>,
    /// Surfaces whose pages may run in a browser. A plugin takes part without it; its pages are shown then, and
    /// nothing in them runs.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub html: BTreeSet<String>,
    /// SHA-256, in hex, of the file that it was last given for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// A file whose whole description counts as granted: it was granted before grants listed actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub described: Option<String>,
}

impl Grant {
    /// Asked ∩ given: what a plugin may use of the host, once nothing that it asks for is missing. A capability
    /// without limits given keeps the asked ones only when `given` says so by listing it.
    pub fn intersection(&self, given: &Grant) -> Grant {
        let functions = self.functions.intersection(&given.functions).cloned().collect();
        let limits = self
            .limits
            .iter()
            .filter_map(|(capability, asked)| {
                let given = given.limits.get(capability)?;
                Some((capability.clone(), asked.intersection(given).cloned().collect()))
            })
            .collect();
        let html = self.html.intersection(&given.html).cloned().collect();
        Grant { functions, limits, html, ..self.clone() }
    }

    /// What this grant lacks of all that the file with a digest asks for: functions, `capability:limit`,
    /// `route:surface/action`, `mount:/path` and `budget:class` entries.
    pub fn missing(&self, asked: &Grant, digest: &str) -> Vec<String> {
        let functions = asked.functions.difference(&self.functions).map(|f| f.0.clone());
        let limits = asked.limits.iter().flat_map(|(capability, wanted)| {
            let given = self.limits.get(capability);
            wanted
                .iter()
                .filter(move |limit| !given.is_some_and(|set| set.contains(*limit)))
                .map(move |limit| format!("{capability}:{limit}"))
        });
        let mut missing: Vec<String> = functions.chain(limits).collect();
        if self.described.as_deref() == Some(digest) {
            return missing;
        }
        let further =
            |route: &String, reach: &Reach| self.routes.get(route).is_none_or(|given| reach.beyond(given).is_some());
        let routes = asked.routes.iter().filter(|(route, reach)| further(route, reach));
        missing.extend(routes.map(|(route, _)| format!("route:{route}")));
        missing.extend(asked.mounts.difference(&self.mounts).map(|path| format!("mount:{path}")));
        missing.extend(asked.budgets.difference(&self.budgets).map(|budget| format!("budget:{}", budget.name())));
        missing
    }

    /// Adds what is given in another.
    pub fn extend(&mut self, more: &Grant) {
        self.functions.extend(more.functions.iter().cloned());
        for (capability, limits) in &more.limits {
            self.limits.entry(capability.clone()).or_default().extend(limits.iter().cloned());
        }
        self.routes.extend(more.routes.iter().map(|(route, reach)| (route.clone(), reach.clone())));
        self.mounts.extend(more.mounts.iter().cloned());
        self.budgets.extend(more.budgets.iter().copied());
        self.html.extend(more.html.iter().cloned());
        if !more.digest.is_empty() {
            self.digest.clone_from(&more.digest);
        }
    }

    /// Takes out what is given in another. What a file was granted before grants listed actions goes with any of
    /// its actions, paths and classes.
    pub fn remove(&mut self, less: &Grant) {
        self.functions.retain(|function| !less.functions.contains(function));
        for (capability, limits) in &less.limits {
            if let Some(granted) = self.limits.get_mut(capability) {
                granted.retain(|limit| !limits.contains(limit));
            }
        }
        self.limits.retain(|_, limits| !limits.is_empty());
        self.routes.retain(|route, _| !less.routes.contains_key(route));
        self.mounts.retain(|path| !less.mounts.contains(path));
        self.budgets.retain(|budget| !less.budgets.contains(budget));
        self.html.retain(|surface| !less.html.contains(surface));
        if !(less.routes.is_empty() && less.mounts.is_empty() && less.budgets.is_empty()) {
            self.described = None;
        }
    }

    /// Whether a limit of a capability is granted.
    pub fn allows(&self, capability: &str, limit: &str) -> bool {
        self.limits.get(capability).is_some_and(|set| set.contains(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(functions: &[&str], kinds: &[&str]) -> Grant {
        Grant {
            functions: functions.iter().map(|f| Function((*f).into())).collect(),
            limits: [("records".to_owned(), kinds.iter().map(|k| (*k).to_owned()).collect())].into(),
            ..Grant::default()
        }
    }

    #[test]
    fn what_is_not_given_is_missing_by_name() {
        let asked = grant(&["a.x", "a.y"], &["stream:read", "stream:write"]);
        let given = grant(&["a.x"], &["stream:read", "group:read"]);
        assert_eq!(asked.intersection(&given), grant(&["a.x"], &["stream:read"]));
        assert_eq!(given.missing(&asked, ""), ["a.y", "records:stream:write"]);
        assert!(asked.missing(&asked, "").is_empty());
    }

    #[test]
    fn an_action_that_reaches_further_than_granted_is_missing_by_name() {
        let asks = |roles: &str, budget: &str| {
            let action = format!(
                r#"{{"action":[{{"surface":"player","name":"account","summary":"","roles":[{roles}],"budget":"{budget}"}}]}}"#
            );
            serde_json::from_str::<crate::action::Description>(&action).unwrap().asks()
        };
        let given = asks("\"line\"", "fast");
        assert!(given.missing(&asks("\"line\"", "fast"), "").is_empty());
        assert_eq!(given.missing(&asks("\"line\",\"stranger\"", "fast"), ""), ["route:player/account"]);
        assert_eq!(given.missing(&asks("\"line\"", "job"), ""), ["budget:job"]);
        let mut older = Grant { described: Some("abc".into()), ..Grant::default() };
        assert!(older.missing(&given, "abc").is_empty(), "granted before grants listed actions");
        assert_eq!(older.missing(&given, "def"), ["route:player/account"], "another file is another matter");
        older.remove(&given);
        assert_eq!(older.missing(&given, "abc"), ["route:player/account"]);
    }
}
