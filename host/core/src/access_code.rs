//! An access code: the first path segment that opens a panel surface and names its tenant.

use crate::{AccessCodeId, TenantId, Version};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A door with a hard-to-guess name. Unique in the process, kept in the control database.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AccessCode {
    /// Its id.
    pub id: AccessCodeId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Whose panel it opens.
    pub tenant: TenantId,
    /// Which surface: `reseller` or `admin`, or one that a plugin brings.
    pub surface: String,
    /// The path segment: 8 to 64 characters of `A-Za-z0-9_-`, no reserved word.
    pub code: String,
    /// Callers must come from here; empty allows all.
    pub allowed_addresses: Vec<IpNet>,
    /// Switched on.
    pub enabled: bool,
}

impl AccessCode {
    /// Whether the door opens for this address. A no sounds like an unknown path.
    pub fn opens_for(&self, address: IpAddr) -> bool {
        self.enabled
            && (self.allowed_addresses.is_empty() || self.allowed_addresses.iter().any(|net| net.contains(&address)))
    }
}
