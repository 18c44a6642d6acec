//! What every function of WASI is made of: a name, and an answer that gives nothing.

use crate::state::CallState;
use crate::stop::Stop;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

pub(super) type Store<'a> = StoreContextMut<'a, CallState>;

/// One function that is answered; the others of its interface can only be called with handles that nobody has.
pub(super) struct Inert {
    /// `wasi:cli/exit`.
    pub(super) interface: &'static str,
    pub(super) name: &'static str,
    pub(super) link: fn(&mut LinkerInstance<'_, CallState>, &str) -> wasmtime::Result<()>,
}

/// A handle of this kind is never made: files, sockets, terminals.
pub(super) enum Absent {}

/// What ends a call that asks WASI for more than there is.
#[derive(Debug, thiserror::Error)]
pub(super) enum Asked {
    #[error("it ended itself with exit; return from the function instead")]
    Exit,
    #[error("it called {0}, which plugins do not get; ask a capability of the host instead")]
    Missing(String),
    #[error("it waits for nothing: it polled an empty list")]
    NoPollable,
}

/// Counts a host call, like every other.
pub(super) fn counted<'a>(store: &'a mut Store<'_>) -> wasmtime::Result<&'a mut CallState> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    Ok(call)
}
