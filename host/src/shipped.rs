//! The plugins that the build script made and that travel inside the binary.

/// Every shipped plugin.
pub(crate) static SHIPPED: &[host_runtime::Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
