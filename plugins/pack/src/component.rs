//! Making a component of what was compiled, against the plugin's own world: the world decides what may be
//! imported.

use crate::PackError;
use crate::module::{outermost, without_component_types};
use crate::two_modules::two_modules;
use linecard_package::wasi;
use std::collections::BTreeSet;
use std::path::Path;
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup, WorldId, WorldKey};

/// The component of a guest, and the packages (`lines`, `records`, …) that it imports from. A core module is encoded
/// for the world of `folder` and divided into two; a component, which a compiler for WASI makes, stays as it is.
pub(crate) fn made(code: &[u8], folder: &Path, wit_root: &Path) -> Result<(Vec<u8>, BTreeSet<String>), PackError> {
    let (resolve, world) = world(folder, wit_root)?;
    let made = || {
        let component = if Parser::is_component(code) {
            fitting(code, &Names::of_world(&resolve, world))?;
            code.to_vec()
        } else {
            encoded(code, &resolve, world)?
        };
        let packages = packages(&Names::of_component(&component)?.imports)?;
        Ok((component, packages))
    };
    made().map_err(|reason: String| PackError::at(folder, "wit/world.wit", reason))
}

/// The component of a module. An import that the world does not list fails by name.
fn encoded(module: &[u8], resolve: &Resolve, world: WorldId) -> Result<Vec<u8>, String> {
    let mut module = without_component_types(module)?;
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)
        .map_err(|error| format!("{error:#}"))?;
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("the module does not fit the plugin's world: {error:#}"))?;
    two_modules(&encoded).map_err(|reason| format!("the module cannot be divided into two: {reason}"))
}

/// Checks that a component imports nothing but what its world lists, and exports what that says. What the host
/// answers of WASI gives nothing, so no world needs to list it.
fn fitting(component: &[u8], world: &Names) -> Result<(), String> {
    let own = Names::of_component(component)?;
    let is_listed = |name: &&String| wasi::is_wasi(name) || world.imports.contains(*name);
    if let Some(name) = own.imports.iter().find(|name| !is_listed(name)) {
        return Err(format!("the component imports {name}, which the plugin's world does not list"));
    }
    match world.exports.difference(&own.exports).next() {
        Some(name) => Err(format!("the component does not export {name}")),
        None => Ok(()),
    }
}

/// What a world or a component imports and exports, by name.
struct Names {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
}

impl Names {
    fn of_world(resolve: &Resolve, world: WorldId) -> Names {
        let name = |key: &WorldKey| resolve.name_world_key(key);
        let world = &resolve.worlds[world];
        Names { imports: world.imports.keys().map(name).collect(), exports: world.exports.keys().map(name).collect() }
    }

    fn of_component(component: &[u8]) -> Result<Names, String> {
        let mut names = Names { imports: BTreeSet::new(), exports: BTreeSet::new() };
        for payload in outermost(component) {
            match payload? {
                Payload::ComponentImportSection(section) => {
                    for import in section {
                        names.imports.insert(import.map_err(|error| error.to_string())?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section {
                        names.exports.insert(export.map_err(|error| error.to_string())?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }
}

fn world(folder: &Path, wit_root: &Path) -> Result<(Resolve, WorldId), PackError> {
    let own = UnresolvedPackageGroup::parse_dir(folder.join("wit"))
        .map_err(|error| PackError::at(folder, "wit", format!("{error:#}")))?;
    let listing = |source| PackError::Io { path: wit_root.into(), source };
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(wit_root).map_err(listing)? {
        let path = entry.map_err(listing)?.path();
        if path.is_dir() {
            let package = UnresolvedPackageGroup::parse_dir(&path);
            packages.push(package.map_err(|error| PackError::at(&path, "", format!("{error:#}")))?);
        }
    }
    let mut resolve = Resolve::default();
    let fault = |error: String| PackError::at(folder, "wit/world.wit", error);
    let package = resolve.push_groups(own, packages).map_err(|error| fault(error.to_string()))?;
    let world = resolve.select_world(&[package], None).map_err(|error| fault(format!("{error:#}")))?;
    Ok((resolve, world))
}

/// The packages of the host that are imported from.
fn packages(imports: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    let mut packages = BTreeSet::new();
    for name in imports {
        match name.strip_prefix("linecard:").and_then(|rest| rest.split('/').next()) {
            Some(package) => {
                packages.insert(package.to_owned());
            }
            None if wasi::is_answered(name) => {}
            None if wasi::is_wasi(name) => {
                return Err(format!("it imports {name}; of WASI there are only {}", wasi::ANSWERED));
            }
            None => return Err(format!("it imports {name}, which no panel offers")),
        }
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a component that exports what plugins export, and imports this, for a world that lists `lines`.
    fn made_importing(import: &str) -> Result<BTreeSet<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let world = "package a:b; world w { import linecard:lines/lines@0.1.0; export linecard:plugin/actions@0.1.0; }";
        std::fs::create_dir(folder.path().join("wit")).unwrap();
        std::fs::write(folder.path().join("wit/world.wit"), world).unwrap();
        let text = format!(
            r#"(component (import "{import}" (instance $given (export "f" (func))))
                (export "linecard:plugin/actions@0.1.0" (instance $given)))"#
        );
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let made = made(&wat::parse_str(text).unwrap(), folder.path(), &wit);
        made.map(|(_, packages)| packages).map_err(|error| error.to_string())
    }

    #[test]
    fn a_component_imports_what_its_world_lists_and_what_is_answered_of_wasi() {
        assert_eq!(made_importing("linecard:lines/lines@0.1.0"), Ok(BTreeSet::from(["lines".to_owned()])));
        assert_eq!(made_importing("wasi:random/random@0.2.4"), Ok(BTreeSet::new()));
    }

    #[test]
    fn any_other_import_of_a_component_is_refused_by_name() {
        for (import, why) in [
            ("linecard:users/users@0.1.0", "world does not list"),
            ("other:thing/here", "world does not list"),
            ("wasi:http/outgoing-handler@0.2.0", "of WASI there are only cli, clocks"),
            ("wasi:cli/environment@0.3.0", "of WASI there are only cli, clocks"),
        ] {
            let refused = made_importing(import).unwrap_err();
            assert!(refused.contains(import) && refused.contains(why), "{refused}");
        }
    }
}
