//! The cached bodies of one tenant: bounded memory and disk, and the builds that fill them.

use crate::asker::Asker;
use crate::body::builds::{Builds, Built};
use crate::body::cached::CachedBody;
use crate::body::file::Folder;
use crate::body::key::Key;
use crate::body::turns::Turns;
use crate::limits::BODY_FILES_BYTES;
use host_core::action::CacheRule;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::OnceCell;

/// Bodies in memory: two are built at once; a caller may cause 256 builds, and one more each four seconds. A
/// player that reads every list by category after a change asks for some hundred.
const IN_MEMORY: (usize, u32, Duration) = (2, 256, Duration::from_secs(4));
/// Bodies in files, which take as long as a hundred lists: one is built at once, so that no list waits for it; a
/// caller may cause 16, and one more each minute.
const IN_FILES: (usize, u32, Duration) = (1, 16, Duration::from_secs(60));

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<CachedBody>> for ByBytes {
    fn weight(&self, _: &Key, cached: &Arc<CachedBody>) -> u64 {
        cached.weight()
    }
}

/// Bodies up to a number of bytes. Its room is made with the first of them: most tenants of many never have one.
struct Shelf {
    bodies: OnceLock<Cache<Key, Arc<CachedBody>, ByBytes>>,
    bytes: AtomicU64,
}

impl Shelf {
    fn new(bytes: u64) -> Shelf {
        Shelf { bodies: OnceLock::new(), bytes: AtomicU64::new(bytes) }
    }

    fn resize(&self, bytes: u64) {
        let before = self.bytes.swap(bytes, Ordering::SeqCst);
        if let Some(bodies) = self.bodies.get().filter(|_| before != bytes) {
            bodies.set_capacity(bytes);
        }
    }

    fn get(&self, key: &Key) -> Option<Arc<CachedBody>> {
        self.bodies.get()?.get(key)
    }

    fn insert(&self, key: Key, cached: Arc<CachedBody>) {
        let made_for = self.bytes.load(Ordering::SeqCst);
        let bodies = self.bodies.get_or_init(|| room(made_for));
        // Resized while the room was made.
        let bytes = self.bytes.load(Ordering::SeqCst);
        if bytes != made_for {
            bodies.set_capacity(bytes);
        }
        bodies.insert(key, cached);
    }

    /// Drops what such a key makes old.
    fn drop_outdated_by(&self, key: &Key) {
        self.bodies.get().iter().for_each(|bodies| bodies.retain(|other, _| !other.is_outdated_by(key)));
    }

    fn clear(&self) {
        self.bodies.get().iter().for_each(|bodies| bodies.clear());
    }

    fn weight(&self) -> u64 {
        self.bodies.get().map_or(0, Cache::weight)
    }
}

/// The cached bodies of one tenant.
pub(crate) struct Bodies {
    memory: Shelf,
    files: Shelf,
    builds: Arc<Builds>,
    file_builds: Arc<Builds>,
    /// Where the files are, once one was needed.
    pub(crate) folder: Arc<OnceCell<Folder>>,
}

impl Bodies {
    /// At most `bytes` in memory, and [`BODY_FILES_BYTES`] on disk; what was not asked for longest goes first. A larger
    /// body is answered and not cached. All that a tenant ever has share one folder.
    pub(crate) fn new(bytes: u64, folder: Arc<OnceCell<Folder>>) -> Bodies {
        let builds = |(places, full, every)| Arc::new(Builds::new(places, Turns::new(full, every)));
        Bodies {
            memory: Shelf::new(bytes),
            files: Shelf::new(BODY_FILES_BYTES),
            builds: builds(IN_MEMORY),
            file_builds: builds(IN_FILES),
            folder,
        }
    }

    /// Changes how many bytes may be cached in memory.
    pub(crate) fn resize(&self, bytes: u64) {
        self.memory.resize(bytes);
    }

    /// The body under a key, if it is cached. One of a rule with `file` may be in either place: a small one stays
    /// in memory.
    pub(crate) fn get(&self, key: &Key, file: bool) -> Option<Arc<CachedBody>> {
        let filed = if file { self.files.get(key) } else { None };
        filed.or_else(|| self.memory.get(key))
    }

    /// The body under a key that is not cached: one caller's build makes it, and the others wait for that one.
    pub(crate) async fn build(
        self: &Arc<Bodies>,
        key: Key,
        (who, now): (Asker, Duration),
        rule: &CacheRule,
        build: impl Future<Output = Built> + Send + 'static,
    ) -> Built {
        let builds = if rule.file { &self.file_builds } else { &self.builds };
        let bodies = Arc::clone(self);
        let cached = |key: &Key| self.get(key, rule.file);
        let caller = (who, now, rule.small);
        builds.outcome(key, caller, cached, move |key, cached| bodies.keep(key, cached), build).await
    }

    fn keep(&self, key: Key, cached: Arc<CachedBody>) {
        let shelf = if cached.filed().is_some() { &self.files } else { &self.memory };
        shelf.insert(key.clone(), cached);
        for shelf in [&self.memory, &self.files] {
            shelf.drop_outdated_by(&key);
        }
    }

    /// Drops all of them; how many bytes that were.
    pub(crate) fn clear(&self) -> u64 {
        let shelves = [&self.memory, &self.files];
        let bytes = shelves.iter().map(|shelf| shelf.weight()).sum();
        shelves.iter().for_each(|shelf| shelf.clear());
        bytes
    }

    /// Bytes in use in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.memory.weight()
    }
}

fn room(bytes: u64) -> Cache<Key, Arc<CachedBody>, ByBytes> {
    let (lifecycle, hash) = (DefaultLifecycle::default(), DefaultHashBuilder::default());
    // One shard: a body may use the whole of the room.
    let options = OptionsBuilder::new().shards(1).estimated_items_capacity(256).weight_capacity(bytes).build();
    match options {
        Ok(options) => Cache::with_options(options, ByBytes, hash, lifecycle),
        Err(_) => Cache::with(256, bytes, ByBytes, hash, lifecycle),
    }
}
