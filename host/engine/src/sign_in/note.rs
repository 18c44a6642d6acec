//! What the journal gets of sign-ins, and the one refusal for all that fail.

use super::SignInFrom;
use super::lockout::Verdict;
use crate::Engine;
use host_core::journal::Entry;
use host_core::object::Key;
use host_core::refusal::Code;
use host_core::{LineId, Refusal, TenantId, UserId};

/// The one answer to an unknown name, a wrong password, a disabled and a locked caller.
fn failed() -> Refusal {
    Refusal::new(Code::AuthFailed, "The credentials are not valid.")
}

fn flooded() -> Refusal {
    Refusal::new(Code::RateLimited, "Too many failed sign-ins; try again later.").retry_after(1)
}

impl Engine {
    /// Notes a sign-in that went well, and journals it at most once a minute for each identity and address.
    pub(super) fn note_sign_in(&self, tenant: TenantId, user: Option<UserId>, line: Option<LineId>, from: &SignInFrom) {
        for key in user.map(Key::User).into_iter().chain(line.map(Key::Line)) {
            self.see(tenant, key, from.address, &from.agent);
        }
        if !self.sign_ins.quiet.is_due((tenant, user, line, from.address), self.clock().monotonic()) {
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
    pub(super) fn refuse_sign_in(
        &self,
        tenant: TenantId,
        verdict: Verdict,
        user: Option<UserId>,
        line: Option<LineId>,
        from: &SignInFrom,
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
