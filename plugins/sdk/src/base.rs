//! What every plugin may do without asking: log, time, chance. These functions are always linked, whatever is granted.

use crate::bindings::linecard::base::base as host;

pub use host::Level;

/// Writes a line to the plugin's log of this tenant; at most 64 KiB per call of an action.
pub fn log(level: Level, message: &str) {
    host::log(level, message);
}

/// Unix seconds; the same all through one call and its re-runs.
pub fn now() -> u32 {
    host::now()
}

/// Random bytes, at most 64 KiB per call of an action; the same in a re-run.
pub fn random(count: u32) -> Vec<u8> {
    host::random(count)
}

/// The request's body, byte for byte, for an action whose description says `raw_body`; empty for every other.
pub fn sent() -> Vec<u8> {
    host::sent()
}

/// Rows that the host holds for this call, as JSON.
pub(crate) fn read(held: u32, keep: bool) -> String {
    host::read(held, keep)
}

/// Tells the host why the guest is about to trap. Natively it goes to the test's output.
pub(crate) fn last_words(message: &str) {
    #[cfg(target_arch = "wasm32")]
    host::fault(message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{message}");
}
