//! Running connections, which [`crate::logs`] lists, and processes of streams.

use crate::Refusal;
use crate::bindings::linecard::connections::connections as host;

/// Ends a connection by its id in the log of those that run.
pub fn end(connection: &str) -> Result<(), Refusal> {
    Ok(host::end(connection)?)
}

/// Ends a process of a stream's by its number.
pub fn end_process(pid: u32) -> Result<(), Refusal> {
    Ok(host::end_process(pid)?)
}
