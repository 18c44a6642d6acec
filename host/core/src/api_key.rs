//! An API key: what a user's scripts sign in with. Only its digest is kept.

use crate::time::{Expiry, Unix};
use crate::{ApiKeyId, UserId, Version};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A key of a user; the key itself is shown once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Whose it is.
    pub user: UserId,
    /// What it is for, in the owner's words.
    pub name: String,
    /// The first 8 characters of the key, shown in lists and logs.
    pub prefix: String,
    /// SHA-256 of the key.
    #[serde(skip)]
    pub digest: [u8; 32],
    /// Callers must come from here; empty allows all.
    pub allowed_addresses: Vec<IpNet>,
    /// Refused in query strings and forms.
    pub header_only: bool,
    /// May use GET for actions that write (old scripts of these panels).
    pub writes_by_get: bool,
    /// Unknown parameters of a write are passed over and named in the reply instead of refused (old
    /// scripts of these panels post whole forms).
    pub compatible: bool,
    /// When it stops.
    pub expiry: Expiry,
    /// Revoked for good.
    pub revoked: bool,
    /// When it was made.
    pub created_at: Unix,
}

impl ApiKey {
    /// Whether it may be used at all, from here, now.
    pub fn is_usable(&self, address: IpAddr, now: Unix) -> bool {
        !self.revoked
            && !self.expiry.is_past(now)
            && (self.allowed_addresses.is_empty() || self.allowed_addresses.iter().any(|net| net.contains(&address)))
    }
}
