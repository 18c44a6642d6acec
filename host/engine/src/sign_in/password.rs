//! Passwords of users: Argon2id on a bounded pool, so that a flood of sign-ins neither blocks the runtime nor
//! eats its memory. Passwords of lines are not hashed: they can be read again.

use super::SignInFrom;
use super::lockout::Verdict;
use super::note::Who;
use crate::Engine;
use crate::error::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash as Phc, PasswordHasher, PasswordVerifier, SaltString};
use host_core::TenantId;
use host_core::caller::{Caller, Identity};
use host_core::plan::Database;
use host_core::secret::{PasswordHash, Secret};
use host_core::unique::Unique;
use host_core::user::User;

impl Engine {
    /// Hashes a password with this salt of 16 random bytes.
    ///
    /// # Errors
    /// `unavailable` when too many hashes wait.
    pub(crate) async fn hash_password(&self, password: &Secret, salt: Vec<u8>) -> Result<PasswordHash> {
        let password = password.clone();
        let hashed = self.sign_ins.pool.run(move || {
            let salt = SaltString::encode_b64(&salt)?;
            Argon2::default().hash_password(password.reveal().as_bytes(), &salt).map(|phc| phc.to_string())
        });
        hashed.await?.map(PasswordHash).map_err(|error| Error::Invalid(format!("a password cannot be hashed: {error}")))
    }

    /// Signs a user in by name and password, with the same work for unknown and locked names.
    ///
    /// # Errors
    /// `auth_failed`, `rate_limited` after too many failures, `unavailable` when too many
    /// sign-ins wait.
    pub async fn sign_in_password(
        &self,
        tenant: TenantId,
        username: &str,
        password: &Secret,
        from: &SignInFrom,
    ) -> Result<Caller> {
        let name = username.to_lowercase();
        let suspect = self.sign_ins.lockout.suspect("user", tenant, &name, from.address);
        let user: Option<User> = self.row_of(Database::Tenant(tenant), Unique::Username(name)).await?;
        let known = user.as_ref().map(|user| user.id);
        // Counted as a failure before the slow check, and taken back when it was none.
        let entered = self.sign_ins.lockout.judge(suspect, false, known, self.clock().monotonic());
        let matches = self.verify(user.as_ref(), password.clone()).await?;
        let enabled = match known {
            Some(id) => self.enabled_user(tenant, id).await?,
            None => None,
        };
        match enabled {
            Some(user) if matches && entered == Verdict::Failed => {
                self.sign_ins.lockout.forgive(suspect, self.clock().monotonic());
                self.note_sign_in(tenant, Who::user(user.id), from);
                Ok(from.caller(tenant, Identity::User { id: user.id, role: user.role, key: None }, None))
            }
            _ => {
                let who = known.map(Who::user).unwrap_or_default();
                Err(self.refuse_sign_in(tenant, entered, who, from).into())
            }
        }
    }

    async fn verify(&self, user: Option<&User>, password: Secret) -> Result<bool> {
        let kept = user.map(|user| user.password.0.clone());
        self.sign_ins.pool.run(move || verify(kept.as_deref(), &password)).await
    }
}

/// Compares; without a hash it does the same work for nothing.
fn verify(kept: Option<&str>, password: &Secret) -> bool {
    let bytes = password.reveal().as_bytes();
    match kept.map(Phc::new) {
        Some(Ok(phc)) => Argon2::default().verify_password(bytes, &phc).is_ok(),
        _ => {
            let mut sink = [0; 32];
            let _ = Argon2::default().hash_password_into(bytes, b"linecard-unknown", &mut sink);
            false
        }
    }
}
