//! The static files of a surface's plugin, sent without asking the guest. A client that has a file asks whether it is
//! still the same, and mostly hears that it is.

use crate::answer;
use crate::conditional::has_tag;
use crate::confinement::confined;
use crate::dispatch::place::tidy;
use crate::origin::Origin;
use axum::body::Body;
use axum::response::Response;
use host_runtime::SurfaceEntry;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

/// The file at a path below the surface's `assets`.
pub(crate) fn response(entry: &SurfaceEntry, file: &str, parts: &Parts, origin: &Origin) -> Response {
    let Some(asset) = entry.assets.at(file) else { return answer::not_found() };
    let path = parts.uri.path();
    if file.is_empty() && !path.ends_with('/') {
        return moved(&format!("{}/", tidy(path)));
    }
    let tag = format!("\"{}\"", asset.etag);
    let mut response = Response::new(Body::empty());
    if has_tag(&parts.headers, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
        headers.insert(CONTENT_LENGTH, asset.bytes.len().into());
        *response.body_mut() = Body::from(asset.bytes.clone());
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    confined(response, entry.confinement, &entry.plugin, origin)
}

/// The page of a folder is at the folder: what it names stands beside it.
fn moved(path: &str) -> Response {
    let mut response = answer::empty(StatusCode::MOVED_PERMANENTLY);
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}
