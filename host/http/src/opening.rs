//! What a door opens to a request: which surfaces its listener answers, whether the connection is good enough for them,
//! and which access code came with it.

use crate::connection::Arrival;
use crate::state::Http;
use crate::visitor::Visitor;
use host_core::access_code::AccessCode;
use host_core::action::Surface;
use host_core::tenant::Tenant;
use host_runtime::Snapshot;
use http::request::Parts;
use std::sync::Arc;

/// A request in its tenant.
#[derive(Clone, Copy)]
pub(crate) struct Opening<'r> {
    pub(crate) http: &'r Arc<Http>,
    pub(crate) arrival: &'r Arrival,
    pub(crate) tenant: &'r Arc<Tenant>,
    pub(crate) snapshot: &'r Arc<Snapshot>,
    pub(crate) visitor: &'r Visitor,
    pub(crate) parts: &'r Parts,
}

impl Opening<'_> {
    /// Whether this door answers a surface.
    pub(crate) fn is_answered(&self, surface: &Surface) -> bool {
        self.arrival.door.opens_to(&surface.name)
    }

    /// Whether what is sent to a surface could be read by others, and must not be.
    pub(crate) fn is_overheard(&self, surface: &Surface) -> bool {
        surface.is_panel() && !self.visitor.is_private && !self.http.config.insecure_panel
    }

    /// The access code of this tenant that opens for this visitor.
    pub(crate) async fn access_code(&self, code: &str) -> host_engine::Result<Option<AccessCode>> {
        let known = self.http.tenants.of_code(code, self.visitor.address).await?;
        Ok(known.map(|(code, _)| code).filter(|code| code.tenant == self.tenant.id))
    }
}
