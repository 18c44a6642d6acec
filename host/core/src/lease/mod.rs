//! A lease: one occupied seat of a line. The count of connections *is* the unexpired leases. What a lease is, who
//! asks for one and the [`rules`] of taking over and of ending are here; where leases are kept is behind
//! [`Leases`](crate::port::Leases).

mod held;
mod request;
pub mod rules;

pub use held::{HeldLease, Holder, Moment};
pub use request::{Coming, SeatRequest, SessionKey};

use crate::time::Unix;
use crate::{LineId, StreamId, TenantId, UserId};
use std::net::IpAddr;
use std::time::Duration;

/// Seconds after its last renewal at which a lease is over.
pub const LEASE_SECONDS: i64 = 30;
/// The same as a duration.
pub const LEASE: Duration = Duration::from_secs(LEASE_SECONDS as u64);
/// Seconds between renewals of a running connection.
pub const RENEW_SECONDS: i64 = 10;
/// Seconds in which the older response ends after a take-over.
pub const TAKE_OVER_SECONDS: i64 = 2;

/// Grows with every lease that is made; a renewal with an older number than the map's is void.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fence(pub u64);

impl Fence {
    /// The number under which people know the lease: its last 53 bits, which every program that reads JSON takes
    /// exactly. Leases of seventeen years have different ones, in the order of their fences.
    pub fn number(self) -> i64 {
        (self.0 & ((1 << 53) - 1)).cast_signed()
    }
}

/// Names one lease.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LeaseKey {
    /// Whose panel.
    pub tenant: TenantId,
    /// Whose seat.
    pub line: LineId,
    /// Its number.
    pub fence: Fence,
}

/// Why a seat is no longer held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Ended {
    /// It was closed by its own side.
    Closed = 1,
    /// The same player started again.
    TakenOver = 2,
    /// A newer start got the seat, by the tenant's policy.
    Oldest = 3,
    /// Someone ended it, or the line may no longer watch.
    Killed = 4,
    /// It was not renewed in time.
    Expired = 5,
}

impl Ended {
    /// The reason with this number.
    pub fn from_number(number: u8) -> Option<Ended> {
        [Ended::Closed, Ended::TakenOver, Ended::Oldest, Ended::Killed, Ended::Expired]
            .into_iter()
            .find(|ended| *ended as u8 == number)
    }
}

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

    /// What names it.
    pub fn key(&self) -> LeaseKey {
        LeaseKey { tenant: self.tenant, line: self.line, fence: self.fence }
    }
}
