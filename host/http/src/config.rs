//! What the server is told from outside: where to listen, whom to trust, what to answer where. The binary fills it in
//! from its configuration file.

use ipnet::IpNet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Writes the metrics of the process in Prometheus text form.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// The server's configuration.
#[derive(Clone, Default)]
pub struct Config {
    /// Where players and panels are answered.
    pub listeners: Vec<Listener>,
    /// Where health and metrics are answered; none switches them off. Not for the public.
    pub management: Option<SocketAddr>,
    /// Address that clients are told when a request's Host is not one of ours:
    /// `https://tv.example.org`, without a path.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-*` or `Forwarded` headers count, and whose PROXY headers do; they may hold any
    /// number of sockets.
    pub trusted_proxies: Vec<IpNet>,
    /// Addresses that no rate limit applies to, nor a limit of sockets.
    pub exempt: Vec<IpNet>,
    /// How many sockets clients may hold.
    pub sockets: Sockets,
    /// Answer panel surfaces on plain listeners that are not loopback (`--insecure-panel`).
    pub insecure_panel: bool,
    /// How long running requests may go on after the end was asked for; none is 10 s.
    pub drain: Option<Duration>,
    /// Writes the metrics of `/metrics`; none answers an empty text.
    pub metrics: Option<Metrics>,
}

/// How many sockets clients may hold. The management listener has its own few.
#[derive(Clone, Copy, Default, Debug)]
pub struct Sockets {
    /// All clients together; none is as many as descriptors allow.
    pub total: Option<usize>,
    /// One address, or one /64 of IPv6; none is an eighth of all, from 16 to 1,024.
    pub per_address: Option<usize>,
    /// File descriptors that this process may open; none is any number. A quarter of them, 16,384 at
    /// most, is kept for management, store and sources.
    pub descriptors: Option<usize>,
}

/// How long clients may make a connection wait. The default is right outside tests.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte of a request to the end of its headers; also a TLS handshake, and a PROXY header.
    pub head: Duration,
    /// What a body may be late; it has to come with at least 1 KiB a second.
    pub body: Duration,
    /// Without a request.
    pub idle: Duration,
    /// Without taking a byte of an answer that is there.
    pub stall: Duration,
    /// With nothing to send to it, when it has ended its sending side: it has said all, or hung up.
    pub left: Duration,
    /// Taking the end of an answer that is cut short, because its lease is over.
    pub last_words: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            head: Duration::from_secs(10),
            body: Duration::from_secs(5),
            idle: Duration::from_secs(60),
            stall: Duration::from_secs(60),
            // Longer than the start of a stream takes.
            left: Duration::from_secs(15),
            last_words: Duration::from_secs(1),
        }
    }
}

/// One listener.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Where; port 0 takes any free one.
    pub address: SocketAddr,
    /// Encrypted, with these certificates, each for the host names in it. The first is also for clients that
    /// name no host, or one that no certificate is for. None leaves the listener plain.
    pub tls: Vec<Tls>,
    /// The surfaces it answers; empty answers all. `live` stands for the media routes.
    pub surfaces: Vec<String>,
    /// Every connection comes from one of [`Config::trusted_proxies`] and begins with a PROXY header, which says
    /// whose it is.
    pub proxy_protocol: bool,
}

/// PEM files of a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tls {
    /// The part of the configuration that names them, for errors: `[http]`.
    pub place: String,
    /// The certificate chain.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The name under which [`Listener::surfaces`] lists the media routes.
pub const MEDIA: &str = host_core::action::MEDIA;

impl Config {
    /// How long running requests may go on.
    pub(crate) fn drain(&self) -> Duration {
        self.drain.unwrap_or(Duration::from_secs(10))
    }
}

impl Listener {
    /// A plain listener for all surfaces.
    pub fn plain(address: SocketAddr) -> Listener {
        Listener { address, tls: Vec::new(), surfaces: Vec::new(), proxy_protocol: false }
    }
}
