//! Floor 3: the only HTTP server: listeners, parsing, dispatch, reply bodies, rate limits.
//! Refuses to know what actions do: plugins describe their surfaces, the runtime answers.
//!
//! A request's way: [`listener`] → [`connection`] → [`front`] ([`approach`], [`rate`], [`tenant`], [`route`]) →
//! [`within`] → [`dispatch`] ([`gather`], [`dialect`], [`sign_in`], the runtime) or [`media`] → [`answer`] or
//! [`reply_body`]. Health and figures are [`management`]'s.

mod address;
mod answer;
mod approach;
mod authority;
mod certificate;
mod config;
mod confinement;
mod connection;
mod dialect;
mod dispatch;
mod figures;
mod front;
mod gather;
mod listener;
mod management;
mod media;
mod mounts;
mod rate;
mod redact;
mod reply_body;
mod request_id;
mod route;
mod seldom;
mod server;
mod sign_in;
mod start_page;
mod tenant;
mod within;

pub use config::{Config, Listener, MEDIA, Patience, Sockets, Tls};
pub use server::{BindError, Certificates, Server, serve};

use host_engine::Engine;
use host_media::Media;
use host_runtime::Runtime;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Writes the figures of the process in Prometheus text form.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What every request shares.
pub(crate) struct Http {
    pub(crate) engine: Arc<Engine>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) media: Arc<Media>,
    pub(crate) config: Config,
    pub(crate) patience: Patience,
    /// The configured public address.
    pub(crate) public: Option<authority::Origin>,
    pub(crate) limiter: rate::Limiter,
    pub(crate) figures: figures::Figures,
    pub(crate) ids: request_id::RequestIds,
    pub(crate) tenants: tenant::Tenants,
    pub(crate) mounts: mounts::Mounts,
    /// The end was asked for: not ready any more.
    pub(crate) draining: AtomicBool,
}
