//! What a start asks for.

use crate::line::{Output, SeatLimit};
use crate::settings::{ConnectionPolicy, SamePlayer};
use crate::time::Expiry;
use crate::{LineId, StreamId, TenantId, UserId};
use std::net::IpAddr;

/// What makes two requests the same player: a keyed hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SessionKey(pub u64);

/// How a request comes to its seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coming {
    /// It starts to play: at the limit it may take the seat of another start of the same player.
    Start,
    /// It goes on with what started before: it joins its session or takes a free seat.
    Return,
}

/// Identifies a start, and says what it wants and by which rules it is decided.
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
    /// Keyed hash of what the player signed in with: when that is changed, the connection ends. None where it is not
    /// known.
    pub credentials: Option<u64>,
    /// The line's seats.
    pub limit: SeatLimit,
    /// When the line expires: it is looked at again then.
    pub expiry: Expiry,
    /// What happens when all seats are taken.
    pub policy: ConnectionPolicy,
    /// What happens then to a start by a player that has one of them.
    pub same_player: SamePlayer,
}
