//! The plugins that the build script made and that travel inside the binary.

/// Every shipped plugin.
pub(crate) static SHIPPED: &[host_runtime::Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The surfaces of the shipped plugins and of media, by name: what a listener can be for.
pub(crate) fn surfaces() -> anyhow::Result<Vec<String>> {
    let mut names = vec![host_http::MEDIA.to_owned()];
    for plugin in SHIPPED {
        let package = host_runtime::Package::read(plugin.bytes.to_vec().into())?;
        names.extend(package.description.surfaces.iter().map(|surface| surface.name.clone()));
    }
    names.sort_unstable();
    Ok(names)
}
