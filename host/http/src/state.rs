//! What every request shares.

use crate::config::{Config, Patience};
use crate::docs::Documents;
use crate::mounts::Mounts;
use crate::origin::Origin;
use crate::rate::Limiter;
use crate::request_id::RequestIds;
use crate::request_metrics::RequestMetrics;
use crate::tenant::Tenants;
use host_engine::Engine;
use host_media::Media;
use host_runtime::Runtime;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What every request shares.
pub(crate) struct Http {
    pub(crate) engine: Arc<Engine>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) media: Arc<Media>,
    pub(crate) config: Config,
    pub(crate) patience: Patience,
    /// The configured public address.
    pub(crate) public: Option<Origin>,
    pub(crate) limiter: Limiter,
    pub(crate) metrics: RequestMetrics,
    pub(crate) ids: RequestIds,
    pub(crate) tenants: Tenants,
    pub(crate) mounts: Mounts,
    pub(crate) documents: Documents,
    /// The end was asked for: not ready any more.
    pub(crate) draining: AtomicBool,
}
