//! Taking a seat: a single step under the shard's lock.

use super::Seats;
use super::room::{is_full, to_replace};
use crate::connection::check;
use crate::connection::held::{Coming, HeldLease, LEASE, SeatRequest};
use crate::connection::seat::Seat;
use crate::connection::session::Session;
use host_core::lease::{Fence, LEASE_SECONDS, Lease};
use host_core::time::Unix;
use host_core::{Refusal, TenantId};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Seats {
    /// Takes a seat, in one step: joins the session's lease, or takes a free seat; a start also takes
    /// over a lease of the same address and agent where that is wanted, or does what the policy says.
    ///
    /// # Errors
    /// `connection_limit` when all seats are taken, or when somebody ended the session that returns.
    pub fn acquire(self: &Arc<Self>, start: SeatRequest<'_>) -> Result<Seat, Refusal> {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        self.with((start.tenant, start.line), |line| {
            self.expire(line, monotonic, now);
            if let Some(held) = line.iter_mut().find(|held| held.lease.session == start.session.0) {
                return Ok(self.join(held, &start, monotonic, now));
            }
            match start.coming {
                Coming::Return if self.has_lost(start.tenant, start.line, start.session) => return Err(check::ended()),
                Coming::Return if is_full(line, &start) => return Err(check::full()),
                Coming::Return => {}
                Coming::Start => {
                    if let Some((at, why)) = to_replace(line, &start, monotonic)? {
                        self.end(line.swap_remove(at), why, now);
                    }
                    self.lost.forget((start.tenant, start.line), start.session);
                }
            }
            let held = self.fresh(&start, monotonic, now);
            let seat = self.handle(&held, monotonic);
            line.push(held);
            Ok(seat)
        })
    }

    /// A seat of a session that holds one, which this renews.
    pub(in crate::connection) fn rejoin(self: &Arc<Self>, tenant: TenantId, session: &Session) -> Option<Seat> {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        self.with((tenant, session.line), |line| {
            self.expire(line, monotonic, now);
            let is_it =
                |held: &&mut HeldLease| held.lease.session == session.key.0 && held.lease.stream == session.stream;
            // After a restart only the whole way knows what the lease has to know.
            let held = line.iter_mut().find(is_it).filter(|held| !held.orphan)?;
            held.handles += 1;
            held.followed = true;
            self.extend(held, monotonic, now);
            Some(self.handle(held, monotonic))
        })
    }

    fn fresh(&self, start: &SeatRequest<'_>, monotonic: Duration, now: Unix) -> HeldLease {
        let lease = Lease {
            fence: Fence(self.fence.fetch_add(1, Ordering::Relaxed)),
            tenant: start.tenant,
            line: start.line,
            owner: Some(start.owner),
            stream: start.stream,
            session: start.session.0,
            agent: start.agent_hash,
            address: start.address,
            started_at: now,
            expires_at: now.plus(LEASE_SECONDS),
        };
        let slot = self.mirror(&lease);
        let agent = Box::from(start.agent);
        let (output, expiry, signal) = (start.output, start.expiry, Arc::default());
        let (until, credentials) = (monotonic + LEASE, None);
        let followed = start.coming == Coming::Return;
        HeldLease {
            lease,
            until,
            slot,
            handles: 1,
            agent,
            output,
            expiry,
            credentials,
            signal,
            followed,
            orphan: false,
        }
    }

    fn join(self: &Arc<Self>, held: &mut HeldLease, start: &SeatRequest<'_>, monotonic: Duration, now: Unix) -> Seat {
        held.handles += 1;
        held.followed |= start.coming == Coming::Return;
        // After a restart only the start knows these.
        held.lease.owner = held.lease.owner.or(Some(start.owner));
        (held.orphan, held.agent, held.output, held.expiry) = (false, start.agent.into(), start.output, start.expiry);
        if held.lease.stream != start.stream {
            held.lease.stream = start.stream;
            self.mirror_again(held);
        }
        self.extend(held, monotonic, now);
        self.handle(held, monotonic)
    }

    fn handle(self: &Arc<Self>, held: &HeldLease, monotonic: Duration) -> Seat {
        Seat {
            seats: Arc::clone(self),
            tenant: held.lease.tenant,
            line: held.lease.line,
            fence: held.lease.fence,
            signal: Arc::clone(&held.signal),
            renewed: Mutex::new(monotonic),
            lingers: false,
        }
    }
}
