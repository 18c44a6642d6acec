//! Taking, keeping and leaving a seat: each a single step under the shard's lock.

use super::{Kept, LocalLeases};
use host_core::lease::rules::{Decision, NoSeat, admit};
use host_core::lease::{Coming, Ended, Fence, HeldLease, Holder, LeaseKey, SeatRequest, SessionKey};
use host_core::{LineId, StreamId, TenantId};

impl LocalLeases {
    pub(super) fn take(&self, request: &SeatRequest<'_>, holder: Holder) -> Result<Fence, NoSeat> {
        let (now, owner) = (self.now(), (request.tenant, request.line));
        self.with(owner, |line| {
            self.expire(line, now);
            let was_ended = request.coming == Coming::Return && self.lost.has(owner, request.session);
            let instead_of = match admit(line, request, was_ended, now.monotonic)? {
                Decision::Join(at) => {
                    let kept = &mut line[at];
                    let (before, owner) = (kept.held.lease.stream, kept.held.lease.owner);
                    kept.held.join(request, holder);
                    if kept.held.lease.owner != owner {
                        self.running.put(&kept.held.lease);
                    }
                    if kept.held.lease.stream != before {
                        self.mirror_again(kept);
                    }
                    self.extend(kept, now);
                    return Ok(kept.held.lease.fence);
                }
                Decision::Take(instead_of) => instead_of,
            };
            if let Some((at, why)) = instead_of {
                self.over(line.swap_remove(at), why, now);
            }
            if request.coming == Coming::Start {
                self.lost.forget(owner, request.session);
            }
            let held = HeldLease::taken(request, holder, self.next_fence(), now);
            let (fence, slot) = (held.lease.fence, self.mirrored(&held.lease));
            self.running.put(&held.lease);
            line.push(Kept { held, slot });
            Ok(fence)
        })
    }

    pub(super) fn take_again(
        &self,
        tenant: TenantId,
        line: LineId,
        session: SessionKey,
        stream: StreamId,
        holder: Holder,
    ) -> Option<Fence> {
        let now = self.now();
        self.with((tenant, line), |line| {
            self.expire(line, now);
            let kept = line.iter_mut().find(|kept| kept.held.lease.session == session.0)?;
            if !kept.held.rejoin(stream, holder) {
                return None;
            }
            self.extend(kept, now);
            Some(kept.held.lease.fence)
        })
    }

    pub(super) fn keep(&self, lease: LeaseKey) {
        let now = self.now();
        self.with((lease.tenant, lease.line), |line| {
            self.expire(line, now);
            if let Some(kept) = line.iter_mut().find(|kept| kept.held.lease.fence == lease.fence) {
                self.extend(kept, now);
            }
        });
    }

    pub(super) fn leave(&self, lease: LeaseKey, holder: Holder, bytes: u64, lingers: bool) {
        self.with((lease.tenant, lease.line), |line| {
            let Some(at) = line.iter().position(|kept| kept.held.lease.fence == lease.fence) else { return };
            let held = &mut line[at].held;
            held.leave(holder, bytes);
            if held.holders.is_empty() && !lingers {
                self.over(line.swap_remove(at), Ended::Closed, self.now());
            }
        });
    }
}
