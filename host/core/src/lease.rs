//! A lease: one occupied seat of a line. The count of connections *is* the unexpired leases. The rules of taking
//! over and of ending the oldest are here; the engine keeps the map.

use crate::time::Unix;
use crate::{LineId, StreamId, TenantId, UserId};
use std::net::IpAddr;

/// Seconds after its last renewal at which a lease is over.
pub const LEASE_SECONDS: i64 = 30;
/// Seconds between renewals of a running connection.
pub const RENEW_SECONDS: i64 = 10;
/// Seconds in which the older response ends after a take-over.
pub const TAKE_OVER_SECONDS: i64 = 2;

/// Grows with every lease that is made; a renewal with an older number than the map's is void.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fence(pub u64);

/// One occupied seat.
#[derive(Clone, PartialEq, Debug)]
pub struct Lease {
    /// Its number, unique since the data directory was made.
    pub fence: Fence,
    /// Whose panel.
    pub tenant: TenantId,
    /// Whose seat.
    pub line: LineId,
    /// Who owned the line when it began; none where that is not known.
    pub owner: Option<UserId>,
    /// What is watched.
    pub stream: StreamId,
    /// The player session: keyed hash of what makes two requests the same player.
    pub session: u64,
    /// Keyed hash of the user agent; the agent itself is not mirrored.
    pub agent: u64,
    /// From where.
    pub address: IpAddr,
    /// When it began.
    pub started_at: Unix,
    /// When it ends unless it is renewed.
    pub expires_at: Unix,
}

impl Lease {
    /// Whether it still holds its seat.
    pub fn is_live(&self, now: Unix) -> bool {
        now < self.expires_at
    }

    /// Whether a start at the limit with this address and agent takes this lease over.
    pub fn is_of(&self, address: IpAddr, agent: u64) -> bool {
        self.address == address && self.agent == agent
    }
}
