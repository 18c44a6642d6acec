//! Sign-in of lines. Knows nothing of what a line in this state may do: the surface decides how
//! an expired or banned one is answered.

use super::{From, Verdict};
use crate::{Engine, Result};
use host_core::caller::{Caller, Identity};
use host_core::line::Line;
use host_core::port::Keyring;
use host_core::secret::{Mac, Secret};
use host_core::{LineId, TenantId};
use std::sync::Arc;

/// A line that signed in. Its status may be anything.
#[derive(Clone, Debug)]
pub struct SignedLine {
    /// The caller it is.
    pub caller: Caller,
    /// The line.
    pub line: Arc<Line>,
}

/// The digest that a line's password is compared by; bound to the line, so that equal passwords
/// of two lines do not look equal.
pub(crate) fn line_mac(keyring: &dyn Keyring, tenant: TenantId, line: LineId, password: &Secret) -> Mac {
    let password = password.reveal().as_bytes();
    let mut text = zeroize::Zeroizing::new(Vec::with_capacity(4 + password.len()));
    text.extend_from_slice(&line.0.to_be_bytes());
    text.extend_from_slice(password);
    keyring.mac(tenant, "line-password", &text)
}

impl Engine {
    /// Signs a line in: one look-up, one digest, the same work for unknown names.
    ///
    /// # Errors
    /// `auth_failed` for an unknown name, a wrong password and a locked-out pair alike;
    /// `rate_limited` for an address with too many failures.
    pub async fn sign_in_line(
        &self,
        tenant: TenantId,
        username: &str,
        password: &Secret,
        from: &From,
    ) -> Result<SignedLine> {
        let line = self.line_named(tenant, username).await?;
        let (id, kept) = line.as_ref().map_or((LineId(0), Mac::default()), |line| (line.id, line.password_mac));
        let matches = line_mac(self.keyring(), tenant, id, password) == kept;
        let suspect = self.gate.lockout.suspect("line", tenant, username, from.address);
        let known = line.as_ref().map(|line| line.id);
        let verdict = self.gate.lockout.judge(suspect, matches && known.is_some(), known, self.clock().monotonic());
        match line {
            Some(line) if verdict == Verdict::Passed => {
                self.note_sign_in(tenant, None, Some(line.id), from);
                let caller = from.caller(tenant, Identity::Line { id: line.id }, None);
                Ok(SignedLine { caller, line })
            }
            _ => Err(self.refuse_sign_in(tenant, verdict, None, known, from).into()),
        }
    }
}
