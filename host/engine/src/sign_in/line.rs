//! Sign-in of lines. The surface decides how an expired or banned one is answered.

use super::SignInFrom;
use super::lockout::Verdict;
use super::note::Who;
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
    /// The password that it showed: whoever needs it again need not open the sealed one.
    pub password: Arc<Secret>,
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
    /// Signs a line in: from memory when the password is right, else by a look-up that is the same
    /// work for a wrong password and for an unknown name.
    ///
    /// # Errors
    /// `auth_failed` for an unknown name, a wrong password and a locked-out pair alike;
    /// `rate_limited` for an address with too many failures.
    pub async fn sign_in_line(
        &self,
        tenant: TenantId,
        username: &str,
        password: &Secret,
        from: &SignInFrom,
    ) -> Result<SignedLine> {
        let unspaced = unspaced(password);
        let readings = [Some(password), unspaced.as_ref()];
        let mut line = self.kept_line(tenant, username);
        let mut matching = self.matching(tenant, line.as_deref(), readings);
        if matching.is_none() {
            // Read even if a line was in memory: a wrong guess of a busy line must not be faster
            // than one of a name that is nobody's.
            line = self.read_line(tenant, username).await?;
            matching = self.matching(tenant, line.as_deref(), readings);
        }
        let suspect = self.sign_ins.lockout.suspect("line", tenant, username, from.address);
        let known = line.as_ref().map(|line| line.id);
        let right = matching.is_some() && known.is_some();
        let mut verdict = self.sign_ins.lockout.judge(suspect, right, known, self.clock().monotonic());
        // Asked whatever was tried, so that the time of the answer tells nobody that they guessed right.
        if matches!(verdict, Verdict::Strange | Verdict::Flooded)
            && self.is_at_home(tenant, known.unwrap_or(LineId(0)), from).await
            && right
        {
            self.sign_ins.lockout.vouch(suspect, self.clock().monotonic());
            verdict = Verdict::Passed;
        }
        match (line, matching) {
            (Some(line), Some(password)) if verdict == Verdict::Passed => {
                self.note_sign_in(tenant, Who::line(&line), from);
                let caller = from.caller(tenant, Identity::Line { id: line.id }, None);
                Ok(SignedLine { caller, line, password: Arc::new(password.clone()) })
            }
            (line, _) => {
                let who = line.as_deref().map(Who::line).unwrap_or_default();
                Err(self.refuse_sign_in(tenant, verdict, who, from).into())
            }
        }
    }

    /// Whether the line has lately signed in from there. A journal that does not answer knows nobody.
    async fn is_at_home(&self, tenant: TenantId, line: LineId, from: &SignInFrom) -> bool {
        self.journal().is_trusted(tenant, line, from.address, self.clock().now()).await.unwrap_or(false)
    }

    /// The reading that is the line's password; as much work when there is no line.
    fn matching<'r>(
        &self,
        tenant: TenantId,
        line: Option<&Line>,
        readings: [Option<&'r Secret>; 2],
    ) -> Option<&'r Secret> {
        // Each is looked at, so that the time says nothing of which it was.
        let [read, meant] = readings.map(|reading| reading.filter(|reading| self.is_password(tenant, line, reading)));
        read.or(meant)
    }

    /// Whether the line has this password; as much work when there is no line.
    fn is_password(&self, tenant: TenantId, line: Option<&Line>, password: &Secret) -> bool {
        let (id, kept) = line.map_or((LineId(0), Mac::default()), |line| (line.id, line.password_mac));
        line_mac(self.keyring(), tenant, id, password) == kept
    }
}

/// A password with `+` for its spaces: some players do not encode the plus of theirs, and a raw one
/// in an address reads as a space. None where there are no spaces.
fn unspaced(password: &Secret) -> Option<Secret> {
    let text = password.reveal();
    text.contains(' ').then(|| Secret::new(text.replace(' ', "+")))
}
