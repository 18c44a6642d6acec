//! A tenant: one isolated panel, known by its host names. Kept in the control database.

use crate::time::Unix;
use crate::{TenantId, Version};
use serde::{Deserialize, Serialize};

/// Upper bounds of what one tenant may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Quotas {
    /// Lines.
    pub lines: u32,
    /// Bytes of cached bodies.
    pub body_bytes: u64,
    /// Requests per second that reach a plugin.
    pub requests_per_second: u32,
    /// Calls of plugins at the same time.
    pub concurrent_calls: u32,
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas { lines: 1_000_000, body_bytes: 256 << 20, requests_per_second: 5_000, concurrent_calls: 64 }
    }
}

/// One isolated panel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id; names its directory, never a parameter of a plugin.
    pub id: TenantId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Unique in the process: 1 to 63 characters of `a-z0-9-`.
    pub name: String,
    /// Host names it answers to, lower case, without port. Unique in the process.
    pub hosts: Vec<String>,
    /// Suspended tenants answer nothing.
    pub suspended: bool,
    /// Upper bounds.
    pub quotas: Quotas,
    /// When it was made.
    pub created_at: Unix,
}
