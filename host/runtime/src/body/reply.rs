//! A cached body as an answer to one request: its length, its tag, and its bytes in a coding.
//! Which coding a client takes, the http floor negotiates.

use crate::body::begun;
use crate::body::cached::{Body, CachedBody};
use crate::body::encode::{Coding, Encoder};
use crate::body::packed::Packed;
use crate::body::pieces::{PIECE, Pieces, Plain};
use crate::body::splice::{Fillings, Position, Template};
use bytes::Bytes;
use std::io::Read;
use std::sync::Arc;

/// A body for one caller.
#[derive(Clone)]
pub struct BodyReply {
    /// Its type.
    pub content_type: String,
    /// Further headers, checked: names in lower case.
    pub headers: Vec<(String, String)>,
    /// Changes whenever the bytes for this caller change; without quotes. The same for all
    /// codings: add the coding's name where it matters.
    pub etag: String,
    /// The name of the gzip file that the caller wants it as, instead of a coding for the way.
    pub archive: Option<String>,
    pub(crate) content: BodySource,
}

/// What the body is made of.
#[derive(Clone)]
pub(crate) enum BodySource {
    /// The same for everyone.
    Cached(Arc<CachedBody>),
    /// With this caller's values.
    Spliced(Arc<CachedBody>, Arc<Fillings>),
    /// With members of this call's own before it.
    Begun(Bytes, Arc<CachedBody>),
    /// Made for this call alone, or a part of what is cached.
    Once(Vec<Bytes>),
}

/// A body's bytes in one coding.
pub enum Content {
    /// All of them.
    Whole(Bytes),
    /// One piece after the other.
    Pieces {
        /// How many there are; unknown when they are compressed on the way.
        length: Option<u64>,
        /// The bytes.
        pieces: Pieces,
    },
}

impl BodyReply {
    /// Whether a coding was made in advance, so that sending it costs no compression.
    pub fn is_ready(&self, coding: Coding) -> bool {
        match (&self.content, coding) {
            (_, Coding::Identity) => true,
            (BodySource::Cached(cached), coding) => match &cached.body {
                Body::Whole(encoded) => encoded.get(coding).is_some(),
                Body::Template(..) => false,
                Body::Filed(_) => coding == Coding::Gzip,
            },
            (BodySource::Begun(_, cached), Coding::Gzip) => cached.whole().is_some_and(|whole| whole.gzip.is_some()),
            (BodySource::Spliced(cached, fillings), Coding::Gzip) => packed(cached, fillings).is_some(),
            (BodySource::Begun(..) | BodySource::Spliced(..) | BodySource::Once(_), _) => false,
        }
    }

