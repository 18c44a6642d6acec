//! Documents as they are sent, made once and kept while somebody reads them. What strangers read is one for all tenants, so
//! that nobody makes the panel work by asking many of them.

use bytes::Bytes;
use host_runtime::{Snapshot, Told};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How many are kept: some hundred KiB each.
const KEPT: usize = 32;

/// A document as it is sent.
pub(super) struct Rendered {
    pub(super) bytes: Bytes,
    /// With its quotation marks.
    pub(super) tag: String,
}

/// What it is made of, of which surface, and what is told of it.
type Key = (String, String, Told);

/// The documents that were read last.
pub(crate) struct Documents(Cache<Key, Arc<Rendered>>);

impl Documents {
    pub(crate) fn new() -> Documents {
        Documents(Cache::new(KEPT))
    }

    /// The document of a surface; none where there is none. It is made off the threads that answer requests, once however
    /// many ask for it.
    pub(super) async fn of(&self, snapshot: &Arc<Snapshot>, surface: &str, told: Told) -> Option<Arc<Rendered>> {
        let key = (snapshot.made_of(told), surface.to_owned(), told);
        let (snapshot, surface) = (Arc::clone(snapshot), surface.to_owned());
        let make = async {
            let made = tokio::task::spawn_blocking(move || snapshot.document(&surface, told)).await;
            made.inspect_err(|error| tracing::error!(%error, "a document could not be made"))
                .ok()
                .flatten()
                .map(rendered)
                .ok_or(())
        };
        self.0.get_or_insert_async(&key, make).await.ok()
    }
}

fn rendered(document: serde_json::Value) -> Arc<Rendered> {
    let bytes = Bytes::from(document.to_string());
    let digest = Sha256::digest(&bytes);
    let tag = format!("\"{}\"", hex::encode(digest.get(..12).unwrap_or_default()));
    Arc::new(Rendered { bytes, tag })
}
