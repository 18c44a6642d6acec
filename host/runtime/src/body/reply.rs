//! A kept body as an answer to one request: its length, its tag, and its bytes in a coding, piece by piece.
//! Knows nothing of HTTP; which coding a client takes, the http floor negotiates.

use crate::body::cache::Kept;
use crate::body::encode::{Coding, Encoder};
use crate::body::splice::{Fillings, Place, Template};
use bytes::Bytes;
use std::sync::Arc;

/// Bytes of one piece: large enough that a reader is woken seldom, small enough to hold for each
/// slow one.
const PIECE: usize = 256 << 10;

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
    pub(crate) content: Held,
}

/// What the body is made of.
#[derive(Clone)]
pub(crate) enum Held {
    /// The same for everyone.
    Whole(Arc<Kept>),
    /// With this caller's values.
    Spliced(Arc<Kept>, Arc<Fillings>),
    /// Made for this call alone.
    Once(Bytes),
}

/// A body's bytes in one coding.
pub struct Content {
    /// How many there are; unknown when they are compressed on the way.
    pub length: Option<u64>,
    /// The bytes.
    pub pieces: Pieces,
}

/// The pieces of a body, at least 256 KiB each but for the last. Making the next one takes
/// microseconds, or milliseconds when it is compressed on the way.
pub struct Pieces(Source);

enum Source {
    One(Option<Bytes>),
    Template { kept: Arc<Kept>, fillings: Arc<Fillings>, place: Place, encoder: Option<Encoder>, ended: bool },
}

impl BodyReply {
    /// Whether a coding was made in advance, so that sending it costs no compression.
    pub fn is_ready(&self, coding: Coding) -> bool {
        match (&self.content, coding) {
            (_, Coding::Identity) => true,
            (Held::Whole(kept), Coding::Gzip) => kept.whole().is_some_and(|encoded| encoded.gzip.is_some()),
            (Held::Whole(kept), Coding::Zstd) => kept.whole().is_some_and(|encoded| encoded.zstd.is_some()),
            _ => false,
        }
    }

    /// The bytes in a coding. None when this body is not sent in that coding: it would not be
    /// smaller, or it was made for this call alone.
    pub fn content(&self, coding: Coding) -> Option<Content> {
        match &self.content {
            Held::Once(bytes) => (coding == Coding::Identity).then(|| Content::of(bytes.clone())),
            Held::Whole(kept) => {
                let encoded = kept.whole()?;
                match coding {
                    Coding::Identity => Some(Content::of(encoded.identity.clone())),
                    Coding::Gzip => encoded.gzip.clone().map(Content::of),
                    Coding::Zstd => encoded.zstd.clone().map(Content::of),
                }
            }
            Held::Spliced(kept, fillings) => {
                let encoder = Encoder::passing(coding).ok()?;
                let template = kept.template()?;
                let length = encoder.is_none().then(|| template.length(fillings) as u64);
                let (kept, fillings) = (Arc::clone(kept), Arc::clone(fillings));
                let source = Source::Template { kept, fillings, place: Place::default(), encoder, ended: false };
                Some(Content { length, pieces: Pieces(source) })
            }
        }
    }

    /// The bytes as they are, at once: for small bodies and tests.
    pub fn identity(&self) -> Bytes {
        match &self.content {
            Held::Once(bytes) => bytes.clone(),
            Held::Whole(kept) => kept.whole().map(|encoded| encoded.identity.clone()).unwrap_or_default(),
            Held::Spliced(kept, fillings) => {
                kept.template().map(|template| template.filled(fillings).into()).unwrap_or_default()
            }
        }
    }
}

impl Content {
    fn of(bytes: Bytes) -> Content {
        Content { length: Some(bytes.len() as u64), pieces: Pieces(Source::One(Some(bytes))) }
    }
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let Source::Template { kept, fillings, place, encoder, ended } = &mut self.0 else {
            let Source::One(bytes) = &mut self.0 else { return None };
            return bytes.take().filter(|bytes| !bytes.is_empty());
        };
        let template = kept.template()?;
        while !*ended {
            let mut piece = Vec::with_capacity(PIECE + 1_024);
            template.copy(place, fillings, &mut piece, PIECE);
            *ended = piece.is_empty();
            let coded = match encoder {
                None => piece,
                Some(_) if *ended => encoder.take().and_then(|encoder| encoder.end().ok()).unwrap_or_default(),
                Some(encoder) => {
                    encoder.write(&piece).ok()?;
                    encoder.take()
                }
            };
            if !coded.is_empty() {
                return Some(coded.into());
            }
        }
        None
    }
}

/// A header's value with this caller's values; none when they do not fit into a header.
pub(crate) fn header(template: &Template, fillings: &Fillings) -> Option<String> {
    let value = String::from_utf8(template.filled(fillings)).ok()?;
    crate::reply::is_header_value(&value).then_some(value)
}
