//! Who gets a seat, and which lease goes for it: pure, over the unexpired leases of one line. Whoever keeps leases
//! applies an answer in the same step in which it looked, so that no other request comes between.

use super::{Coming, Ended, Fence, HeldLease, SeatRequest};
use crate::StreamId;
use crate::line::{Output, SeatLimit};
use crate::settings::{ConnectionPolicy, SamePlayer};
use crate::time::Expiry;
use std::time::Duration;

/// Why there is no seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoSeat {
    /// All are taken.
    Full,
    /// Somebody ended the session that returns; it has to start anew.
    Ended,
}

/// What becomes of a request. Leases are named by where they stand in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It joins this lease, which is its session's.
    Join(usize),
    /// It gets a seat of its own, after this lease has ended where one has to.
    Take(Option<(usize, Ended)>),
}

/// What a second look at a line's leases wants.
#[derive(Clone, PartialEq, Debug)]
pub struct Recheck {
    /// Leases that may no longer be, with what they watched at the look. One that went to another stream since was
    /// admitted to that by the rules of now.
    pub unwanted: Vec<(Fence, StreamId)>,
    /// The line's seats; the oldest leases above it end.
    pub limit: SeatLimit,
    /// When the line expires: what stays is looked at again then.
    pub expiry: Expiry,
}

/// What becomes of a request, over the unexpired leases of its line. `was_ended`: somebody ended its session, which
/// has not started anew since; only a request that returns is asked for it.
///
/// # Errors
/// Why it gets no seat.
pub fn admit<L: AsRef<HeldLease>>(
    line: &[L],
    request: &SeatRequest<'_>,
    was_ended: bool,
    now: Duration,
) -> Result<Decision, NoSeat> {
    if let Some(at) = line.iter().position(|held| held.as_ref().lease.session == request.session.0) {
        return Ok(Decision::Join(at));
    }
    match request.coming {
        Coming::Return if was_ended => Err(NoSeat::Ended),
        Coming::Return if is_full(line, request.limit) => Err(NoSeat::Full),
        Coming::Return => Ok(Decision::Take(None)),
        Coming::Start => to_replace(line, request, now).map(Decision::Take),
    }
}

/// Which leases of a line end at a second look, oldest first.
pub fn unwanted<L: AsRef<HeldLease>>(line: &[L], recheck: &Recheck) -> Vec<Fence> {
    let is_unwanted = |held: &&HeldLease| recheck.unwanted.contains(&(held.lease.fence, held.lease.stream));
    let (mut ends, mut stays): (Vec<_>, Vec<_>) = line.iter().map(AsRef::as_ref).partition(is_unwanted);
    stays.sort_by_key(|held| held.lease.fence);
    let most = match recheck.limit {
        SeatLimit::Unlimited => usize::MAX,
        SeatLimit::AtMost(limit) => limit.get() as usize,
    };
    let surplus = stays.len().saturating_sub(most);
    ends.extend(stays.drain(..surplus));
    let mut ends: Vec<Fence> = ends.into_iter().map(|held| held.lease.fence).collect();
    ends.sort_unstable();
    ends
}

/// Whether a session needs a new start after such an end. A transport stream is one answer, so there is nobody to
/// come back.
pub fn needs_a_start(why: Ended, output: Option<Output>) -> bool {
    matches!(why, Ended::Killed | Ended::Oldest | Ended::TakenOver) && output != Some(Output::Ts)
}

/// Whether all seats are taken.
fn is_full<L>(line: &[L], limit: SeatLimit) -> bool {
    matches!(limit, SeatLimit::AtMost(limit) if line.len() >= limit.get() as usize)
}

/// Which lease has to go for this start, if one has.
fn to_replace<L: AsRef<HeldLease>>(
    line: &[L],
    start: &SeatRequest<'_>,
    now: Duration,
) -> Result<Option<(usize, Ended)>, NoSeat> {
    let oldest = |which: &dyn Fn(&HeldLease) -> bool| {
        let held = line.iter().map(AsRef::as_ref).enumerate().filter(|(_, held)| which(held));
        held.min_by_key(|(_, held)| held.lease.fence).map(|(at, _)| at)
    };
    let same = |held: &HeldLease| held.lease.is_of(start.address, start.agent_hash);
    // A lease from before a restart that nobody holds goes back to its player, and so does one that
    // its player opened and never came back to: a look before the start.
    let is_idle = |held: &HeldLease| held.orphan || (held.is_unfollowed() && held.lease.stream == start.stream);
    if let Some(at) = oldest(&|held| same(held) && is_idle(held)) {
        return Ok(Some((at, Ended::Closed)));
    }
    if !is_full(line, start.limit) {
        return Ok(None);
    }
    if start.same_player == SamePlayer::TakeOver
        && let Some(at) = oldest(&same)
    {
        return Ok(Some((at, Ended::TakenOver)));
    }
    // Who zapped from one playlist to another left the seat of the first to run out.
    let is_newer = |other: &HeldLease, held: &HeldLease| {
        other.lease.fence > held.lease.fence && other.lease.is_of(held.lease.address, held.lease.agent)
    };
    let zapped =
        |held: &HeldLease| held.is_silent(now) && line.iter().map(AsRef::as_ref).any(|other| is_newer(other, held));
    if let Some(at) = oldest(&zapped) {
        return Ok(Some((at, Ended::Closed)));
    }
    match (start.policy, oldest(&|_| true)) {
        (ConnectionPolicy::EndOldest, Some(at)) => Ok(Some((at, Ended::Oldest))),
        _ => Err(NoSeat::Full),
    }
}
