//! Making a component of a module, against the plugin's own world: the world decides what may be
//! imported.

use crate::PackError;
use crate::module::{outermost, without_component_types};
use crate::two_modules::two_modules;
use std::collections::BTreeSet;
use std::path::Path;
use wasmparser::Payload;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup, WorldId};

/// The component of a module, divided into two modules. An import that the world of `folder` does not list fails by name.
pub(crate) fn encode(module: &[u8], folder: &Path, wit_root: &Path) -> Result<Vec<u8>, PackError> {
    let (resolve, world) = world(folder, wit_root)?;
    let fault = |reason: String| PackError::at(folder, "wit/world.wit", reason);
    let mut module = without_component_types(module).map_err(fault)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| fault(format!("{error:#}")))?;
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| fault(format!("the module does not fit the plugin's world: {error:#}")))?;
    two_modules(&encoded).map_err(|reason| fault(format!("the module cannot be divided into two: {reason}")))
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

/// The packages (`lines`, `records`, …) that a component imports from.
pub(crate) fn imports(component: &[u8]) -> Result<BTreeSet<String>, String> {
    let mut packages = BTreeSet::new();
    for payload in outermost(component) {
        let Payload::ComponentImportSection(section) = payload? else { continue };
        for import in section {
            let name = import.map_err(|error| error.to_string())?.name.name;
            let package = name.strip_prefix("linecard:").and_then(|rest| rest.split('/').next());
            packages.insert(package.ok_or(format!("it imports {name}, which no panel offers"))?.to_owned());
        }
    }
    Ok(packages)
}
