//! What guards the sign-ins.

use super::lockout::Lockout;
use super::pool::Pool;
use super::quiet::Quiet;
use host_core::port::Entropy;

/// What guards the sign-ins: lock-out counters, the password pool, and how often one identity is
/// journalled.
pub(crate) struct SignInState {
    pub(super) lockout: Lockout,
    pub(super) pool: Pool,
    pub(super) quiet: Quiet,
}

impl SignInState {
    pub(crate) fn new(entropy: &dyn Entropy) -> SignInState {
        let mut seed = [0; 16];
        entropy.fill(&mut seed);
        SignInState { lockout: Lockout::new(seed), pool: Pool::new(), quiet: Quiet::new(seed) }
    }
}