    /// Has a coding made for those who ask later, where it is not ready and can be made: gzip with the caller's own
    /// values, the second time that somebody with values as long would take it. Returns at once.
    pub fn want(&self, coding: Coding) {
        let (BodySource::Spliced(cached, fillings), Coding::Gzip) = (&self.content, coding) else { return };
        let Some(wanted) = cached.template().and_then(|(_, shapes)| shapes.want(fillings)) else { return };
        let cached = Arc::clone(cached);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || {
                cached.template().iter().for_each(|(template, shapes)| shapes.pack(template, &wanted));
            });
        }
    }

    /// The bytes in a coding. None when this body is not sent in that coding: it would not be
    /// smaller, or it was made for this call alone.
    pub fn content(&self, coding: Coding) -> Option<Content> {
        match &self.content {
            BodySource::Once(parts) => (coding == Coding::Identity).then(|| Content::of(parts.clone())),
            BodySource::Spliced(cached, fillings) => spliced(cached, fillings, coding),
            BodySource::Begun(begin, cached) => begun::joined(begin, cached.whole()?, coding).map(Content::of),
            BodySource::Cached(cached) => match &cached.body {
                Body::Whole(encoded) => encoded.get(coding).cloned().map(Content::Whole),
                Body::Template(..) => None,
                Body::Filed(filed) => {
                    let (length, coded) = match coding {
                        Coding::Identity => (filed.text, false),
                        Coding::Gzip => (filed.length, true),
                        Coding::Zstd => return None,
                    };
                    let pieces = Pieces::file(Arc::clone(cached), coded);
                    Some(Content::Pieces { length: Some(length), pieces })
                }
            },
        }
    }

    /// The bytes as a gzip file, which is compressed on the way when it was not made in advance.
    pub fn archived(&self) -> Option<Content> {
        if self.is_ready(Coding::Gzip) {
            return self.content(Coding::Gzip);
        }
        let parts = match &self.content {
            BodySource::Spliced(..) => return self.content(Coding::Gzip),
            BodySource::Once(parts) => parts.clone(),
            BodySource::Begun(begin, cached) => vec![begin.clone(), cached.whole()?.identity.clone()],
            BodySource::Cached(cached) => vec![cached.whole()?.identity.clone()],
        };
        let encoder = Encoder::passing(Coding::Gzip).ok()??;
        Some(Content::Pieces { length: None, pieces: Pieces::coded(Plain::ready(parts), encoder) })
    }

    /// The bytes as they are, at once: for small bodies and tests. Empty when its file cannot be read.
    pub fn identity(&self) -> Bytes {
        match &self.content {
            BodySource::Once(parts) => parts.concat().into(),
            BodySource::Begun(begin, cached) => {
                let kept = cached.whole().map(|whole| whole.identity.clone()).unwrap_or_default();
                [begin.clone(), kept].concat().into()
            }
            BodySource::Spliced(cached, fillings) => {
                cached.template().map(|(template, _)| template.filled(fillings).into()).unwrap_or_default()
            }
            BodySource::Cached(cached) => match &cached.body {
                Body::Whole(encoded) => encoded.identity.clone(),
                Body::Template(..) => Bytes::new(),
                Body::Filed(filed) => {
                    let mut text = Vec::new();
                    let read = filed.open(false).and_then(|mut reader| reader.read_to_end(&mut text));
                    read.map(|_| text.into()).unwrap_or_default()
                }
            },
        }
    }
}

fn packed(cached: &CachedBody, fillings: &Fillings) -> Option<Arc<Packed>> {
    cached.template().and_then(|(_, shapes)| shapes.get(fillings))
}

fn spliced(cached: &Arc<CachedBody>, fillings: &Arc<Fillings>, coding: Coding) -> Option<Content> {
    if let Some(packed) = packed(cached, fillings).filter(|_| coding == Coding::Gzip) {
        return Some(Content::of(packed.file(fillings)));
    }
    let (template, _) = cached.template()?;
    let length = template.length(fillings);
    if coding == Coding::Identity && length <= PIECE {
        return Some(Content::Whole(template.filled(fillings).into()));
    }
    let (cached, fillings) = (Arc::clone(cached), Arc::clone(fillings));
    let plain = Plain::Template { cached, fillings, place: Position::default() };
    Some(match Encoder::passing(coding).ok()? {
        None => Content::Pieces { length: Some(length as u64), pieces: Pieces::plain(plain) },
        Some(encoder) => Content::Pieces { length: None, pieces: Pieces::coded(plain, encoder) },
    })
}

impl Content {
    fn of(mut parts: Vec<Bytes>) -> Content {
        if parts.len() <= 1 {
            return Content::Whole(parts.pop().unwrap_or_default());
        }
        let length = Some(parts.iter().map(|part| part.len() as u64).sum());
        Content::Pieces { length, pieces: Pieces::plain(Plain::ready(parts)) }
    }
}

/// A header's value with this caller's values; none when they do not fit into a header.
pub(crate) fn header(template: &Template, fillings: &Fillings) -> Option<String> {
    let value = String::from_utf8(template.filled(fillings)).ok()?;
    crate::reply::is_header_value(&value).then_some(value)
}
