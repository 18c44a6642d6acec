//! A lease as it is kept: with who holds it, what is known of its player, and when it runs out.

use super::{Coming, Fence, LEASE, LEASE_SECONDS, Lease, SeatRequest};
use crate::line::Output;
use crate::time::{Expiry, Unix};
use crate::{NodeId, StreamId};
use std::time::Duration;

/// A player that reads on asks more often than this.
const SILENT: Duration = Duration::from_secs(15);

/// A point in time, for those who keep leases: by a clock of theirs that never goes back, and as a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// By the clock that never goes back. Every look at a lease and [`HeldLease::until`] are of one clock.
    pub monotonic: Duration,
    /// The date.
    pub date: Unix,
}

/// Who holds a lease: a response that is open on a node, or a request under way there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holder {
    /// On which node.
    pub node: NodeId,
    /// Its number there, never given twice.
    pub number: u64,
}

/// A lease that is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct HeldLease {
    /// The lease.
    pub lease: Lease,
    /// The node that took it last; its end is noted in the history there.
    pub node: NodeId,
    /// When it runs out unless it is renewed.
    pub until: Duration,
    /// Who holds it now. None between the requests of a player that comes back.
    pub holders: Vec<Holder>,
    /// Bytes that were sent by holders who have left.
    pub bytes: u64,
    /// With which player; empty for one that was found after a restart.
    pub agent: Box<str>,
    /// In which form; none for files.
    pub output: Option<Output>,
    /// When its line expires.
    pub expiry: Expiry,
    /// What the player signed in with; none when it is not known.
    pub credentials: Option<u64>,
    /// Its player came back at least once.
    pub followed: bool,
    /// Found after a restart; nobody has come back for it yet.
    pub orphan: bool,
}

impl HeldLease {
    /// A fresh one.
    pub fn taken(request: &SeatRequest<'_>, holder: Holder, fence: Fence, now: Moment) -> HeldLease {
        let lease = Lease {
            fence,
            tenant: request.tenant,
            line: request.line,
            owner: Some(request.owner),
            stream: request.stream,
            session: request.session.0,
            agent: request.agent_hash,
            address: request.address,
            started_at: now.date,
            expires_at: now.date.plus(LEASE_SECONDS),
        };
        HeldLease {
            lease,
            node: holder.node,
            until: now.monotonic + LEASE,
            holders: vec![holder],
            bytes: 0,
            agent: request.agent.into(),
            output: request.output,
            expiry: request.expiry,
            credentials: request.credentials,
            followed: request.coming == Coming::Return,
            orphan: false,
        }
    }

    /// One that a process of this node left: it counts, and its player gets it back.
    pub fn found(lease: Lease, node: NodeId, until: Duration) -> HeldLease {
        HeldLease {
            lease,
            node,
            until,
            holders: Vec::new(),
            bytes: 0,
            agent: Box::default(),
            output: None,
            expiry: Expiry::Never,
            credentials: None,
            followed: false,
            orphan: true,
        }
    }

    /// Another request of its session holds it too.
    pub fn join(&mut self, request: &SeatRequest<'_>, holder: Holder) {
        self.hold(holder);
        self.followed |= request.coming == Coming::Return;
        // After a restart only the start knows these.
        self.lease.owner = self.lease.owner.or(Some(request.owner));
        (self.orphan, self.agent, self.output) = (false, request.agent.into(), request.output);
        (self.expiry, self.credentials) = (request.expiry, request.credentials.or(self.credentials));
        self.lease.stream = request.stream;
    }

    /// The session reads on: another request holds it that only asks for the seat. False where one has to come the
    /// whole way, because after a restart only that knows what the lease has to know.
    pub fn rejoin(&mut self, stream: StreamId, holder: Holder) -> bool {
        if self.orphan || self.lease.stream != stream {
            return false;
        }
        self.hold(holder);
        self.followed = true;
        true
    }

    fn hold(&mut self, holder: Holder) {
        self.holders.push(holder);
        self.node = holder.node;
    }

    /// Moves its end.
    pub fn renew(&mut self, now: Moment) {
        self.until = now.monotonic + LEASE;
        self.lease.expires_at = now.date.plus(LEASE_SECONDS);
    }

    /// A holder leaves, after so many bytes.
    pub fn leave(&mut self, holder: Holder, bytes: u64) {
        if let Some(at) = self.holders.iter().position(|other| *other == holder) {
            self.holders.swap_remove(at);
            self.bytes += bytes;
        }
    }

    /// Whether it ran out.
    pub fn is_over(&self, now: Duration) -> bool {
        self.until <= now
    }

    /// Whether it is an HLS start whose playlist was never asked for.
    pub(super) fn is_unfollowed(&self) -> bool {
        self.output == Some(Output::M3u8) && self.holders.is_empty() && !self.followed
    }

    /// Whether nobody has asked for anything for a while.
    pub(super) fn is_silent(&self, now: Duration) -> bool {
        let asked = self.until.saturating_sub(LEASE);
        self.holders.is_empty() && now.saturating_sub(asked) >= SILENT
    }
}

impl AsRef<HeldLease> for HeldLease {
    fn as_ref(&self) -> &HeldLease {
        self
    }
}
