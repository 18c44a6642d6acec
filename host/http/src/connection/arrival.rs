//! Where a connection arrived.

use super::pulse::Pulse;
use crate::certificate::Certificate;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a listener is for.
pub(crate) struct Door {
    /// Its certificate, when it is encrypted itself.
    pub(crate) certificate: Option<Certificate>,
    /// Its surfaces; empty is all.
    pub(crate) surfaces: Vec<String>,
}

impl Door {
    /// Whether it is encrypted itself.
    pub(crate) fn is_tls(&self) -> bool {
        self.certificate.is_some()
    }

    /// Whether it answers this surface.
    pub(crate) fn opens_to(&self, surface: &str) -> bool {
        self.surfaces.is_empty() || self.surfaces.iter().any(|name| name == surface)
    }
}

/// Where a connection arrived; every request on it carries this.
pub(crate) struct Arrival {
    /// The other end.
    pub(crate) peer: SocketAddr,
    /// Our end: the address that the client reached.
    pub(crate) local: SocketAddr,
    /// The listener.
    pub(crate) door: Arc<Door>,
    /// The connection itself.
    pub(crate) pulse: Arc<Pulse>,
}
