//! From a compiled guest and its folder to the bytes of the file.

use crate::covers::covers;
use crate::folder::read;
use crate::{PackError, assets, component, description};
use linecard_package::{ACTIONS_SECTION, ASSETS_SECTION, Manifest};
use std::path::Path;

/// Packs a compiled guest with the `plugin.toml`, `actions.toml` and `wit/world.wit` of its folder; `wit_root` has the
/// capabilities' packages. The guest is a core module, or a component, as compilers for WASI make them. Fails by name
/// when it imports what its world does not list or what the host does not answer of WASI, when the manifest does
/// not ask for what is imported, and when the description could not be applied.
pub fn pack(code: &[u8], folder: &Path, wit_root: &Path) -> Result<Vec<u8>, PackError> {
    let manifest_text = read(&folder.join("plugin.toml"))?;
    let manifest = Manifest::parse(&manifest_text).map_err(|reason| PackError::at(folder, "plugin.toml", reason))?;
    let description = description::description(folder)?;
    let (mut component, capabilities) = component::made(code, folder, wit_root)?;
    covers(&manifest, &capabilities).map_err(|reason| PackError::at(folder, "plugin.toml", reason))?;
    let json =
        serde_json::to_vec(&description).map_err(|error| PackError::at(folder, "actions.toml", error.to_string()))?;
    linecard_package::append(&mut component, ACTIONS_SECTION, &json);
    if let Some(archive) = assets::archive(folder)? {
        linecard_package::append(&mut component, ASSETS_SECTION, &archive);
    }
    linecard_package::seal(&mut component, &manifest_text);
    Ok(component)
}
