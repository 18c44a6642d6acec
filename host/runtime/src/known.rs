//! What is known of a plugin file before it is loaded.

use crate::package::Package;
use host_core::grant::Grant;

/// What of a plugin file matters before it is loaded.
#[derive(Debug, PartialEq)]
pub(crate) struct Known {
    /// The manifest's version.
    pub(crate) version: String,
    /// SHA-256, in hex.
    pub(crate) digest: String,
    /// What it asks for.
    pub(crate) asked: Grant,
}

impl Known {
    pub(crate) fn of(package: &Package) -> Known {
        Known { version: package.manifest.version.clone(), digest: package.digest_hex(), asked: package.asked.clone() }
    }
}
