//! HLS handed on: the source's playlists with our addresses in them, and what those lead to.
//! Fetches only addresses that it put into a playlist itself.

use super::pass::{Pass, Signer, Wanted};
use super::read_text;
use super::rewrite::{Leads, rewrite};
use crate::MediaError;
use crate::movie::{content_type, single_range};
use crate::served::Served;
use host_core::port::{Fetch, FetchError, Fetched};
use host_core::{StreamId, TenantId};
use std::sync::Arc;
use url::Url;

/// Most addresses that are remembered, of all tenants; those that are used least go first.
const MAX_TARGETS: usize = 65_536;
/// Addresses longer than this are not handed on.
const MAX_ADDRESS: usize = 8_192;
/// Endings that players look at; any other address gets `ts`.
const ENDINGS: [&str; 11] = ["ts", "aac", "mp3", "ac3", "m4s", "mp4", "m4a", "m4v", "key", "vtt", "webvtt"];

/// What a token leads to.
pub enum HlsReply {
    /// A playlist, `application/x-mpegurl`.
    Playlist(String),
    /// A segment, a key, an initialisation section.
    Bytes(Served),
}

/// Hands HLS on.
pub(crate) struct Proxy {
    fetch: Arc<dyn Fetch>,
    signer: Signer,
    /// The addresses behind our tokens. They stay here, because they may hold credentials of the source.
    targets: quick_cache::sync::Cache<(TenantId, StreamId, u64), Arc<Target>>,
}

struct Target {
    address: String,
    leads: Leads,
}

impl Proxy {
    /// Remembers nothing yet.
    pub(crate) fn new(fetch: Arc<dyn Fetch>, signer: Signer) -> Proxy {
        Proxy { fetch, signer, targets: quick_cache::sync::Cache::new(MAX_TARGETS) }
    }

    /// A source's playlist, rewritten for a session.
    pub(crate) async fn playlist(
        &self,
        tenant: TenantId,
        stream: StreamId,
        session: &str,
        source: &str,
    ) -> Result<String, MediaError> {
        let fetched = self.fetch.open(source, None).await.map_err(down)?;
        if fetched.status != 200 {
            return Err(MediaError::StreamDown);
        }
        let text = read_text(fetched.body).await.map_err(down)?;
        self.rewritten(tenant, stream, session, &text, &fetched.final_url)
    }

    /// Whether an address of ours leads to a playlist.
    pub(crate) fn leads_to_playlist(&self, tenant: TenantId, stream: StreamId, digest: u64) -> bool {
        self.targets.get(&(tenant, stream, digest)).is_some_and(|target| target.leads == Leads::ToPlaylist)
    }

    /// What a token of ours leads to; a player's range is handed on.
    pub(crate) async fn serve(
        &self,
        tenant: TenantId,
        pass: &Pass,
        digest: u64,
        range: Option<&str>,
    ) -> Result<HlsReply, MediaError> {
        let target = self.targets.get(&(tenant, pass.stream, digest)).ok_or(MediaError::NotFound)?;
        match target.leads {
            Leads::ToPlaylist => {
                let text = self.playlist(tenant, pass.stream, &pass.session, &target.address).await?;
                Ok(HlsReply::Playlist(text))
            }
            Leads::ToBytes => Ok(HlsReply::Bytes(self.bytes(&target.address, range).await?)),
        }
    }

    async fn bytes(&self, address: &str, range: Option<&str>) -> Result<Served, MediaError> {
        let fetched = self.fetch.open(address, range.and_then(single_range)).await.map_err(down)?;
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

    fn rewritten(
        &self,
        tenant: TenantId,
        stream: StreamId,
        session: &str,
        text: &str,
        base: &str,
    ) -> Result<String, MediaError> {
        let base = Url::parse(base).map_err(|_| MediaError::StreamDown)?;
        rewrite(text, &base, |url, leads| self.sign(tenant, stream, session, url, leads)).map_err(|unfit| {
            tracing::warn!(tenant.id = tenant.0, stream.id = stream.0, ?unfit, "a source's playlist is not handed on");
            MediaError::StreamDown
        })
    }

    /// Remembers an address and gives ours for it. The same address has the same digest, so that a
    /// playlist that is read again costs no more memory.
    fn sign(&self, tenant: TenantId, stream: StreamId, session: &str, url: &Url, leads: Leads) -> String {
        let purpose = match leads {
            Leads::ToPlaylist => "hls-target-playlist",
            Leads::ToBytes => "hls-target-bytes",
        };
        let mac = self.signer.keyring.mac(tenant, purpose, url.as_str().as_bytes());
        let digest = u64::from_be_bytes(*mac.0.first_chunk().unwrap_or(&[0; 8]));
        if url.as_str().len() <= MAX_ADDRESS {
            let target = Target { address: url.as_str().to_owned(), leads };
            self.targets.insert((tenant, stream, digest), Arc::new(target));
        }
        let ending = match leads {
            Leads::ToPlaylist => "m3u8",
            Leads::ToBytes => {
                ENDINGS.iter().find(|known| ending_of(url.path()).eq_ignore_ascii_case(known)).unwrap_or(&"ts")
            }
        };
        let pass = Pass { stream, session: session.to_owned(), wanted: Wanted::Target(digest) };
        self.signer.path(tenant, &pass, ending)
    }
}

fn ending_of(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

fn says_playlist(fetched: &Fetched) -> bool {
    fetched.content_type.as_deref().is_some_and(|given| given.to_ascii_lowercase().contains("mpegurl"))
}

/// The source's type when it is one that media has, else by the address; a page of text would run in
/// a browser.
fn type_of(fetched: &Fetched, address: &str) -> String {
    let given = fetched.content_type.as_deref().unwrap_or("").to_ascii_lowercase();
    let is_media = given.starts_with("video/") || given.starts_with("audio/") || given.starts_with("text/vtt");
    let is_clean = given.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_media && is_clean {
        return given;
    }
    content_type(ending_of(address.split(['?', '#']).next().unwrap_or(address))).to_owned()
}

fn down(error: FetchError) -> MediaError {
    tracing::debug!(%error, "an HLS source failed");
    MediaError::StreamDown
}
