//! The files of the viewer, Swagger UI 5.35.0 as its package `swagger-ui-dist` has them, compressed; and the page's own.
//! They are the same for everybody.

use crate::answer;
use crate::conditional::has_tag;
use crate::reply_body::takes;
use axum::body::Body;
use axum::response::Response;
use flate2::read::GzDecoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use std::io::Read;

/// A file: its name, its type, whether it is compressed, its bytes.
type File = (&'static str, &'static str, bool, &'static [u8]);

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const FILES: &[File] = &[
    ("page.css", STYLE, false, include_bytes!("page.css")),
    ("page.js", SCRIPT, false, include_bytes!("page.js")),
    ("swagger-ui.css", STYLE, true, include_bytes!("viewer/swagger-ui.css.gz")),
    ("swagger-ui-bundle.js", SCRIPT, true, include_bytes!("viewer/swagger-ui-bundle.js.gz")),
    ("swagger-ui-bundle.js.LICENSE.txt", TEXT, false, include_bytes!("viewer/swagger-ui-bundle.js.LICENSE.txt")),
    ("LICENSE.txt", TEXT, false, include_bytes!("viewer/LICENSE.txt")),
    ("NOTICE.txt", TEXT, false, include_bytes!("viewer/NOTICE.txt")),
];
/// They change with the program alone.
const TAG: &str = concat!("\"", env!("CARGO_PKG_VERSION"), "-5.35.0\"");

/// A file of the viewer by its name.
pub(super) fn file(name: &str, parts: &Parts) -> Response {
    let Some((_, kind, is_compressed, bytes)) = FILES.iter().find(|(known, ..)| *known == name) else {
        return answer::not_found();
    };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::from_static(TAG));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if has_tag(&parts.headers, TAG) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let body = match (*is_compressed, takes(&parts.headers, "gzip")) {
        (true, true) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Body::from(*bytes)
        }
        (true, false) => Body::from(plain(bytes)),
        (false, _) => Body::from(*bytes),
    };
    *response.body_mut() = body;
    response
}

/// For the few who take nothing compressed.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // It was compressed when it was put here; a test reads it.
    let _ = GzDecoder::new(bytes).read_to_end(&mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_viewer_is_the_one_of_its_package() {
        for (name, digest) in [
            ("swagger-ui-bundle.js", "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2"),
            ("swagger-ui.css", "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d"),
        ] {
            let (.., bytes) = FILES.iter().find(|(known, ..)| *known == name).unwrap();
            assert_eq!(hex::encode(Sha256::digest(plain(bytes))), digest, "{name}");
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_compressed_gets_the_same_text() {
        let asked = |coding: &str| {
            let request = Request::get("/").header("accept-encoding", coding).body(()).unwrap();
            file("swagger-ui.css", &request.into_parts().0)
        };
        assert_eq!(asked("gzip, br").headers()[CONTENT_ENCODING], "gzip");
        let plain = asked("br");
        assert!(plain.headers().get(CONTENT_ENCODING).is_none());
        let text = axum::body::to_bytes(plain.into_body(), 1 << 20).await.unwrap();
        assert!(text.starts_with(b".swagger-ui"));
        assert_eq!(file("absent", &Request::get("/").body(()).unwrap().into_parts().0).status(), 404);
    }
}
