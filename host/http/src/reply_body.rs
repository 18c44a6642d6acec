//! Sends bodies that the runtime holds: picks the coding that the client takes and that costs
//! nothing now, answers 304 to who has it already, and sends piece by piece.

use crate::conditional::known_tags;
use axum::body::Body;
use axum::response::Response;
use host_runtime::{BodyReply, Coding, Content};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderName, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

/// The response of a held body.
pub(crate) fn response(reply: &BodyReply, request: &HeaderMap) -> Response {
    let coding =
        if reply.archive.is_some() { Coding::Gzip } else { negotiated(request, |coding| reply.is_ready(coding)) };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    if let Ok(tag) = HeaderValue::from_str(&tag(&reply.etag, coding)) {
        headers.insert(ETAG, tag);
    }
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if has_already(request, &reply.etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    if coding == Coding::Identity && takes(request, "gzip") {
        reply.want(Coding::Gzip);
    }
    let content = match &reply.archive {
        Some(name) => {
            // A file to keep: the coding is its form, not its way.
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
                headers.insert(CONTENT_DISPOSITION, disposition);
            }
            reply.archived()
        }
        None => {
            if let Ok(content_type) = HeaderValue::from_str(&reply.content_type) {
                headers.insert(CONTENT_TYPE, content_type);
            }
            if let Some(name) = name(coding) {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
            }
            reply.content(coding)
        }
    };
    match content {
        Some(Content::Whole(bytes)) => {
            headers.insert(CONTENT_LENGTH, bytes.len().into());
            *response.body_mut() = Body::from(bytes);
        }
        Some(Content::Pieces { length, pieces }) => {
            if let Some(length) = length {
                headers.insert(CONTENT_LENGTH, length.into());
            }
            *response.body_mut() = Body::from_stream(pieces);
        }
        None => {}
    }
    response
}

/// The best coding that the client takes and that was made in advance. Compressing on the way
/// costs a hundred times what sending the plain text does, so it is never chosen.
fn negotiated(request: &HeaderMap, is_ready: impl Fn(Coding) -> bool) -> Coding {
    [Coding::Zstd, Coding::Gzip]
        .into_iter()
        .find(|coding| is_ready(*coding) && name(*coding).is_some_and(|name| takes(request, name)))
        .unwrap_or(Coding::Identity)
}

/// Whether a client takes a coding, by its name in `Accept-Encoding`.
pub(crate) fn takes(request: &HeaderMap, wanted: &str) -> bool {
    let values = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut quality = None;
    for entry in values.flat_map(|value| value.split(',')) {
        let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let coding = coding.trim();
        if coding.eq_ignore_ascii_case(wanted) {
            return !is_zero(parameters);
        }
        if coding == "*" {
            quality = Some(!is_zero(parameters));
        }
    }
    quality.unwrap_or(false)
}

/// Whether the parameters of an entry are `q=0`.
fn is_zero(parameters: &str) -> bool {
    let value = parameters.trim().strip_prefix("q=").map(str::trim);
    value.is_some_and(|value| value.parse::<f32>().is_ok_and(|quality| quality <= 0.0))
}

fn name(coding: Coding) -> Option<&'static str> {
    match coding {
        Coding::Identity => None,
        Coding::Gzip => Some("gzip"),
        Coding::Zstd => Some("zstd"),
    }
}

/// The tag of a body in a coding: other bytes, another tag.
fn tag(etag: &str, coding: Coding) -> String {
    match name(coding) {
        Some(name) => format!("\"{etag}-{name}\""),
        None => format!("\"{etag}\""),
    }
}

/// Whether the client has this body, in whichever coding.
fn has_already(request: &HeaderMap, etag: &str) -> bool {
    known_tags(request).any(|entry| {
        let known = entry.strip_prefix("W/").unwrap_or(entry).trim_matches('"');
        let coding = known.strip_prefix(etag);
        entry == "*" || coding.is_some_and(|rest| matches!(rest, "" | "-gzip" | "-zstd"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::IF_NONE_MATCH;

    fn chosen(accept: &str, ready: &[Coding]) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap());
        negotiated(&headers, |coding| ready.contains(&coding))
    }

    #[test]
    fn the_smallest_ready_coding_that_the_client_takes_is_sent() {
        let all = [Coding::Zstd, Coding::Gzip];
        for (accept, ready, expected) in [
            ("gzip, zstd", &all[..], Coding::Zstd),
            ("gzip, deflate", &all[..], Coding::Gzip),
            ("zstd;q=0, gzip;q=0.5", &all[..], Coding::Gzip),
            ("gzip;q=0, *", &all[..], Coding::Zstd),
            ("*;q=0", &all[..], Coding::Identity),
            ("identity", &all[..], Coding::Identity),
            ("", &all[..], Coding::Identity),
            ("gzip, zstd", &[Coding::Gzip][..], Coding::Gzip),
            ("gzip, zstd", &[][..], Coding::Identity),
        ] {
            assert_eq!(chosen(accept, ready), expected, "{accept:?} {ready:?}");
        }
    }

    #[test]
    fn a_body_is_known_again_in_every_coding() {
        let has = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
            has_already(&headers, "abc")
        };
        for known in ["\"abc\"", "W/\"abc-gzip\"", "\"x\", \"abc-zstd\"", "*"] {
            assert!(has(known), "{known}");
        }
        for other in ["\"abcd\"", "\"ab\"", "\"abc-br\"", ""] {
            assert!(!has(other), "{other}");
        }
    }
}
