//! The doors of HLS: a start, which leads to a session's playlist, and what that leads to.

use super::pass::{Addresses, Pass, Wanted};
use super::proxy::At;
use super::rewrite::Rewritten;
use crate::served::Served;
use crate::{Media, MediaError};
use host_core::TenantId;
use host_core::stream::Stream;
use std::sync::Arc;

/// Bits a second that a playlist of one variant names. The format requires a number; with one variant nobody chooses by
/// it.
const ONE_VARIANT: u32 = 2_000_000;

impl Media {
    /// The answer to a start of a live stream as HLS: a playlist of variants, of which there is one
    /// where the source names none. What it leads to carries `session`, at most 64 bytes, which come
    /// back in each [`Pass`]. Resolves when the stream plays, so that a refusal can still have a status.
    ///
    /// Where all sources are HLS, the first that answers is handed on; else the shared channel is cut
    /// into segments.
    ///
    /// # Errors
    /// When no source plays.
    pub async fn hls(&self, tenant: TenantId, stream: &Stream, session: &[u8]) -> Result<String, MediaError> {
        let addresses = Addresses::new(&self.sealer, tenant, stream.id);
        let name = addresses.session(session)?;
        if self.hands_on(tenant, stream).await? {
            let (_, main) = self.handed_on(tenant, stream).await?;
            if main.best.is_some() {
                return Ok(main.template.of_session(&name));
            }
        } else {
            self.segmenter(tenant, stream)?.begun(self.timing.begin).await?;
        }
        let address = addresses.of(&Wanted::Stream, &name).ok_or(MediaError::BadToken)?;
        Ok(format!("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:BANDWIDTH={ONE_VARIANT}\n{address}\n"))
    }

    /// Checks an address of ours: what follows [`crate::HLS_PATH`] in a path. Ask the session for its
    /// seat, then call [`Media::playlist`] or [`Media::piece`].
    ///
    /// # Errors
    /// When it was not made by this panel for this tenant, or too long ago.
    pub fn open_pass(&self, tenant: TenantId, token: &str) -> Result<Pass, MediaError> {
        Pass::open(&self.sealer, tenant, token)
    }

    /// The playlist that a pass leads to, for its session.
    ///
    /// # Errors
    /// When the source does not give it.
    pub async fn playlist(&self, tenant: TenantId, stream: &Stream, pass: &Pass) -> Result<String, MediaError> {
        let addresses = Addresses::new(&self.sealer, tenant, stream.id);
        let name = addresses.session(&pass.session)?;
        let hands_on = pass.wanted == Wanted::Stream && self.hands_on(tenant, stream).await?;
        let list = match &pass.wanted {
            Wanted::Playlist(address) => {
                let source = stream.sources.get(usize::from(pass.place)).cloned().unwrap_or_default();
                let at = At { tenant, stream: stream.id, place: pass.place };
                self.proxy.playlist(at, &source, address).await?
            }
            Wanted::Stream if hands_on => self.segments_of(tenant, stream).await?,
            Wanted::Stream => {
                let segmenter = self.segmenter(tenant, stream)?;
                segmenter.begun(self.timing.begin).await?;
                return Ok(
                    segmenter.playlist(|number| addresses.of(&Wanted::Segment(number), &name).unwrap_or_default())
                );
            }
            Wanted::Bytes(_) | Wanted::Segment(_) => return Err(MediaError::BadToken),
        };
        Ok(list.template.of_session(&name))
    }

    /// What a pass leads to that is not a playlist. `range` is the player's header; it is ignored for
    /// segments that we cut ourselves.
    ///
    /// # Errors
    /// When it is not there any more, or the source does not give it.
    pub async fn piece(&self, tenant: TenantId, pass: &Pass, range: Option<&str>) -> Result<Served, MediaError> {
        match &pass.wanted {
            Wanted::Bytes(address) => {
                let at = At { tenant, stream: pass.stream, place: pass.place };
                self.proxy.bytes(at, address, range).await
            }
            Wanted::Segment(number) => {
                let segmenter = self.running.lock().segmenters.get(&(tenant, pass.stream)).cloned();
                let segment = segmenter.and_then(|segmenter| segmenter.segment(*number)).ok_or(MediaError::NotFound)?;
                Ok(Served::of_pieces("video/mp2t", segment.pieces()))
            }
            Wanted::Stream | Wanted::Playlist(_) => Err(MediaError::BadToken),
        }
    }

    /// The playlist of the first source that answers, and which one that is.
    async fn handed_on(&self, tenant: TenantId, stream: &Stream) -> Result<(At, Arc<Rewritten>), MediaError> {
        let mut trouble = MediaError::StreamDown;
        for (place, source) in (0..).zip(&stream.sources) {
            let at = At { tenant, stream: stream.id, place };
            match self.proxy.playlist(at, source, &source.url).await {
                Ok(playlist) => return Ok((at, playlist)),
                Err(error) => {
                    // It may be something else by now.
                    self.upstream.forget(&source.url);
                    trouble = error;
                }
            }
        }
        Err(trouble)
    }

    /// The same, and of a playlist of variants the best one: whoever reads a session's playlist must
    /// not find variants in it when another source has taken over.
    async fn segments_of(&self, tenant: TenantId, stream: &Stream) -> Result<Arc<Rewritten>, MediaError> {
        let (at, list) = self.handed_on(tenant, stream).await?;
        match (&list.best, stream.sources.get(usize::from(at.place))) {
            (Some(best), Some(source)) => self.proxy.playlist(at, source, best).await,
            _ => Ok(list),
        }
    }
}
