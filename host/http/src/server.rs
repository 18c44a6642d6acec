//! The server as a whole: binds its listeners, serves them, and ends them in order.

use crate::certificate::{CertificateError, CertificateSet, Certificates};
use crate::config::{Config, Listener, Patience, Sockets};
use crate::connection::{Capacity, Closer};
use crate::docs::Documents;
use crate::front::Public;
use crate::listener::Bound;
use crate::management::Management;
use crate::mounts::Mounts;
use crate::origin::Origin;
use crate::rate::Limiter;
use crate::request_id::RequestIds;
use crate::request_metrics::RequestMetrics;
use crate::state::Http;
use crate::tenant::Tenants;
use host_engine::Engine;
use host_media::Media;
use host_runtime::Runtime;
use ipnet::IpNet;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Keys of rate limits in use at a time: 1 MiB of memory.
const RATE_KEYS: usize = 65_536;
/// Sockets of the management listener: probes and collectors of metrics.
const MANAGERS: usize = 256;

/// Why the server cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// An address is taken or not ours.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: io::Error,
    },
    /// A certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// `public_url` is not a valid origin.
    #[error("the public address {0} is not http://HOST or https://HOST with an optional port; correct it")]
    PublicUrl(String),
}

/// A server that is bound and does not answer yet.
pub struct Server {
    http: Http,
    listeners: Vec<Bound>,
    management: Option<Bound>,
}

impl Server {
    /// Binds every listener, and tells the engine which ports players reach.
    ///
    /// # Errors
    /// When a listener cannot be bound, a certificate cannot be used, or the public address is not a valid origin.
    pub async fn bind(
        config: Config,
        engine: Arc<Engine>,
        runtime: Arc<Runtime>,
        media: Arc<Media>,
    ) -> Result<Server, BindError> {
        let public = match &config.public_url {
            Some(url) => Some(Origin::parsed(url).ok_or_else(|| BindError::PublicUrl(url.clone()))?),
            None => None,
        };
        let mut listeners = Vec::with_capacity(config.listeners.len());
        for listener in &config.listeners {
            listeners.push(bound(listener, &config.trusted_proxies).await?);
        }
        let management = match config.management {
            Some(address) => Some(bound(&Listener::plain(address), &[]).await?),
            None => None,
        };
        engine.announce_ports(port(&listeners, public.as_ref(), false), port(&listeners, public.as_ref(), true));
        let http = Http {
            limiter: Limiter::new(RATE_KEYS, config.exempt.clone()),
            metrics: RequestMetrics::new(),
            ids: RequestIds::new(),
            tenants: Tenants::new(Arc::clone(&engine)),
            mounts: Mounts::default(),
            documents: Documents::new(),
            draining: AtomicBool::new(false),
            public,
            config,
            patience: Patience::default(),
            engine,
            runtime,
            media,
        };
        Ok(Server { http, listeners, management })
    }

    /// The same server with another patience.
    pub fn with_patience(mut self, patience: Patience) -> Server {
        self.http.patience = patience;
        self
    }

    /// Where it listens, in the configuration's order.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(Bound::address).collect()
    }

    /// Where health and metrics are answered.
    pub fn management_address(&self) -> Option<SocketAddr> {
        self.management.as_ref().map(Bound::address)
    }

    /// Its certificates. While it serves, they are read again when their files change.
    pub fn certificates(&self) -> Certificates {
        Certificates::new(self.listeners.iter().filter_map(Bound::certificates).collect())
    }

    /// Answers until `shutdown` resolves; then no connection is taken any more, running requests
    /// get the configured time, and what still runs is cut off. Health goes last.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let watching = tokio::spawn(self.certificates().watch());
        let http = Arc::new(self.http);
        let (patience, sockets) = (http.patience, http.config.sockets);
        let exempt = [&http.config.exempt[..], &http.config.trusted_proxies].concat();
        let (capacity, clients) = (Capacity::new(&sockets, exempt), Closer::new());
        for listener in self.listeners {
            let answers = Public(Arc::clone(&http));
            tokio::spawn(listener.serve(answers, Arc::clone(&capacity), patience, clients.watch()));
        }
        let managers = Closer::new();
        if let Some(listener) = self.management {
            // All descriptors are for these.
            let own = Sockets { total: Some(MANAGERS), per_address: Some(MANAGERS), descriptors: None };
            let answers = Management::new(Arc::clone(&http));
            tokio::spawn(listener.serve(answers, Capacity::new(&own, Vec::new()), patience, managers.watch()));
        }
        shutdown.await;
        http.draining.store(true, Ordering::Release);
        clients.close(http.config.drain()).await;
        managers.close(Duration::ZERO).await;
        watching.abort();
    }
}

/// Binds and serves in one step.
///
/// # Errors
/// When a listener cannot be bound, a certificate cannot be used, or the public address is not a valid origin.
pub async fn serve(
    config: Config,
    engine: Arc<Engine>,
    runtime: Arc<Runtime>,
    media: Arc<Media>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), BindError> {
    Server::bind(config, engine, runtime, media).await?.serve(shutdown).await;
    Ok(())
}

async fn bound(listener: &Listener, trusted: &[IpNet]) -> Result<Bound, BindError> {
    let files = listener.tls.clone();
    let certificates = match files.is_empty() {
        true => None,
        // Nobody is answered yet who could have to wait for the disk.
        false => Some(CertificateSet::read(files)?),
    };
    let bound = Bound::new(listener, certificates, trusted).await;
    bound.map_err(|reason| BindError::Listen { address: listener.address, reason })
}

/// The port at which players reach a listener of this sort, 0 where they do not: the public one; else
/// that of the first such listener. Where there is a public address, one on loopback is a proxy's.
fn port(listeners: &[Bound], public: Option<&Origin>, tls: bool) -> u16 {
    if let Some(public) = public.filter(|public| (public.scheme == "https") == tls) {
        return public.port;
    }
    let reached = |bound: &&Bound| bound.is_tls() == tls && (public.is_none() || !bound.address().ip().is_loopback());
    listeners.iter().find(reached).map_or(0, |bound| bound.address().port())
}
