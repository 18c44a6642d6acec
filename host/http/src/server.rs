//! The server as a whole: binds its listeners, serves them, and ends them in order.
//! Refuses to know requests.

use crate::config::{Config, Patience};
use crate::figures::Figures;
use crate::listener::{Bound, Certificate};
use crate::mounts::Mounts;
use crate::rate::Limiter;
use crate::request_id::RequestIds;
use crate::tenant::{Origin, Tenants};
use crate::{Http, answer, front, management};
use axum::Router;
use host_engine::Engine;
use host_media::Media;
use host_runtime::Runtime;
use http::StatusCode;
use std::any::Any;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;
use tower_http::catch_panic::CatchPanicLayer;

/// Keys of rate limits in use at a time: 1 MiB of memory.
const RATE_KEYS: usize = 65_536;

/// Why the server cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// An address is taken or not ours, or its certificate cannot be read.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: io::Error,
    },
    /// The public address is none.
    #[error("the public address {0} is not http://HOST or https://HOST with an optional port; correct it")]
    PublicUrl(String),
}

/// A server that is bound and does not answer yet.
pub struct Server {
    http: Http,
    listeners: Vec<Bound>,
    management: Option<Bound>,
}

/// The certificates of a server, to be read again while it runs.
#[derive(Clone)]
pub struct Certificates(Vec<Certificate>);

impl Certificates {
    /// Reads all files again; connections from now on get the new certificates.
    ///
    /// # Errors
    /// The first file that cannot be used; its listener keeps the old certificate, the others are served anew.
    pub async fn reload(&self) -> io::Result<()> {
        let mut outcome = Ok(());
        for certificate in &self.0 {
            // One bad file does not keep the other listeners on their old ones.
            outcome = outcome.and(certificate.reload().await);
        }
        outcome
    }
}

impl Server {
    /// Binds every listener, and tells the engine which ports players reach.
    ///
    /// # Errors
    /// When a listener cannot be bound, or the public address is none.
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
            listeners.push(bound(listener).await?);
        }
        let management = match config.management {
            Some(address) => Some(bound(&crate::Listener::plain(address)).await?),
            None => None,
        };
        let port = |tls| listeners.iter().find(|bound| bound.is_tls() == tls).map_or(0, |bound| bound.address().port());
        engine.announce_ports(port(false), port(true));
        let http = Http {
            limiter: Limiter::new(RATE_KEYS, config.exempt.clone()),
            figures: Figures::new(),
            ids: RequestIds::new(),
            tenants: Tenants::new(Arc::clone(&engine)),
            mounts: Mounts::default(),
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

    /// Where health and figures are answered.
    pub fn management_address(&self) -> Option<SocketAddr> {
        self.management.as_ref().map(Bound::address)
    }

    /// Its certificates.
    pub fn certificates(&self) -> Certificates {
        Certificates(self.listeners.iter().filter_map(Bound::certificate).collect())
    }

    /// Answers until `shutdown` resolves; then no connection is taken any more, running requests
    /// get the configured time, and what still runs is cut off. Health goes last.
    ///
    /// # Errors
    /// When a socket breaks while it is served.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let http = Arc::new(self.http);
        let router = router(Arc::clone(&http));
        let handles: Vec<_> = self.listeners.iter().map(Bound::handle).collect();
        let health = self.management.as_ref().map(Bound::handle);
        let mut serving = JoinSet::new();
        for listener in self.listeners {
            serving.spawn(listener.serve(router.clone(), http.patience));
        }
        let mut managing = JoinSet::new();
        if let Some(listener) = self.management {
            managing.spawn(listener.serve(management(Arc::clone(&http)), http.patience));
        }
        let mut result = tokio::select! {
            () = shutdown => Ok(()),
            ended = first(&mut serving) => ended,
        };
        http.draining.store(true, Ordering::Release);
        let drain = http.config.drain();
        handles.iter().for_each(|handle| handle.graceful_shutdown(Some(drain)));
        while let Some(ended) = serving.join_next().await {
            result = result.and(ended.unwrap_or_else(|error| Err(io::Error::other(error))));
        }
        if let Some(health) = health {
            health.shutdown();
        }
        while managing.join_next().await.is_some() {}
        result
    }
}

/// Binds and serves in one step.
///
/// # Errors
/// When a listener cannot be bound or breaks.
pub async fn serve(
    config: Config,
    engine: Arc<Engine>,
    runtime: Arc<Runtime>,
    media: Arc<Media>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    Server::bind(config, engine, runtime, media).await.map_err(io::Error::other)?.serve(shutdown).await
}

/// The end of the first listener that ends by itself; with no listener there is none.
async fn first(serving: &mut JoinSet<io::Result<()>>) -> io::Result<()> {
    match serving.join_next().await {
        Some(ended) => ended.unwrap_or_else(|error| Err(io::Error::other(error))),
        None => std::future::pending().await,
    }
}

async fn bound(listener: &crate::Listener) -> Result<Bound, BindError> {
    Bound::new(listener).await.map_err(|reason| BindError::Listen { address: listener.address, reason })
}

/// All public routes. The router itself knows none: tenants have routes of their own.
fn router(http: Arc<Http>) -> Router {
    Router::new().fallback(front::answer).with_state(http)
}

/// All routes of the management listener.
fn management(http: Arc<Http>) -> Router {
    management::router(http).layer(CatchPanicLayer::custom(panicked))
}

/// The answer to a panic in a handler. What it said may hold anything, so it stays out of the log.
fn panicked(_: Box<dyn Any + Send>) -> axum::response::Response {
    tracing::error!("a request to the management listener panicked");
    answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "Something broke here.\n")
}
