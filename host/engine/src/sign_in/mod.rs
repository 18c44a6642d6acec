//! Who is asking: lines by user name and password, users by API key or password. Knows no
//! request; where a credential stands is the surface's dialect.

mod key;
mod line;
mod lockout;
mod password;
mod quiet;

pub use key::{SignedUser, digest};
pub use line::SignedLine;
pub(crate) use line::line_mac;

use crate::Engine;
use host_core::caller::{Caller, Identity};
use host_core::journal::Entry;
use host_core::port::Entropy;
use host_core::refusal::Code;
use host_core::{LineId, Refusal, TenantId, UserId};
use lockout::{Lockout, Verdict};
use std::net::IpAddr;

/// Where a sign-in comes from; journalled, never trusted.
#[derive(Clone, Debug)]
pub struct From {
    /// The client's address, IPv4-mapped forms already unmapped.
    pub address: IpAddr,
    /// The `User-Agent`, empty when none was sent.
    pub agent: String,
    /// The surface that is asked.
    pub surface: String,
    /// The request's id.
    pub request: String,
}

impl From {
    fn caller(&self, tenant: TenantId, identity: Identity, key_prefix: Option<String>) -> Caller {
        Caller { tenant, identity, address: Some(self.address), key_prefix, request: self.request.clone() }
    }
}

/// What guards the sign-ins: lock-out counters, the password pool, and how often one identity is
/// journalled.
pub(crate) struct Gate {
    lockout: Lockout,
    pool: password::Pool,
    quiet: quiet::Quiet,
}

impl Gate {
    pub(crate) fn new(entropy: &dyn Entropy) -> Gate {
        let mut seed = [0; 16];
        entropy.fill(&mut seed);
        Gate { lockout: Lockout::new(seed), pool: password::Pool::new(), quiet: quiet::Quiet::new(seed) }
    }
}

/// The one answer to an unknown name, a wrong password, a disabled and a locked caller.
fn failed() -> Refusal {
    Refusal::new(Code::AuthFailed, "The credentials are not valid.")
}

fn flooded() -> Refusal {
    Refusal::new(Code::RateLimited, "Too many failed sign-ins; try again later.").retry_after(1)
}

impl Engine {
    /// Journals a sign-in that went well, at most once a minute for each identity and address.
    fn note_sign_in(&self, tenant: TenantId, user: Option<UserId>, line: Option<LineId>, from: &From) {
        if !self.gate.quiet.is_due((tenant, user, line, from.address), self.clock().monotonic()) {
            return;
        }
        let entry = Entry::SignIn {
            surface: from.surface.clone(),
            user,
            line,
            address: from.address.to_string(),
            at: self.clock().now(),
        };
        self.journal().note(tenant, entry);
    }

    /// Journals a refused sign-in and makes the refusal.
    fn refuse_sign_in(
        &self,
        tenant: TenantId,
        verdict: Verdict,
        user: Option<UserId>,
        line: Option<LineId>,
        from: &From,
    ) -> Refusal {
        let refusal = if verdict == Verdict::Flooded { flooded() } else { failed() };
        let entry = Entry::Refused {
            surface: from.surface.clone(),
            code: refusal.code.as_str().to_owned(),
            line,
            user,
            stream: None,
            address: from.address.to_string(),
            agent: from.agent.clone(),
            at: self.clock().now(),
        };
        self.journal().note(tenant, entry);
        refusal
    }
}
