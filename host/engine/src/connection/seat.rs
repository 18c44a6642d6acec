//! A held seat: the handle that keeps a lease alive, counts its bytes and says when it is over.

use super::responses::Response;
use super::seats::Seats;
use crate::Result;
use host_core::lease::{Ended, Fence, Lease, LeaseKey, RENEW_SECONDS};
use host_core::port::Whose;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// A held seat. Dropping the last handle of a lease ends it and notes it in the history, unless
/// the handle was told to [linger](Seat::linger).
pub struct Seat {
    seats: Arc<Seats>,
    lease: LeaseKey,
    response: Response,
    renewed: Mutex<Duration>,
    lingers: bool,
}

impl Seat {
    /// The seat of a lease that the response has just taken or joined.
    pub(super) fn new(seats: Arc<Seats>, lease: LeaseKey, response: Response) -> Seat {
        let renewed = Mutex::new(seats.clock().monotonic());
        Seat { seats, lease, response, renewed, lingers: false }
    }

    /// The lease's number.
    pub fn fence(&self) -> Fence {
        self.lease.fence
    }

    /// Moves the expiry to 30 s from now. False when the lease is over.
    pub fn renew(&self) -> bool {
        *self.renewed.lock() = self.seats.clock().monotonic();
        self.seats.leases().renew(self.lease);
        self.is_ended().is_none()
    }

    /// Counts bytes that were sent, and renews when 10 s have passed since the last time. False
    /// when the lease is over and the response has to end.
    pub fn count(&self, bytes: u64) -> bool {
        self.response.signal.count(bytes);
        if self.is_ended().is_some() {
            return false;
        }
        let since = self.seats.clock().monotonic().saturating_sub(*self.renewed.lock());
        since.as_secs() < RENEW_SECONDS as u64 || self.renew()
    }

    /// Why it is over, if it is.
    pub fn is_ended(&self) -> Option<Ended> {
        self.response.signal.ended()
    }

    /// Resolves when the lease is over: taken over, killed or expired.
    pub async fn ended(&self) -> Ended {
        let signal = &self.response.signal;
        let mut notified = std::pin::pin!(signal.notify.notified());
        loop {
            // Registered before the look, so that an end in between is not missed.
            notified.as_mut().enable();
            if let Some(ended) = signal.ended() {
                return ended;
            }
            notified.as_mut().await;
            notified.set(signal.notify.notified());
        }
    }

    /// Lets the lease run out by itself when this handle is dropped: for players that come back
    /// with the next request (HLS, ranges of a movie).
    pub fn linger(&mut self) {
        self.lingers = true;
    }

    /// The lease as it is now; none when it is over.
    ///
    /// # Errors
    /// When the leases cannot be asked.
    pub async fn lease(&self) -> Result<Option<Lease>> {
        Ok(self.seats.held(Whose::One(self.lease)).await?.pop().map(|held| held.lease))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // The response is open until after this: its bytes count once, here or where the lease ends meanwhile.
        let (holder, bytes) = (self.response.holder(), self.response.signal.bytes());
        self.seats.leases().release(self.lease, holder, bytes, self.lingers);
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("lease", &self.lease).finish_non_exhaustive()
    }
}
