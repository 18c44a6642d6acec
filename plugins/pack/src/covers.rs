//! Whether a manifest asks for what its component uses, no more and no less.

use linecard_package::Manifest;
use std::collections::BTreeSet;

/// Packages that every plugin has without asking.
const FREE: [&str; 2] = ["base", "plugin"];

/// Whether it asks for exactly the packages that the component imports from.
pub(crate) fn covers(manifest: &Manifest, imports: &BTreeSet<String>) -> Result<(), String> {
    for package in imports.iter().filter(|package| !FREE.contains(&package.as_str())) {
        if !manifest.capabilities.contains_key(package) {
            return Err(format!(
                "the plugin uses `{package}` but does not ask for it: add [capabilities.{package}] with a reason"
            ));
        }
    }
    match manifest.capabilities.keys().find(|asked| !imports.contains(*asked)) {
        Some(asked) => Err(format!("capabilities.{asked} is asked for but not used: remove it")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(packages: &[&str]) -> BTreeSet<String> {
        packages.iter().map(|package| (*package).to_owned()).collect()
    }

    #[test]
    fn a_manifest_asks_for_exactly_what_is_used() {
        let text = "name = 'a'\nversion = '0.1.0'\n[capabilities.lines]\nreason = 'r'\n";
        let manifest = Manifest::parse(text).unwrap();
        assert_eq!(covers(&manifest, &imports(&["base", "plugin", "lines"])), Ok(()));
        assert!(covers(&manifest, &imports(&["lines", "users"])).unwrap_err().contains("[capabilities.users]"));
        assert!(covers(&manifest, &imports(&["base"])).unwrap_err().contains("capabilities.lines"));
    }
}
