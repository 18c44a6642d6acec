//! HLS handed on: the source's playlists with our addresses in them, and what those lead to. Nothing
//! is kept of an address: it travels in ours. A playlist is fetched and rewritten once for all
//! viewers that read it within a second.

use super::pass::{Addresses, ending_of};
use super::read_text;
use super::rewrite::{Rewritten, rewrite};
use super::sealer::Sealer;
use crate::MediaError;
use crate::movie::{content_type, media_type, single_range};
use crate::served::Served;
use host_core::port::{Clock, Fetch, FetchError, Fetched};
use host_core::source::Source;
use host_core::{StreamId, TenantId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Rewritten playlists that are kept for the viewers of the same second, in bytes and of all tenants.
/// What has to go is fetched again.
const MAX_CACHED: u64 = 32 << 20;
/// Sources whose cookies are kept; those that are used least go first.
const MAX_JARS: usize = 4_096;
/// About how many bytes a playlist has.
const USUAL_BYTES: u64 = 8 << 10;
/// A playlist of more bytes is rewritten beside the workers that answer requests.
const LONG: usize = 64 << 10;

type Outcome = Result<Arc<Rewritten>, MediaError>;

/// Hands HLS on.
pub(crate) struct Proxy {
    fetch: Arc<dyn Fetch>,
    /// Some servers give a cookie with the first playlist and want it back with all that follows.
    jars: Cache<At, Arc<Jar>>,
    clock: Arc<dyn Clock>,
    sealer: Sealer,
    /// How long a source may take.
    patience: Duration,
    playlists: Cache<CacheKey, Outcome, Weight>,
    hasher: RandomState,
}

/// One source of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct At {
    /// Whose.
    pub(super) tenant: TenantId,
    /// Which stream.
    pub(super) stream: StreamId,
    /// Its place among the stream's sources, from 0.
    pub(super) place: u8,
}

/// How a source is asked, as long as it stays this one.
struct Jar {
    source: Source,
    fetch: Arc<dyn Fetch>,
}

/// A playlist of a source's server in one second.
#[derive(Clone, PartialEq, Eq, Hash)]
struct CacheKey {
    at: At,
    address: u64,
    second: u64,
}

#[derive(Clone)]
struct Weight;

impl Weighter<CacheKey, Outcome> for Weight {
    fn weight(&self, _: &CacheKey, outcome: &Outcome) -> u64 {
        64 + outcome.as_ref().map_or(0, |playlist| playlist.template.len() as u64)
    }
}

impl Proxy {
    /// With nothing in its cache yet.
    pub(crate) fn new(fetch: Arc<dyn Fetch>, clock: Arc<dyn Clock>, sealer: Sealer, patience: Duration) -> Proxy {
        let playlists = Cache::with_weighter((MAX_CACHED / USUAL_BYTES) as usize, MAX_CACHED, Weight);
        Proxy { fetch, jars: Cache::new(MAX_JARS), clock, sealer, patience, playlists, hasher: RandomState::new() }
    }

    /// How a source is asked. Who does not know it gets what was used last: that was when the playlist was
    /// read, which comes before everything that it leads to.
    fn fetch_of(&self, at: At, source: Option<&Source>) -> Arc<dyn Fetch> {
        let known = self.jars.get(&at).filter(|jar| source.is_none_or(|source| jar.source == *source));
        if let Some(jar) = known {
            return jar.fetch.clone();
        }
        let source = source.cloned().unwrap_or_default();
        let fetch = Arc::clone(&self.fetch).for_one_source(&source);
        self.jars.insert(at, Arc::new(Jar { source, fetch: fetch.clone() }));
        fetch
    }

    /// A playlist of a source's server, rewritten; whoever asks while it is fetched waits for it.
    pub(super) async fn playlist(&self, at: At, source: &Source, address: &str) -> Outcome {
        let second = self.clock.monotonic().as_secs();
        let key = CacheKey { at, address: self.hasher.hash_one(address), second };
        let fetched = async {
            let fetched = timeout(self.patience, self.fetched(at, source, address)).await;
            Ok::<_, Infallible>(fetched.unwrap_or(Err(MediaError::StreamDown)))
        };
        let Ok(outcome) = self.playlists.get_or_insert_async(&key, fetched).await;
        outcome
    }

    async fn fetched(&self, at: At, source: &Source, address: &str) -> Outcome {
        let At { tenant, stream, place } = at;
        let fetched = self.fetch_of(at, Some(source)).open(address, None).await.map_err(down)?;
        if fetched.status != 200 {
            tracing::debug!(tenant.id = tenant.0, stream.id = stream.0, fetched.status, "an HLS source failed");
            return Err(MediaError::StreamDown);
        }
        let base = Url::parse(&fetched.final_url).map_err(|_| MediaError::StreamDown)?;
        let text = read_text(fetched.body).await.map_err(down)?;
        let sealer = self.sealer.clone();
        let is_long = text.len() > LONG;
        let rewrite = move || {
            let addresses = Addresses::new(&sealer, tenant, stream).of_source(place);
            rewrite(&text, &base, |wanted| addresses.for_all(wanted))
        };
        let rewritten = match is_long {
            true => tokio::task::spawn_blocking(rewrite).await.map_err(|_| MediaError::StreamDown)?,
            false => rewrite(),
        };
        rewritten.map(Arc::new).map_err(|unfit| {
            tracing::warn!(tenant.id = tenant.0, stream.id = stream.0, ?unfit, "a source's playlist is not handed on");
            MediaError::StreamDown
        })
    }

    /// What is not a playlist: a segment, a key; a player's range is handed on.
    pub(super) async fn bytes(&self, at: At, address: &str, range: Option<&str>) -> Result<Served, MediaError> {
        let fetch = self.fetch_of(at, None);
        let opened = fetch.open(address, range.and_then(single_range));
        let fetched = timeout(self.patience, opened).await.map_err(|_| MediaError::StreamDown)?.map_err(down)?;
        let content_type = type_of(&fetched, address);
        match fetched.status {
            // A source that calls a playlist a segment would show its addresses to the viewer.
            200 | 206 if says_playlist(&fetched) => Err(MediaError::StreamDown),
            200 | 206 => Ok(Served::handed_on(fetched, content_type)),
            416 => Ok(Served::unsatisfiable(content_type, None)),
            404 | 410 => Err(MediaError::NotFound),
            _ => Err(MediaError::StreamDown),
        }
    }
}

fn says_playlist(fetched: &Fetched) -> bool {
    fetched.content_type.as_deref().is_some_and(|given| given.to_ascii_lowercase().contains("mpegurl"))
}

/// The source's type when it is one that media has, else by the address.
fn type_of(fetched: &Fetched, address: &str) -> String {
    let given = fetched.content_type.as_deref().and_then(media_type);
    given.unwrap_or_else(|| content_type(ending_of(address)).to_owned())
}

fn down(error: FetchError) -> MediaError {
    tracing::debug!(%error, "an HLS source failed");
    MediaError::StreamDown
}
