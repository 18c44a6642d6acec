//! Movies and episodes: whole or by ranges, all requests of one player on one seat. `host_media` opens the files and
//! sources.

use super::body;
use super::playing::{FILE, begins};
use super::refusal::Denied;
use super::stream_request::StreamRequest;
use axum::response::Response;
use std::sync::Arc;

/// A movie or episode. The path's extension need not match: the file says its own type.
pub(super) async fn file(start: &StreamRequest<'_>) -> Result<Response, Denied> {
    if start.stream.kind.is_live() {
        return Err(Denied::NotFound);
    }
    if start.is_head {
        start.would_be_admitted(None).await?;
        let served = start.http.media.movie(start.tenant.id, &start.stream, start.range, start.if_range).await?;
        return Ok(body::served(served, |_| body::unsent()));
    }
    let session = start.session(FILE);
    let mut seat = match begins(start.range) {
        true => start.admitted(None, session).await?,
        false => start.admitted_again(None, session).await?,
    };
    let served = start.http.media.movie(start.tenant.id, &start.stream, start.range, start.if_range).await?;
    // A player seeks by closing and asking for another range: the seat waits for it.
    seat.linger();
    Ok(body::served(served, |bytes| body::seated(bytes, Arc::new(seat), &start.visitor.pulse)))
}
