//! What the logs get of sign-ins, and the one refusal for all that fail.

use super::SignInFrom;
use super::lockout::Verdict;
use crate::Engine;
use host_core::journal::Entry;
use host_core::line::Line;
use host_core::object::Key;
use host_core::refusal::Code;
use host_core::{LineId, Refusal, TenantId, UserId};

/// Whose sign-in it is, as far as that is known.
#[derive(Clone, Copy, Default)]
pub(super) struct Who {
    user: Option<UserId>,
    line: Option<LineId>,
    owner: Option<UserId>,
}

impl Who {
    pub(super) fn user(id: UserId) -> Who {
        Who { user: Some(id), line: None, owner: Some(id) }
    }

    pub(super) fn line(line: &Line) -> Who {
        Who { user: None, line: Some(line.id), owner: Some(line.owner) }
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
    /// Notes a sign-in that went well, and logs it at most once a minute for each identity and address.
    pub(super) fn note_sign_in(&self, tenant: TenantId, who: Who, from: &SignInFrom) {
        for key in who.user.map(Key::User).into_iter().chain(who.line.map(Key::Line)) {
            self.see(tenant, key, from.address, &from.agent);
        }
        if !self.sign_ins.quiet.is_due((tenant, who.user, who.line, from.address), self.clock().monotonic()) {
            return;
        }
        let now = self.clock().now();
        let entry = Entry::SignIn {
            owner: who.owner,
            surface: from.surface.to_string(),
            user: who.user,
            line: who.line,
            address: from.address.to_string(),
            at: now,
            last_at: now,
            times: 1,
        };
        self.journal().note(tenant, entry);
    }

    /// Logs a refused sign-in and makes the refusal.
    pub(super) fn refuse_sign_in(&self, tenant: TenantId, verdict: Verdict, who: Who, from: &SignInFrom) -> Refusal {
        let refusal = if verdict == Verdict::Flooded { flooded() } else { failed() };
        let entry = Entry::Refused {
            owner: who.owner,
            surface: from.surface.to_string(),
            code: refusal.code.as_str().to_owned(),
            line: who.line,
            user: who.user,
            stream: None,
            address: from.address.to_string(),
            agent: from.agent.to_string(),
            query: from.masked_query(),
            at: self.clock().now(),
        };
        self.journal().note(tenant, entry);
        refusal
    }
}
