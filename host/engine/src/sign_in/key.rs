//! Sign-in of users by API key. Keys are 256 random bits and kept as SHA-256 only.

use super::SignInFrom;
use super::lockout::Verdict;
use super::note::Who;
use crate::{Engine, Result};
use host_core::api_key::ApiKey;
use host_core::caller::{Caller, Identity};
use host_core::object::Key;
use host_core::plan::Database;
use host_core::secret::Secret;
use host_core::unique::Unique;
use host_core::user::{MAX_DEPTH, User};
use host_core::{TenantId, UserId};
use sha2::{Digest, Sha256};

/// A user that signed in with a key.
#[derive(Clone, Debug)]
pub struct SignedUser {
    /// The caller they are.
    pub caller: Caller,
    /// The key.
    pub key: ApiKey,
}

/// What is kept of an API key.
pub fn digest(key: &Secret) -> [u8; 32] {
    Sha256::digest(key.reveal().as_bytes()).into()
}

impl Engine {
    /// Signs a user in by an API key; `in_header` says that it came as a bearer token.
    ///
    /// # Errors
    /// `auth_failed` for an unknown, revoked or expired key, a key used from a wrong place, and a
    /// user who, or one above whom, is disabled; `rate_limited` after too many failures.
    pub async fn sign_in_key(
        &self,
        tenant: TenantId,
        key: &Secret,
        in_header: bool,
        from: &SignInFrom,
    ) -> Result<SignedUser> {
        let digest = digest(key);
        let found: Option<ApiKey> = self.row_of(Database::Tenant(tenant), Unique::ApiKeyDigest(digest)).await?;
        let user = match &found {
            Some(key) if self.is_usable(key, in_header, from) => self.enabled_user(tenant, key.user).await?,
            _ => None,
        };
        let suspect = self.sign_ins.lockout.suspect("key", tenant, &hex::encode(digest), from.address);
        let known = found.as_ref().map(|key| key.user);
        let verdict = self.sign_ins.lockout.judge(suspect, user.is_some(), known, self.clock().monotonic());
        match (found, user) {
            (Some(key), Some(user)) if verdict == Verdict::Passed => {
                self.note_sign_in(tenant, Who::user(user.id), from);
                self.see(tenant, Key::ApiKey(key.id), from.address, &from.agent);
                let identity = Identity::User { id: user.id, role: user.role, key: Some(key.id) };
                let caller = from.caller(tenant, identity, Some(key.prefix.clone()));
                Ok(SignedUser { caller, key })
            }
            _ => {
                let who = known.map(Who::user).unwrap_or_default();
                Err(self.refuse_sign_in(tenant, verdict, who, from).into())
            }
        }
    }

    fn is_usable(&self, key: &ApiKey, in_header: bool, from: &SignInFrom) -> bool {
        key.is_usable(from.address, self.clock().now()) && (in_header || !key.header_only)
    }

    /// The user, when they and everyone above them are enabled.
    pub(crate) async fn enabled_user(&self, tenant: TenantId, id: UserId) -> Result<Option<User>> {
        let Some(user) = self.row::<User>(Database::Tenant(tenant), id).await? else { return Ok(None) };
        let (mut enabled, mut above) = (user.enabled, user.parent);
        for _ in 0..=MAX_DEPTH {
            let Some(parent) = above else { return Ok(enabled.then_some(user)) };
            let Some(parent) = self.row::<User>(Database::Tenant(tenant), parent).await? else { return Ok(None) };
            (enabled, above) = (enabled && parent.enabled, parent.parent);
        }
        // Deeper than a tree may be: something is wrong with it, so nobody in it may act.
        Ok(None)
    }
}
