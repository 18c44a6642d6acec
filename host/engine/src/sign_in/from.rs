//! Where a sign-in comes from.

use host_core::TenantId;
use host_core::caller::{Caller, Identity};
use std::net::IpAddr;
use std::sync::Arc;

/// Where a sign-in comes from; journalled, never trusted.
#[derive(Clone, Debug)]
pub struct SignInFrom {
    /// The client's address, IPv4-mapped forms already unmapped.
    pub address: IpAddr,
    /// The `User-Agent`, empty when none was sent.
    pub agent: Arc<str>,
    /// The surface that is asked.
    pub surface: Arc<str>,
    /// The request's id.
    pub request: Arc<str>,
}

impl SignInFrom {
    pub(super) fn caller(&self, tenant: TenantId, identity: Identity, key_prefix: Option<String>) -> Caller {
        Caller {
            tenant,
            identity,
            address: Some(self.address),
            key_prefix,
            session: None,
            request: Arc::clone(&self.request),
        }
    }
}
