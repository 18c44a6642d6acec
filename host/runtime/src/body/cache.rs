//! The kept bodies of one tenant: bounded memory, one build for each key at a time, two in all.
//! Knows nothing of what is in a body.

use crate::body::encode::Encoded;
use crate::body::key::Key;
use crate::body::splice::Template;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Builds of one tenant at the same moment.
const BUILDS: usize = 2;

/// A body that is kept.
pub(crate) struct Kept {
    pub(crate) content_type: String,
    /// Names in lower case; values may have holes.
    pub(crate) headers: Vec<(String, Template)>,
    /// Digest of the content without what is spliced in.
    pub(crate) digest: [u8; 32],
    pub(crate) body: Body,
}

/// Its content.
pub(crate) enum Body {
    Whole(Encoded),
    Template(Template),
}

impl Kept {
    pub(crate) fn whole(&self) -> Option<&Encoded> {
        match &self.body {
            Body::Whole(encoded) => Some(encoded),
            Body::Template(_) => None,
        }
    }

    pub(crate) fn template(&self) -> Option<&Template> {
        match &self.body {
            Body::Whole(_) => None,
            Body::Template(template) => Some(template),
        }
    }

    fn weight(&self) -> usize {
        1_024
            + match &self.body {
                Body::Whole(encoded) => encoded.weight(),
                Body::Template(template) => template.weight(),
            }
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Kept>> for ByBytes {
    fn weight(&self, _: &Key, kept: &Arc<Kept>) -> u64 {
        kept.weight() as u64
    }
}

/// The kept bodies of one tenant.
pub(crate) struct Bodies {
    cache: Cache<Key, Arc<Kept>, ByBytes>,
    builds: Semaphore,
}

impl Bodies {
    /// At most so many bytes; what was not asked for longest goes first. A larger body is
    /// answered and not kept.
    pub(crate) fn new(bytes: u64) -> Bodies {
        let (lifecycle, hash) = (DefaultLifecycle::default(), DefaultHashBuilder::default());
        // One shard: a body may use the whole of the memory.
        let options = OptionsBuilder::new().shards(1).estimated_items_capacity(256).weight_capacity(bytes).build();
        let cache = match options {
            Ok(options) => Cache::with_options(options, ByBytes, hash, lifecycle),
            Err(_) => Cache::with(256, bytes, ByBytes, hash, lifecycle),
        };
        Bodies { cache, builds: Semaphore::new(BUILDS) }
    }

    /// Changes how many bytes may be kept.
    pub(crate) fn resize(&self, bytes: u64) {
        if self.cache.capacity() != bytes {
            self.cache.set_capacity(bytes);
        }
    }

    /// The body under a key; when it is not there, one caller builds it and the others wait.
    pub(crate) async fn get<E>(
        &self,
        key: Key,
        build: impl Future<Output = Result<Arc<Kept>, E>>,
    ) -> Result<Arc<Kept>, E> {
        let guard = match self.cache.get_value_or_guard_async(&key).await {
            Ok(kept) => return Ok(kept),
            Err(guard) => guard,
        };
        // The semaphore is never closed.
        let _turn = self.builds.acquire().await;
        let kept = build.await?;
        if guard.insert(Arc::clone(&kept)).is_ok() {
            self.cache.retain(|other, _| !other.is_outdated_by(&key));
        }
        Ok(kept)
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> u64 {
        self.cache.weight()
    }
}
