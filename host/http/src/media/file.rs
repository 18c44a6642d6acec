//! Movies and episodes: whole or by ranges, all requests of one player on one seat. `host_media` opens the files and
//! sources.

use super::body;
use super::refusal::Denied;
use super::stream_request::StreamRequest;
use axum::response::Response;
use host_media::{Requested, parse_range};
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
    let session = start.session("file");
    let mut seat = match begins(start.range) {
        true => start.admitted(None, session).await?,
        false => start.admitted_again(None, session).await?,
    };
    let served = start.http.media.movie(start.tenant.id, &start.stream, start.range, start.if_range).await?;
    // A player seeks by closing and asking for another range: the seat waits for it.
    seat.linger();
    Ok(body::served(served, |bytes| body::seated(bytes, Arc::new(seat), &start.visitor.pulse)))
}

/// Whether a request for this range starts to play: players read the beginning of a file first.
/// Whatever else they ask for goes on with what they started.
fn begins(range: Option<&str>) -> bool {
    match parse_range(range, u64::MAX) {
        Requested::Full => true,
        Requested::Part(part) => *part.start() == 0,
        Requested::Unsatisfiable => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_the_beginning_of_a_file_is_a_start_and_any_other_goes_on() {
        for (range, starts) in [
            (None, true),
            (Some("bytes=0-"), true),
            (Some("bytes=0-1"), true),
            (Some("seconds=5-"), true),
            (Some("bytes=1-"), false),
            (Some("bytes=-500"), false),
            (Some("bytes=0-1,5-6"), false),
        ] {
            assert_eq!(begins(range), starts, "{range:?}");
        }
    }
}
