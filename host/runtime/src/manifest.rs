//! `plugin.toml`: who a plugin is, and what it asks for with which reason.
//! Knows nothing of the component; which functions of a capability it asks for, its imports say.

use host_core::grant::{Function, Grant};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The manifest of a plugin.
///
/// ```toml
/// name = "reseller"
/// version = "0.1.0"
/// summary = "The reseller surface."
///
/// [capabilities.records]
/// reason = "Shows the reseller's group."
/// limits = ["group:read"]
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Unique in a tenant: 1 to 64 characters of `a-z0-9-`.
    pub name: String,
    /// For people: 1 to 64 characters.
    pub version: String,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
    /// Capability (`lines`) → why, and within which limits. `base` needs no asking.
    #[serde(default)]
    pub capabilities: BTreeMap<String, Wanted>,
}

/// What is wanted of one capability.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// One sentence for the operator who is to grant it.
    pub reason: String,
    /// Limits inside the capability; of `records` kinds and verbs, `stream:read`, `stream:write`.
    #[serde(default)]
    pub limits: BTreeSet<String>,
}

/// The capability of a function: `linecard:lines/lines.sell` is of `lines`.
fn capability(function: &Function) -> &str {
    let package = function.0.split('/').next().unwrap_or_default();
    package.strip_prefix("linecard:").unwrap_or(package)
}

/// What every plugin may use without asking.
const UNASKED: &str = "base";

impl Manifest {
    /// Reads and checks a manifest; the error names what is wrong.
    pub fn parse(text: &str) -> Result<Manifest, String> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let clean = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=64).contains(&manifest.name.len()) || !manifest.name.chars().all(clean) {
            return Err("a name has 1 to 64 characters of a-z, 0-9 and -".into());
        }
        if !(1..=64).contains(&manifest.version.len()) || manifest.version.chars().any(char::is_control) {
            return Err("a version has 1 to 64 printable characters".into());
        }
        for (name, wanted) in &manifest.capabilities {
            if wanted.reason.trim().is_empty() {
                return Err(format!("capability {name}: say in one sentence why it is needed"));
            }
            if name != "records" && !wanted.limits.is_empty() {
                return Err(format!("capability {name}: only records has limits"));
            }
            check_limits(&wanted.limits)?;
        }
        Ok(manifest)
    }

    /// What a component with these imports asks for. An import without an entry in
    /// `[capabilities]` is refused by name.
    pub fn asks(&self, imports: &BTreeSet<Function>) -> Result<Grant, String> {
        let mut unexplained = imports.iter().filter(|function| {
            let capability = capability(function);
            capability != UNASKED && !self.capabilities.contains_key(capability)
        });
        if let Some(function) = unexplained.next() {
            return Err(format!(
                "it imports {}; add [capabilities.{}] with a reason",
                function.0,
                capability(function)
            ));
        }
        let limits = self
            .capabilities
            .iter()
            .filter(|(_, wanted)| !wanted.limits.is_empty())
            .map(|(name, wanted)| (name.clone(), wanted.limits.clone()))
            .collect();
        let functions = imports.iter().filter(|function| capability(function) != UNASKED).cloned().collect();
        Ok(Grant { functions, limits, ..Grant::default() })
    }
}

fn check_limits(limits: &BTreeSet<String>) -> Result<(), String> {
    for limit in limits {
        let known = limit
            .split_once(':')
            .is_some_and(|(kind, verb)| host_core::record::kind(kind).is_some() && matches!(verb, "read" | "write"));
        if !known {
            return Err(format!("records: the limit {limit} is no KIND:read or KIND:write"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        name = "demo"
        version = "1.0.0"
        [capabilities.records]
        reason = "Shows streams."
        limits = ["stream:read"]
    "#;

    fn functions(names: &[&str]) -> BTreeSet<Function> {
        names.iter().map(|name| Function((*name).into())).collect()
    }

    #[test]
    fn a_plugin_asks_for_what_it_imports_within_the_limits_it_states() {
        let imports = functions(&["linecard:base/base.log", "linecard:records/records.get"]);
        let asked = Manifest::parse(GOOD).unwrap().asks(&imports).unwrap();
        assert_eq!(asked.functions, functions(&["linecard:records/records.get"]));
        assert!(asked.allows("records", "stream:read") && !asked.allows("records", "stream:write"));
    }

    #[test]
    fn an_import_without_a_reason_is_refused_by_name() {
        let refused = Manifest::parse(GOOD).unwrap().asks(&functions(&["linecard:lines/lines.sell"])).unwrap_err();
        assert!(refused.contains("linecard:lines/lines.sell"), "{refused}");
    }

    #[test]
    fn what_a_manifest_does_not_know_is_refused() {
        for (bad, word) in [
            ("name = \"a\"\nversion = \"1\"\ncolour = 1", "colour"),
            ("name = \"A b\"\nversion = \"1\"", "name"),
            ("name = \"a\"\nversion = \"1\"\n[capabilities.x]\nreason = \" \"", "why"),
            (
                "name = \"a\"\nversion = \"1\"\n[capabilities.records]\nreason = \"r\"\nlimits = [\"line:read\"]",
                "line:read",
            ),
            ("name = \"a\"\nversion = \"1\"\n[capabilities.lines]\nreason = \"r\"\nlimits = [\"stream:read\"]", "only"),
        ] {
            let message = Manifest::parse(bad).unwrap_err();
            assert!(message.contains(word), "{message}");
        }
    }
}
