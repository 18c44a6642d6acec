//! `linecard plugin inspect`: what a plugin file says of itself, read without running it.

use crate::shipped::SHIPPED;
use anyhow::Context;
use host_runtime::Package;
use serde_json::{Value, json};
use std::path::Path;

/// Name, version, digest, imported functions, surfaces and actions of a file or a shipped plugin.
pub(crate) fn describe(file: &Path) -> anyhow::Result<Value> {
    let shipped = SHIPPED.iter().find(|plugin| Some(plugin.name) == file.to_str() && !file.exists());
    let bytes = match shipped {
        Some(plugin) => plugin.bytes.to_vec(),
        None => std::fs::read(file).with_context(|| {
            let names: Vec<_> = SHIPPED.iter().map(|plugin| plugin.name).collect();
            format!("{} is neither a file that can be read nor a shipped plugin ({})", file.display(), names.join(", "))
        })?,
    };
    let size = bytes.len();
    let package = Package::read(bytes.into())?;
    let description = &package.description;
    let surfaces: Vec<_> = description.surfaces.iter().map(|surface| surface.name.as_str()).collect();
    let actions: Vec<_> = description.actions.iter().map(|a| format!("{}/{}", a.surface, a.name)).collect();
    Ok(json!({
        "name": package.manifest.name,
        "version": package.manifest.version,
        "digest": package.digest_hex(),
        "bytes": size,
        "imports": package.functions(),
        "surfaces": surfaces,
        "actions": actions,
    }))
}
