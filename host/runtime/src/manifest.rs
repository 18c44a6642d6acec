//! What a manifest asks for, compared with what its component imports and with what this host has.
//! What stands in a manifest, and how it is read, the package format says.

use crate::state::Collections;
use host_core::document::Shape;
use host_core::grant::{Function, Grant};
use host_core::kind::Kind;
use host_core::record::RecordKinds;
use host_engine::collection::Collection;
use linecard_package::{API, Manifest, SizeClass};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The capability of a function: `linecard:lines/lines.sell` is of `lines`.
fn capability(function: &Function) -> &str {
    let package = function.0.split('/').next().unwrap_or_default();
    package.strip_prefix("linecard:").unwrap_or(package)
}

/// What every plugin may use without asking.
const UNASKED: &str = "base";

/// The capability whose limits are the collections that the manifest declares.
const COLLECTIONS: &str = "collections";

/// Refuses a manifest that this host cannot serve, by what it lacks.
pub(crate) fn check(manifest: &Manifest) -> Result<(), String> {
    if manifest.api != API {
        let api = manifest.api.escape_debug();
        return Err(format!(
            "it was built for the contract {api}; this host has {API}: build it with this host's wit/"
        ));
    }
    if manifest.size_class == SizeClass::Interpreter {
        return Err("size_class interpreter is not offered by this host yet".into());
    }
    // A reply names rows by one word, of a kind or of a collection.
    let is_kind = |name: &str| {
        let is_record = Kind::of_word(name).is_some() || RecordKinds::default().of_word(name).is_some();
        is_record || host_engine::log::WORDS.contains(&name)
    };
    if let Some(name) = manifest.collections.keys().find(|name| is_kind(name)) {
        return Err(format!("collections.{name}: the host has a kind or a log of this name; call it something else"));
    }
    for (name, wanted) in &manifest.capabilities {
        if name != "records" && !wanted.limits.is_empty() {
            return Err(format!("capability {name}: only records has limits"));
        }
        check_limits(&wanted.limits)?;
    }
    Ok(())
}

/// What a component with these imports asks for. An import without an entry in
/// `[capabilities]` is refused by name.
pub(crate) fn asks(manifest: &Manifest, imports: &BTreeSet<Function>) -> Result<Grant, String> {
    let mut unexplained = imports.iter().filter(|function| {
        let capability = capability(function);
        capability != UNASKED && !manifest.capabilities.contains_key(capability)
    });
    if let Some(function) = unexplained.next() {
        let capability = capability(function);
        return Err(format!("it imports {}; add [capabilities.{capability}] with a reason", function.0));
    }
    let limits = manifest
        .capabilities
        .iter()
        .filter(|(_, wanted)| !wanted.limits.is_empty())
        .map(|(name, wanted)| (name.clone(), wanted.limits.clone()))
        .collect();
    let mut limits: BTreeMap<String, BTreeSet<String>> = limits;
    if !manifest.collections.is_empty() {
        limits.insert(COLLECTIONS.to_owned(), manifest.collections.keys().cloned().collect());
    }
    let functions = imports.iter().filter(|function| capability(function) != UNASKED).cloned().collect();
    Ok(Grant { functions, limits, ..Grant::default() })
}

/// The collections that a manifest declares.
pub(crate) fn collections(manifest: &Manifest) -> Collections {
    let declared = manifest.collections.iter().map(|(name, declared)| {
        let linecard_package::Collection { indexes, unique, secret } = declared.clone();
        let shape = Shape { indexes, unique, secret };
        (name.clone(), Arc::new(Collection::new(&manifest.name, name, shape)))
    });
    declared.collect()
}

fn check_limits(limits: &BTreeSet<String>) -> Result<(), String> {
    for limit in limits {
        let known = limit.split_once(':').is_some_and(|(kind, verb)| {
            RecordKinds::default().of_word(kind).is_some() && matches!(verb, "read" | "write")
        });
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
        let asked = asks(&Manifest::parse(GOOD).unwrap(), &imports).unwrap();
        assert_eq!(asked.functions, functions(&["linecard:records/records.get"]));
        assert!(asked.allows("records", "stream:read") && !asked.allows("records", "stream:write"));
    }

    #[test]
    fn an_import_without_a_reason_is_refused_by_name() {
        let imports = functions(&["linecard:lines/lines.sell"]);
        let refused = asks(&Manifest::parse(GOOD).unwrap(), &imports).unwrap_err();
        assert!(refused.contains("linecard:lines/lines.sell"), "{refused}");
    }

    #[test]
    fn what_this_host_does_not_have_is_refused_by_name() {
        let refused = |more: &str| check(&Manifest::parse(&format!("name = 'a'\nversion = '1.0.0'\n{more}")).unwrap());
        assert_eq!(refused(""), Ok(()));
        for (more, word) in [
            ("api = '0.9'", "0.9"),
            ("size_class = 'interpreter'", "interpreter"),
            ("[collections.line]", "collections.line"),
            ("[collections.block]", "collections.block"),
            ("[capabilities.records]\nreason = 'r'\nlimits = ['line:read']", "line:read"),
            ("[capabilities.lines]\nreason = 'r'\nlimits = ['stream:read']", "only"),
        ] {
            let message = refused(more).unwrap_err();
            assert!(message.contains(word), "{message}");
        }
    }
}
