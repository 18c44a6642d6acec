//! Where a connection arrived.

use super::pulse::Pulse;
use crate::certificate::CertificateSet;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What a listener is for.
pub(crate) struct Door {
    /// Its certificates, when it is encrypted itself.
    pub(crate) certificates: Option<CertificateSet>,
    /// Where every connection begins with a PROXY header: from whom it may come.
    pub(crate) proxies: Option<Vec<IpNet>>,
    /// Its surfaces; empty is all.
    pub(crate) surfaces: Vec<String>,
}

impl Door {
    /// Whether it is encrypted itself.
    pub(crate) fn is_tls(&self) -> bool {
        self.certificates.is_some()
    }

    /// Whether this peer may connect: where PROXY headers are required, only those whose word counts.
    pub(crate) fn lets_in(&self, peer: IpAddr) -> bool {
        let is_listed = |proxies: &Vec<IpNet>| proxies.iter().any(|network| network.contains(&peer.to_canonical()));
        self.proxies.as_ref().is_none_or(is_listed)
    }

    /// Whether it answers this surface.
    pub(crate) fn opens_to(&self, surface: &str) -> bool {
        self.surfaces.is_empty() || self.surfaces.iter().any(|name| name == surface)
    }
}

/// How a connection came to us, below all that it carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// From the peer itself.
    Direct,
    /// Through a proxy that said for whom, in a PROXY header.
    Through {
        /// Whether it ended the client's TLS, where it says that.
        https: Option<bool>,
    },
    /// From a proxy that did not say for whom: a check of its own, or a client that it does not know.
    Unsaid,
}

/// Both ends of a connection, and the way between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ends {
    /// The other end: the socket's, or the client's where a proxy said whose it is.
    pub(crate) peer: SocketAddr,
    /// Our end: the address that the client reached.
    pub(crate) local: SocketAddr,
    /// The way between them.
    pub(crate) way: Way,
}

/// Where a connection arrived; every request on it carries this.
pub(crate) struct Arrival {
    /// Both ends.
    pub(crate) ends: Ends,
    /// The listener.
    pub(crate) door: Arc<Door>,
    /// The connection itself.
    pub(crate) pulse: Arc<Pulse>,
}
