//! `plugin.toml`: who a plugin is, and which capabilities it asks for, with a reason that the
//! operator reads. Knows nothing of grants: asking is all that a manifest does.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A plugin's manifest.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Unique in a tenant: 1 to 63 of `a-z`, `0-9` and inner `-`.
    pub name: String,
    /// `MAJOR.MINOR.PATCH`.
    pub version: String,
    /// One sentence for people.
    pub summary: String,
    /// What it asks for, by capability (`lines`, `records`, …). `base` needs no asking.
    #[serde(default)]
    pub capabilities: BTreeMap<String, Capability>,
}

/// One capability that is asked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Why; shown to the operator.
    pub reason: String,
    /// Limits inside the capability: for `records` kinds and verbs (`stream:read`).
    #[serde(default)]
    pub limits: BTreeSet<String>,
}

/// Packages that every plugin has without asking.
const FREE: [&str; 2] = ["base", "plugin"];

impl Manifest {
    /// Reads a manifest, naming what is wrong.
    pub fn parse(text: &str) -> Result<Manifest, String> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| error.to_string())?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let name = &manifest.name;
        if name.is_empty()
            || name.len() > 63
            || !name.bytes().all(plain)
            || name.starts_with('-')
            || name.ends_with('-')
        {
            return Err(format!("the name `{name}` has other characters than a-z, 0-9 and inner -"));
        }
        let numbers = manifest.version.split('.').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>();
        if numbers.map_or(true, |numbers| numbers.len() != 3) {
            return Err(format!("the version `{}` is not three numbers like 1.0.0", manifest.version));
        }
        match manifest.capabilities.iter().find(|(_, asked)| asked.reason.trim().is_empty()) {
            Some((name, _)) => Err(format!("capabilities.{name} gives no reason; the operator wants one")),
            None => Ok(manifest),
        }
    }

    /// Whether it asks for exactly the packages that the component imports from.
    pub(crate) fn covers(&self, imports: &BTreeSet<String>) -> Result<(), String> {
        for package in imports.iter().filter(|package| !FREE.contains(&package.as_str())) {
            if !self.capabilities.contains_key(package) {
                return Err(format!(
                    "the plugin uses `{package}` but does not ask for it: add [capabilities.{package}] with a reason"
                ));
            }
        }
        match self.capabilities.keys().find(|asked| !imports.contains(*asked)) {
            Some(asked) => Err(format!("capabilities.{asked} is asked for but not used: remove it")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = 'a'\nversion = '0.1.0'\nsummary = 's'\n[capabilities.lines]\nreason = 'r'\n";

    fn imports(packages: &[&str]) -> BTreeSet<String> {
        packages.iter().map(|package| (*package).to_owned()).collect()
    }

    #[test]
    fn a_manifest_asks_for_exactly_what_is_used() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!(manifest.covers(&imports(&["base", "plugin", "lines"])), Ok(()));
        assert!(manifest.covers(&imports(&["lines", "users"])).unwrap_err().contains("[capabilities.users]"));
        assert!(manifest.covers(&imports(&["base"])).unwrap_err().contains("capabilities.lines"));
    }

    #[test]
    fn a_wrong_manifest_is_refused_by_name() {
        let refused = |from: &str, to: &str| Manifest::parse(&GOOD.replace(from, to)).unwrap_err();
        assert!(refused("'a'", "'A b'").contains("`A b`"));
        assert!(refused("0.1.0", "0.1").contains("`0.1`"));
        assert!(refused("'r'", "' '").contains("capabilities.lines"));
        assert!(refused("reason", "because").contains("because"));
    }
}
