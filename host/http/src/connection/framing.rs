//! Where a request ends. One whose end two readers could see in two places is refused, because what
//! follows it would be a request to one of them and a body to the other.

use crate::answer;
use axum::response::Response;
use http::header::{CONNECTION, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};

/// The answer to a request whose body is coded other than by one `chunked`; the connection ends with it.
pub(super) fn refused(headers: &HeaderMap) -> Option<Response> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let first = codings.next()?;
    let is_plain = first.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") && codings.next().is_none();
    if is_plain {
        return None;
    }
    let text = "A body is sent with Content-Length or with one Transfer-Encoding: chunked.\n";
    let mut response = answer::plain(StatusCode::BAD_REQUEST, text);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(codings: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for coding in codings {
            headers.append(TRANSFER_ENCODING, HeaderValue::from_static(coding));
        }
        refused(&headers).is_some()
    }

    #[test]
    fn a_body_is_chunked_once_or_not_at_all() {
        for codings in [&[][..], &["chunked"], &["Chunked"], &[" chunked "]] {
            assert!(!is_refused(codings), "{codings:?}");
        }
        for codings in [
            &["chunked", "chunked"][..],
            &["chunked, chunked"],
            &["gzip, chunked"],
            &["chunked", "identity"],
            &["identity"],
            &[""],
        ] {
            assert!(is_refused(codings), "{codings:?}");
        }
    }
}
