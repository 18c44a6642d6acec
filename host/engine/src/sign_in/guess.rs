//! Counts who guesses at something that is secret and no password: as one who signs in.

use super::lockout::Verdict;
use crate::Engine;
use host_core::refusal::Code;
use host_core::{Refusal, TenantId};
use std::net::IpAddr;

/// After how many seconds another try may be worth something.
const LATER: u32 = 60;

impl Engine {
    /// Counts a try, right or wrong, of whoever asks from an address. Wrong ones lock both for a while, as wrong passwords
    /// do, and it does not matter then what is tried.
    ///
    /// # Errors
    /// `rate_limited` for whoever is locked.
    pub(crate) fn judge_guess(
        &self,
        tenant: TenantId,
        what: &str,
        who: &str,
        address: IpAddr,
        is_right: bool,
    ) -> Result<(), Refusal> {
        let suspect = self.sign_ins.lockout.suspect(what, tenant, who, address);
        match self.sign_ins.lockout.judge(suspect, is_right, Some(()), self.clock().monotonic()) {
            Verdict::Passed | Verdict::Failed => Ok(()),
            Verdict::Locked | Verdict::Strange | Verdict::Flooded => {
                Err(Refusal::new(Code::RateLimited, "Too many wrong tries; try again later.").retry_after(LATER))
            }
        }
    }
}
