//! Player sessions: what makes requests the same player.

use host_core::{LineId, StreamId};

/// What makes two requests the same player: a keyed hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SessionKey(pub u64);

/// A player session that outlives its requests: what its addresses carry, so that it is known again
/// by them alone.
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
