//! How the media floor asks for bytes from elsewhere. Whoever implements it follows redirects, checks addresses
//! and caps lengths.

use super::Pending;
use crate::source::Source;
use bytes::Bytes;
use futures_core::Stream;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// Bytes as they arrive. Ends after the first error; dropping it closes the connection.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, FetchError>> + Send>>;

/// One range of bytes of a `Range` header. `Display` is the header's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteRange {
    /// `bytes=a-`: from here to the end.
    From(u64),
    /// `bytes=a-b`: both ends included.
    Between(u64, u64),
    /// `bytes=-n`: the last n bytes.
    Last(u64),
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ByteRange::From(first) => write!(f, "bytes={first}-"),
            ByteRange::Between(first, last) => write!(f, "bytes={first}-{last}"),
            ByteRange::Last(count) => write!(f, "bytes=-{count}"),
        }
    }
}

/// What tells one state of a resource from another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Validators {
    /// `ETag`, as sent.
    pub etag: Option<String>,
    /// `Last-Modified`, as sent.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether a range may be sent to whoever has the state that this `If-Range` header names: an
    /// entity tag that is not weak, or a date, each exactly.
    pub fn allow(&self, if_range: &str) -> bool {
        let (etag, date) = (self.etag.as_deref(), self.last_modified.as_deref());
        match if_range.trim() {
            tag if tag.starts_with('"') => etag == Some(tag),
            weak if weak.starts_with("W/") => false,
            given => date == Some(given),
        }
    }
}

/// An answer whose head has arrived. Any status of the last hop is an answer, not an error.
pub struct Fetched {
    /// HTTP status, after redirects.
    pub status: u16,
    /// `Content-Type`, as sent.
    pub content_type: Option<String>,
    /// `Content-Length`, in bytes.
    pub content_length: Option<u64>,
    /// `Content-Range`, as sent.
    pub content_range: Option<String>,
    /// `ETag` and `Last-Modified`, as sent.
    pub validators: Validators,
    /// The address of the last hop: what relative addresses in the body are relative to.
    pub final_url: String,
    /// The body, not decompressed and not capped; whoever wants an end counts.
    pub body: ByteStream,
}

/// Why there is no answer, or why a body broke off. Names no address: it may hold credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The rules forbid it: the scheme, the port, or the network it leads to.
    #[error("the address is not allowed: {0}")]
    Forbidden(&'static str),
    /// No connection, or a handshake that failed.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// Connecting, the head, or the next bytes took too long.
    #[error("the server took too long")]
    TimedOut,
    /// The answer is not HTTP, redirects too often, or broke off.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// It answered with another status than the one that was needed.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// It answered, and what it sends can never be played: which form that is, and what to use instead.
    #[error("it cannot be played: {0}")]
    Unplayable(&'static str),
}

/// Opens addresses of sources. Each call is one GET with redirects followed under the rules for
/// outgoing connections and a time-out for the head (10 s). A server that closes a kept connection
/// under a request is asked once more, on a new one.
pub trait Fetch: Send + Sync + 'static {
    /// Asks for an address, or for a range of it.
    fn open<'a>(&'a self, url: &'a str, range: Option<ByteRange>) -> Pending<'a, Fetched, FetchError>;

    /// The same for the requests of one source: with its headers, and while it lives, cookies that are set
    /// by an answer or a redirect go back to the host that set them, and to no other. Without it there are
    /// no cookies.
    fn for_one_source(self: Arc<Self>, source: &Source) -> Arc<dyn Fetch>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_for_whoever_has_exactly_this_state() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let state = Validators { etag: Some("\"a\"".into()), last_modified: Some(date.into()) };
        for (if_range, allowed) in [
            ("\"a\"", true),
            (" \"a\" ", true),
            ("\"b\"", false),
            ("W/\"a\"", false),
            (date, true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", false),
            ("", false),
        ] {
            assert_eq!(state.allow(if_range), allowed, "{if_range}");
        }
        assert!(!Validators::default().allow("\"a\"") && !Validators::default().allow(date));
        let weak = Validators { etag: Some("W/\"a\"".into()), last_modified: None };
        assert!(!weak.allow("W/\"a\""), "a weak tag does not say that the bytes are the same");
    }
}
