//! Room for one more: which of a line's leases goes for a start, if one has to.

use crate::connection::check;
use crate::connection::held::{HeldLease, LEASE, SeatRequest};
use crate::connection::signal::Ended;
use host_core::Refusal;
use host_core::line::{Output, SeatLimit};
use host_core::settings::{ConnectionPolicy, SamePlayer};
use std::time::Duration;

/// A player that reads on asks more often than this.
const SILENT: Duration = Duration::from_secs(15);

/// Whether all seats are taken.
pub(super) fn is_full(line: &[HeldLease], start: &SeatRequest<'_>) -> bool {
    matches!(start.limit, SeatLimit::AtMost(limit) if line.len() >= limit.get() as usize)
}

/// Which lease has to go for this start, if one has.
pub(super) fn to_replace(
    line: &[HeldLease],
    start: &SeatRequest<'_>,
    now: Duration,
) -> Result<Option<(usize, Ended)>, Refusal> {
    let oldest = |which: &dyn Fn(&HeldLease) -> bool| {
        let held = line.iter().enumerate().filter(|(_, held)| which(held));
        held.min_by_key(|(_, held)| held.lease.fence).map(|(at, _)| at)
    };
    let same = |held: &HeldLease| held.lease.is_of(start.address, start.agent_hash);
    // A lease from before a restart that nobody holds goes back to its player, and so does one that
    // its player opened and never came back to: a look before the start.
    let is_idle = |held: &HeldLease| held.orphan || (held.is_unfollowed() && held.lease.stream == start.stream);
    if let Some(at) = oldest(&|held| same(held) && is_idle(held)) {
        return Ok(Some((at, Ended::Closed)));
    }
    if !is_full(line, start) {
        return Ok(None);
    }
    if start.same_player == SamePlayer::TakeOver
        && let Some(at) = oldest(&same)
    {
        return Ok(Some((at, Ended::TakenOver)));
    }
    // Who zapped from one playlist to another left the seat of the first to run out.
    let zapped = |held: &HeldLease| {
        let (fence, address, agent) = (held.lease.fence, held.lease.address, held.lease.agent);
        held.is_silent(now) && line.iter().any(|other| other.lease.fence > fence && other.lease.is_of(address, agent))
    };
    if let Some(at) = oldest(&zapped) {
        return Ok(Some((at, Ended::Closed)));
    }
    match (start.policy, oldest(&|_| true)) {
        (ConnectionPolicy::EndOldest, Some(at)) => Ok(Some((at, Ended::Oldest))),
        _ => Err(check::full()),
    }
}

impl HeldLease {
    /// Whether it is an HLS start whose playlist was never asked for.
    fn is_unfollowed(&self) -> bool {
        self.output == Some(Output::M3u8) && self.handles == 0 && !self.followed
    }

    /// Whether nobody has asked for anything for a while.
    fn is_silent(&self, now: Duration) -> bool {
        let asked = self.until.saturating_sub(LEASE);
        self.handles == 0 && now.saturating_sub(asked) >= SILENT
    }
}
