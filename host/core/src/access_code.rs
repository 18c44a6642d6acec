//! An access code: the first path segment that opens a panel surface and names its tenant.

use crate::record::declared::{Reading, Record, RecordField, fields};
use crate::refusal::Code;
use crate::time::Unix;
use crate::{AccessCodeId, Refusal, TenantId, Version, name};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Most networks that a code names.
const MOST_NETWORKS: usize = 64;

/// A door with a hard-to-guess name. Unique in the process, kept in the control database.
/// Serialises to the `access_code` record document.
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

impl Record for AccessCode {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Hidden Read, "tenant": Hidden Hidden, "surface": Hidden Write, "code": Hidden Write,
        "allowed_addresses": Hidden Write, "enabled": Hidden Write,
    };
    const RESELLERS: Reading = Reading::Never;

    fn blank(id: u32, _now: Unix) -> Option<AccessCode> {
        Some(AccessCode {
            id: AccessCodeId(id),
            version: Version(0),
            tenant: TenantId(0),
            surface: String::new(),
            code: String::new(),
            allowed_addresses: Vec::new(),
            enabled: true,
        })
    }

    fn validate(&self) -> Result<(), Refusal> {
        name::access_code(&self.code)?;
        if self.surface.is_empty() || self.surface.len() > 64 {
            return Err(Refusal::field(Code::InvalidInput, "surface", "An access code opens a surface; name it."));
        }
        if self.allowed_addresses.len() > MOST_NETWORKS {
            let message = format!("An access code names at most {MOST_NETWORKS} networks.");
            return Err(Refusal::field(Code::InvalidInput, "allowed_addresses", message));
        }
        Ok(())
    }
}

impl AccessCode {
    /// Whether the door opens for this address. A no sounds like an unknown path.
    pub fn opens_for(&self, address: IpAddr) -> bool {
        self.enabled
            && (self.allowed_addresses.is_empty() || self.allowed_addresses.iter().any(|net| net.contains(&address)))
    }
}
