//! Running connections, which [`crate::logs`] lists.

use crate::Refusal;
use crate::bindings::linecard::connections::connections as host;

/// Ends a connection by its id in the log of those that run.
pub fn end(connection: &str) -> Result<(), Refusal> {
    Ok(host::end(connection)?)
}
