//! The addresses in our playlists: whose session, of which stream, and what they lead to, sealed in
//! two parts. The second is the same for every viewer of a stream. Whether the session still has its
//! seat is asked above.

use super::HLS_PATH;
use super::sealer::{Key, Sealer, Use};
use super::template::Template;
use crate::MediaError;
use host_core::{StreamId, TenantId};
use std::fmt;

/// Longest session, in bytes.
const MAX_SESSION: usize = 64;
/// Longest address of a source that fits into one of ours: a request has at most 8 KiB of path.
const MAX_ADDRESS: usize = 5_632;
/// Endings that players look at; any other address gets `ts`.
const ENDINGS: [&str; 11] = ["ts", "aac", "mp3", "ac3", "m4s", "mp4", "m4a", "m4v", "key", "vtt", "webvtt"];

/// What an address of ours leads to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The stream's own playlist, from whichever source plays.
    Stream,
    /// A playlist of the source's server.
    Playlist(String),
    /// A segment, a key or an initialisation section of the source's server.
    Bytes(String),
    /// A segment of the segmenter, by number.
    Segment(u64),
}

/// An address of ours that was checked. Its `Debug` form names neither session nor source.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass {
    /// Which stream.
    pub stream: StreamId,
    /// The session that the playlist was asked for with, as it was given.
    pub session: Vec<u8>,
    pub(crate) wanted: Wanted,
    /// Of which source of the stream that is, from 0; what belongs to the source goes with each request.
    pub(crate) place: u8,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl Pass {
    /// Whether it leads to a playlist, which [`crate::Media::playlist`] reads; else
    /// [`crate::Media::piece`] does.
    pub fn leads_to_playlist(&self) -> bool {
        matches!(self.wanted, Wanted::Stream | Wanted::Playlist(_))
    }

    /// Checks what follows [`HLS_PATH`] in a path.
    pub(super) fn open(sealer: &Sealer, tenant: TenantId, token: &str) -> Result<Pass, MediaError> {
        Pass::opened(sealer, tenant, token).ok_or(MediaError::BadToken)
    }

    fn opened(sealer: &Sealer, tenant: TenantId, token: &str) -> Option<Pass> {
        let mut parts = token.split('.');
        let (session, target) = (parts.next()?, parts.next()?);
        let session = sealer.open(tenant, Use::Session, 0, session)?;
        let (stream, session) = session.split_first_chunk()?;
        let stream = StreamId(u32::from_be_bytes(*stream));
        let (wanted, place) = Wanted::read(&sealer.open(tenant, Use::Target, stream.0, target)?)?;
        Some(Pass { stream, session: session.to_vec(), wanted, place })
    }
}

impl Wanted {
    /// With the place of the source, which stands there only where it is not the first: most streams have
    /// one source, and addresses are long enough.
    fn read(content: &[u8]) -> Option<(Wanted, u8)> {
        let (kind, rest) = content.split_first()?;
        let (place, rest) = match kind {
            b'P' | b'B' => rest.split_first()?,
            _ => (&0, rest),
        };
        let address = || String::from_utf8(rest.to_vec()).ok();
        let wanted = match kind {
            b'l' if rest.is_empty() => Wanted::Stream,
            b'p' | b'P' => Wanted::Playlist(address()?),
            b'b' | b'B' => Wanted::Bytes(address()?),
            b's' => Wanted::Segment(u64::from_be_bytes(rest.try_into().ok()?)),
            _ => return None,
        };
        Some((wanted, *place))
    }

    fn content(&self, place: u8) -> Vec<u8> {
        match self {
            Wanted::Stream => b"l".to_vec(),
            Wanted::Playlist(address) if place == 0 => [b"p", address.as_bytes()].concat(),
            Wanted::Playlist(address) => [&[b'P', place], address.as_bytes()].concat(),
            Wanted::Bytes(address) if place == 0 => [b"b", address.as_bytes()].concat(),
            Wanted::Bytes(address) => [&[b'B', place], address.as_bytes()].concat(),
            Wanted::Segment(number) => [&b"s"[..], &number.to_be_bytes()].concat(),
        }
    }

    /// The ending of its address.
    fn ending(&self) -> &'static str {
        match self {
            Wanted::Stream | Wanted::Playlist(_) => "m3u8",
            Wanted::Segment(_) => "ts",
            Wanted::Bytes(address) => {
                let ending = ending_of(address);
                ENDINGS.into_iter().find(|known| ending.eq_ignore_ascii_case(known)).unwrap_or("ts")
            }
        }
    }
}

/// The letters behind the last dot of an address's path.
pub(super) fn ending_of(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Makes addresses of a stream.
pub(super) struct Addresses<'a> {
    key: Key<'a>,
    stream: StreamId,
    place: u8,
}

impl<'a> Addresses<'a> {
    /// With the key of now.
    pub(super) fn new(sealer: &'a Sealer, tenant: TenantId, stream: StreamId) -> Addresses<'a> {
        Addresses { key: sealer.key(tenant), stream, place: 0 }
    }

    /// Of one of its sources, from 0.
    pub(super) fn of_source(self, place: u8) -> Addresses<'a> {
        Addresses { place, ..self }
    }

    /// An address for a session by what it is called, or none when it gets too long to be asked for.
    pub(super) fn of(&self, wanted: &Wanted, session: &str) -> Option<String> {
        let content = wanted.content(self.place);
        if content.len() > MAX_ADDRESS {
            return None;
        }
        let (target, ending) = (self.key.sealed(Use::Target, self.stream.0, &content), wanted.ending());
        Some(format!("{HLS_PATH}{session}.{target}.{ending}"))
    }

    /// The same for every viewer: the session is [left out](Template).
    pub(super) fn for_all(&self, wanted: &Wanted) -> Option<String> {
        self.of(wanted, Template::HOLE)
    }

    /// What a session is called in the addresses of this stream.
    pub(super) fn session(&self, session: &[u8]) -> Result<String, MediaError> {
        if session.len() > MAX_SESSION {
            return Err(MediaError::WrongForm("a session has at most 64 bytes"));
        }
        let content = [&self.stream.0.to_be_bytes(), session].concat();
        Ok(self.key.sealed(Use::Session, 0, &content))
    }
}
