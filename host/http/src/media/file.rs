//! Movies and episodes: whole or by ranges, all requests of one player on one seat.
//! Refuses to know files and sources; media opens them.

use super::refusal::No;
use super::{Start, body};
use axum::response::Response;
use std::sync::Arc;

/// A movie or episode. The path's extension need not match: the file says its own type.
pub(super) async fn file(start: &Start<'_>) -> Result<Response, No> {
    if start.stream.kind.is_live() {
        return Err(No::NotFound);
    }
    if start.is_head {
        start.would_be_admitted(None).await?;
        let served = start.http.media.movie(&start.stream, start.range).await?;
        return Ok(body::served(served, |_| body::unsent()));
    }
    let engine = &start.http.engine;
    let (line, stream) = (start.line.id.0.to_be_bytes(), start.stream.id.0.to_be_bytes());
    let address = start.visitor.address.to_string();
    let session = engine
        .session_key(start.tenant.id, &[b"file", &line, &stream, address.as_bytes(), start.visitor.agent.as_bytes()]);
    let mut seat = start.admitted(None, session).await?;
    let served = start.http.media.movie(&start.stream, start.range).await?;
    // A player seeks by closing and asking for another range: the seat waits for it.
    seat.linger();
    Ok(body::served(served, |bytes| body::seated(bytes, Arc::new(seat), &start.visitor.pulse)))
}
