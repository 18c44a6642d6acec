//! A grant: the operator's yes to what a plugin asks for, function by function.
//! Knows no plugin; the runtime turns the effective grant into a linker.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A function that a plugin may call: `linecard:lines/lines.create`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Function(pub String);

/// What is granted. An asked function that is not in here is not linked, and the plugin does
/// not load, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Grant {
    /// The functions.
    pub functions: BTreeSet<Function>,
    /// Limits inside a capability, by capability: `records` → kinds and verbs, `http` → hosts.
    pub limits: BTreeMap<String, BTreeSet<String>>,
}

impl Grant {
    /// Asked ∩ given, for functions and for limits. A capability without limits given keeps the
    /// asked ones only when `given` says so by listing it.
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
        Grant { functions, limits }
    }

    /// What of `asked` this grant lacks: functions first, then `capability:limit` entries.
    pub fn missing(&self, asked: &Grant) -> Vec<String> {
        let functions = asked.functions.difference(&self.functions).map(|f| f.0.clone());
        let limits = asked.limits.iter().flat_map(|(capability, wanted)| {
            let given = self.limits.get(capability);
            wanted
                .iter()
                .filter(move |limit| !given.is_some_and(|set| set.contains(*limit)))
                .map(move |limit| format!("{capability}:{limit}"))
        });
        functions.chain(limits).collect()
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
        }
    }

    #[test]
    fn what_is_not_given_is_missing_by_name() {
        let asked = grant(&["a.x", "a.y"], &["stream:read", "stream:write"]);
        let given = grant(&["a.x"], &["stream:read", "group:read"]);
        assert_eq!(asked.intersection(&given), grant(&["a.x"], &["stream:read"]));
        assert_eq!(given.missing(&asked), ["a.y", "records:stream:write"]);
        assert!(asked.missing(&asked).is_empty());
    }
}
