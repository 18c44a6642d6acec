//! The plugins that the build script made and that travel inside the binary.

use host_core::action::Description;
use host_runtime::Package;

/// Every shipped plugin.
pub(crate) static SHIPPED: &[host_runtime::Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// What each of the shipped plugins describes, read without running it, with the plugin's name.
pub(crate) fn descriptions() -> anyhow::Result<Vec<(String, Description)>> {
    let read = |plugin: &host_runtime::Shipped| {
        let package = Package::read(plugin.bytes.to_vec().into())?;
        Ok((package.manifest.name, package.description))
    };
    SHIPPED.iter().map(read).collect()
}

/// The surfaces of the shipped plugins and of media, by name: what a listener can be for.
pub(crate) fn surfaces() -> anyhow::Result<Vec<String>> {
    let described = descriptions()?;
    let names = described.iter().flat_map(|(_, own)| &own.surfaces).map(|surface| surface.name.clone());
    let mut names: Vec<_> = names.chain([host_http::MEDIA.to_owned()]).collect();
    names.sort_unstable();
    Ok(names)
}
