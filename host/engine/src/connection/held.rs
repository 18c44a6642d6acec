//! What a start asks for, what the map holds of a lease, and what lists show of it.

use super::session::SessionKey;
use super::signal::Signal;
use host_core::lease::{LEASE_SECONDS, Lease};
use host_core::line::{Output, SeatLimit};
use host_core::settings::{ConnectionPolicy, SamePlayer};
use host_core::time::Expiry;
use host_core::{LineId, StreamId, TenantId, UserId};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a lease lives without being renewed.
pub(super) const LEASE: Duration = Duration::from_secs(LEASE_SECONDS as u64);

/// How a request comes to its seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coming {
    /// It starts to play: at the limit it may take the seat of another start of the same player.
    Start,
    /// It goes on with what started before: it joins its session or takes a free seat.
    Return,
}

/// Identifies a start, and says what it wants.
#[derive(Clone, Copy, Debug)]
pub struct SeatRequest<'a> {
    /// Whose panel.
    pub tenant: TenantId,
    /// Whose seat.
    pub line: LineId,
    /// Who owns the line, for the history.
    pub owner: UserId,
    /// What is to be watched.
    pub stream: StreamId,
    /// The player session.
    pub session: SessionKey,
    /// Whether it starts or goes on.
    pub coming: Coming,
    /// Keyed hash of the user agent.
    pub agent_hash: u64,
    /// The user agent, for the history.
    pub agent: &'a str,
    /// From where.
    pub address: IpAddr,
    /// In which form; none for files.
    pub output: Option<Output>,
    /// The line's seats.
    pub limit: SeatLimit,
    /// When the line expires: it is looked at again then.
    pub expiry: Expiry,
    /// What happens when all seats are taken.
    pub policy: ConnectionPolicy,
    /// What happens then to a start by a player that has one of them.
    pub same_player: SamePlayer,
}

/// A lease in the map.
pub(super) struct HeldLease {
    pub(super) lease: Lease,
    pub(super) until: Duration,
    pub(super) slot: Option<u32>,
    pub(super) handles: u32,
    pub(super) agent: Box<str>,
    pub(super) output: Option<Output>,
    pub(super) expiry: Expiry,
    /// What the player signed in with; none when it is not known.
    pub(super) credentials: Option<u64>,
    pub(super) signal: Arc<Signal>,
    /// Its player came back at least once.
    pub(super) followed: bool,
    /// Found after a restart; nobody has come back for it yet.
    pub(super) orphan: bool,
}

/// A running connection, for lists.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its lease.
    pub lease: Lease,
    /// With which player; empty for one that was found after a restart.
    pub agent: String,
    /// In which form; none for files.
    pub output: Option<Output>,
    /// Bytes sent so far.
    pub bytes: u64,
}
