//! Which tenant and surface a path's first segment opens.

use crate::{Engine, Result};
use host_core::access_code::AccessCode;
use host_core::plan::Database;
use host_core::unique::Unique;
use std::net::IpAddr;

impl Engine {
    /// The access code, when it opens for this address. A no sounds like an unknown path.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn access_code(&self, code: &str, address: IpAddr) -> Result<Option<AccessCode>> {
        let found: Option<AccessCode> = self.row_of(Database::Control, Unique::AccessCode(code.to_owned())).await?;
        Ok(found.filter(|code| code.opens_for(address)))
    }
}
