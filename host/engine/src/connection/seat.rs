//! A held seat: the handle that keeps a lease alive, counts its bytes and says when it is over.

use super::Seats;
use super::signal::{Ended, Signal};
use host_core::lease::{Fence, Lease, RENEW_SECONDS};
use host_core::{LineId, TenantId};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A held seat. Dropping the last handle of a lease ends it and notes it in the history, unless
/// the handle was told to [linger](Seat::linger).
pub struct Seat {
    pub(super) seats: Arc<Seats>,
    pub(super) tenant: TenantId,
    pub(super) line: LineId,
    pub(super) fence: Fence,
    pub(super) signal: Arc<Signal>,
    pub(super) renewed: Mutex<Duration>,
    pub(super) lingers: bool,
}

impl Seat {
    /// The lease's number.
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// Moves the expiry to 30 s from now. False when the lease is over.
    pub fn renew(&self) -> bool {
        *self.renewed.lock() = self.seats.monotonic();
        self.seats.renew(self.tenant, self.line, self.fence)
    }

    /// Counts bytes that were sent, and renews when 10 s have passed since the last time. False
    /// when the lease is over and the response has to end.
    pub fn count(&self, bytes: u64) -> bool {
        self.signal.bytes.fetch_add(bytes, Ordering::Relaxed);
        if self.signal.ended().is_some() {
            return false;
        }
        let due = self.seats.monotonic().saturating_sub(*self.renewed.lock()).as_secs() >= RENEW_SECONDS as u64;
        !due || self.renew()
    }

    /// Why it is over, if it is.
    pub fn is_ended(&self) -> Option<Ended> {
        self.signal.ended()
    }

    /// Resolves when the lease is over: taken over, killed or expired.
    pub async fn ended(&self) -> Ended {
        let mut notified = std::pin::pin!(self.signal.notify.notified());
        loop {
            // Registered before the look, so that an end in between is not missed.
            notified.as_mut().enable();
            if let Some(ended) = self.signal.ended() {
                return ended;
            }
            notified.as_mut().await;
            notified.set(self.signal.notify.notified());
        }
    }

    /// Lets the lease run out by itself when this handle is dropped: for players that come back
    /// with the next request (HLS, ranges of a movie).
    pub fn linger(&mut self) {
        self.lingers = true;
    }

    /// Notes what the player signed in with: when that is changed, the connection ends.
    pub(super) fn signed_in_with(&self, credentials: u64) {
        self.seats.note_credentials(self.tenant, self.line, self.fence, credentials);
    }

    /// The lease as it is now; none when it is over.
    pub fn lease(&self) -> Option<Lease> {
        self.seats.lease(self.tenant, self.line, self.fence)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.leave(self.tenant, self.line, self.fence, self.lingers);
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("line", &self.line).field("fence", &self.fence).finish_non_exhaustive()
    }
}
