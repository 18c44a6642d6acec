//! Player sessions that outlive their requests.

use host_core::lease::SessionKey;
use host_core::{LineId, StreamId};

/// What the addresses of a player session carry, so that it is known again by them alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    /// Whose line.
    pub line: LineId,
    /// What it watches.
    pub stream: StreamId,
    /// Its number.
    pub key: SessionKey,
    /// Keyed hash of what it signed in with: with other credentials it has to start again.
    pub credentials: u64,
}
