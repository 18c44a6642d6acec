//! One function of the host, and the interface that it belongs to.

use crate::state::CallState;
use host_core::grant::Function;
use wasmtime::component::LinkerInstance;

/// One interface that the host offers.
pub(crate) struct Interface {
    /// `linecard:lines/lines`.
    pub(crate) name: &'static str,
    /// The newest version; a guest built for an older one of the same line links too.
    pub(crate) version: &'static str,
    /// Its functions.
    pub(crate) functions: &'static [HostFunction],
}

/// One host function.
pub(crate) struct HostFunction {
    /// Its name in the interface.
    pub(crate) name: &'static str,
    /// Links it.
    pub(crate) link: fn(&mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()>,
    /// Answers it outside a sandbox; none where native calls have a way of their own.
    #[cfg(feature = "native")]
    pub(crate) native: Option<super::native::Verb>,
}

impl HostFunction {
    /// A function that touches no store.
    pub(crate) const fn plain(
        name: &'static str,
        link: fn(&mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()>,
    ) -> HostFunction {
        HostFunction {
            name,
            link,
            #[cfg(feature = "native")]
            native: None,
        }
    }
}

impl Interface {
    pub(crate) fn function(&self, host: &HostFunction) -> Function {
        Function(format!("{}.{}", self.name, host.name))
    }
}
