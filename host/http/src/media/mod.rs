//! The media routes: a line's live streams, movies and playlist pieces, from sign-in to the first byte. It decides who
//! gets which bytes; `host_media` has them.

mod body;
mod by_query;
mod file;
mod live;
mod playing;
mod refusal;
mod session_tag;
mod signed;
mod stream_request;

use crate::answer;
use crate::mounts::Media;
use crate::state::Http;
use crate::visitor::Visitor;
use axum::response::Response;
use host_core::tenant::Tenant;
use http::request::Parts;
use http::{Method, StatusCode};
use stream_request::StreamRequest;

/// Answers a media route.
pub(crate) async fn respond(
    http: &Http,
    tenant: &Tenant,
    visitor: &Visitor,
    parts: &Parts,
    route: Media,
    captures: &[(&str, &str)],
) -> Response {
    if parts.method == Method::POST {
        return answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let outcome = match route {
        Media::Piece => live::piece(http, tenant, visitor, parts, captures).await,
        Media::LiveByQuery => by_query::moved(parts, "live", "ts"),
        Media::MovieByQuery => by_query::moved(parts, "movie", "mp4"),
        Media::Live | Media::File => match StreamRequest::of(http, tenant, visitor, parts, captures).await {
            Ok(start) if route == Media::Live => live::live(start).await,
            Ok(start) => file::file(&start).await,
            Err(no) => Err(no),
        },
    };
    match outcome {
        Ok(response) => response,
        Err(no) => refusal::response(http, tenant, visitor, no).await,
    }
}
