//! A reply with bytes: what the head says of them, and the bytes as they are read. The floor above writes the
//! head.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use host_core::port::{ByteStream, Fetched, Validators};
use std::io;
use std::pin::Pin;

/// A body as it is read. Ends after the first error.
pub type Body = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A reply whose body is bytes.
pub struct Served {
    /// 200, 206 or 416; with 416 the body is empty.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// `Content-Length` of this body, in bytes, when it is known.
    pub length: Option<u64>,
    /// `Content-Range`, with 206 and 416.
    pub content_range: Option<String>,
    /// Whether to send `Accept-Ranges: bytes`.
    pub accepts_ranges: bool,
    /// `ETag` and `Last-Modified`, where the resource has them.
    pub validators: Validators,
    /// The bytes.
    pub body: Body,
}

impl Served {
    /// The answer to a range that the resource does not have.
    pub(crate) fn unsatisfiable(content_type: String, total: Option<u64>) -> Served {
        Served {
            status: 416,
            content_type,
            length: Some(0),
            content_range: total.map(|total| format!("bytes */{total}")),
            accepts_ranges: true,
            validators: Validators::default(),
            body: Box::pin(futures_util::stream::empty()),
        }
    }

    /// A whole resource that is in memory already.
    pub(crate) fn of_pieces(content_type: &str, pieces: Vec<Bytes>) -> Served {
        Served {
            status: 200,
            content_type: content_type.to_owned(),
            length: Some(pieces.iter().map(|piece| piece.len() as u64).sum()),
            content_range: None,
            accepts_ranges: false,
            validators: Validators::default(),
            body: Box::pin(futures_util::stream::iter(pieces.into_iter().map(Ok))),
        }
    }

    /// Hands on what another server sent, under a type of our own.
    pub(crate) fn handed_on(fetched: Fetched, content_type: String) -> Served {
        Served {
            status: fetched.status,
            content_type,
            length: fetched.content_length,
            content_range: fetched.content_range,
            accepts_ranges: fetched.status == 206,
            validators: fetched.validators,
            body: as_body(fetched.body),
        }
    }
}

pub(crate) fn as_body(bytes: ByteStream) -> Body {
    Box::pin(bytes.map(|piece| piece.map_err(io::Error::other)))
}
