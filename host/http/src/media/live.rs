//! Live streams: transport streams as one endless response on one seat, HLS as playlists and
//! pieces on the seat of a session. Refuses to know sources; media has the bytes.

use super::refusal::No;
use super::session::{Name, Standing};
use super::ticket::Ticket;
use super::{Start, body};
use crate::Http;
use crate::front::Visitor;
use axum::response::Response;
use futures_util::StreamExt;
use host_core::line::Output;
use host_core::stream::{Delivery, Stream, delivers, source_form};
use host_core::tenant::Tenant;
use host_core::{Code, Refusal};
use host_engine::SessionKey;
use host_media::HlsReply;
use http::header::{CACHE_CONTROL, LOCATION, RANGE};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use std::sync::Arc;

/// A live stream in the form that the path's extension asks for; none is a transport stream.
pub(super) async fn live(mut start: Start<'_>) -> Result<Response, No> {
    if !start.stream.kind.is_live() {
        return Err(No::NotFound);
    }
    let output = match start.extension.map(str::to_ascii_lowercase).as_deref() {
        None | Some("ts" | "ch") => Output::Ts,
        Some("m3u8") => Output::M3u8,
        Some(_) => return Err(No::NotFound),
    };
    keep_deliverable(&mut start.stream, output)?;
    let start = &start;
    if start.is_head {
        start.would_be_admitted(Some(output)).await?;
        return Ok(match output {
            Output::M3u8 => body::playlist(body::unsent()),
            _ => body::endless("video/mp2t", body::unsent()),
        });
    }
    match (start.stream.delivery, output) {
        (Delivery::Redirect, _) => redirected(start, output).await,
        (_, Output::M3u8) => playlist(start).await,
        _ => transport(start).await,
    }
}

/// Leaves the stream the sources that its delivery can send as `output`, or refuses the output. A
/// stream without any source is left to media, which says so.
fn keep_deliverable(stream: &mut Stream, output: Output) -> Result<(), No> {
    let (delivery, had_some) = (stream.delivery, !stream.sources.is_empty());
    stream.sources.retain(|source| source_form(source).is_some_and(|form| delivers(form, delivery, Some(output))));
    if had_some && stream.sources.is_empty() {
        return Err(Refusal::new(Code::OutputRefused, "This stream has no such output.").into());
    }
    Ok(())
}

async fn transport(start: &Start<'_>) -> Result<Response, No> {
    let engine = &start.http.engine;
    let seat = start.admitted(Some(Output::Ts), engine.seats().fresh_session()).await?;
    // Another start may end this one while it waits for its first bytes.
    let viewer = tokio::select! {
        viewer = start.http.media.watch(start.tenant.id, &start.stream) => viewer?,
        _ = seat.ended() => return Err(No::Ended),
    };
    Ok(body::endless("video/mp2t", body::seated(viewer.map(Ok), Arc::new(seat), &start.visitor.pulse)))
}

async fn playlist(start: &Start<'_>) -> Result<Response, No> {
    let (http, tenant, stream) = (start.http, start.tenant.id, start.stream.id);
    let name = session_name(start);
    match http.sessions.standing(name, stream, http.engine.clock().monotonic()) {
        Standing::Held(seat) => {
            // What may have changed since the start, but for the seat itself.
            start.would_be_admitted(Some(Output::M3u8)).await?;
            let ticket = Ticket::of(name.1, &seat).ok_or(No::Ended)?;
            Ok(body::playlist(http.media.playlist(tenant, &start.stream, &ticket.to_string()).await?))
        }
        Standing::Ended => Err(No::Ended),
        Standing::Unknown => {
            let mut seat = start.admitted(Some(Output::M3u8), SessionKey(name.1)).await?;
            let ticket = Ticket::of(name.1, &seat).ok_or(No::Ended)?;
            let text = http.media.playlist(tenant, &start.stream, &ticket.to_string()).await?;
            // Only a start that plays keeps its seat for the requests that follow.
            seat.linger();
            http.sessions.begin(name, stream, Arc::new(seat), http.engine.clock().monotonic());
            Ok(body::playlist(text))
        }
    }
}

/// One player at one stream: the playlist's address stays the same, so the name must too.
fn session_name(start: &Start<'_>) -> Name {
    let (line, stream) = (start.line.id.0.to_be_bytes(), start.stream.id.0.to_be_bytes());
    let address = start.visitor.address.to_string();
    let parts: [&[u8]; 5] = [b"hls", &line, &stream, address.as_bytes(), start.visitor.agent.as_bytes()];
    (start.tenant.id, start.http.engine.session_key(start.tenant.id, &parts).0)
}

/// A piece of a playlist of ours: for the player whose session holds a seat, where it holds it.
pub(super) async fn piece(
    http: &Http,
    tenant: &Tenant,
    visitor: &Visitor,
    parts: &Parts,
    captures: &[(&str, &str)],
) -> Result<Response, No> {
    let Some((_, token)) = captures.first() else { return Err(No::NotFound) };
    let pass = http.media.open_pass(tenant.id, token)?;
    let ticket = Ticket::read(&pass.session).ok_or(No::Ended)?;
    let name = (tenant.id, ticket.session);
    // Whoever is refused must not keep the seat, so that is looked at first.
    let lease = http.sessions.lease(name, pass.stream).ok_or(No::Ended)?;
    if !ticket.serves(&lease, visitor.address) {
        return Err(No::Barred);
    }
    if http.media.leads_to_playlist(tenant.id, &pass) {
        // A player of a source with variants reads this one for hours, and never the one above it.
        let start = Start::of_lease(http, tenant, visitor, &lease).await?;
        start.would_be_admitted(Some(Output::M3u8)).await?;
    }
    let Standing::Held(seat) = http.sessions.standing(name, pass.stream, http.engine.clock().monotonic()) else {
        return Err(No::Ended);
    };
    let range = parts.headers.get(RANGE).and_then(|value| value.to_str().ok());
    let is_head = parts.method == Method::HEAD;
    match http.media.serve(tenant.id, &pass, range).await? {
        HlsReply::Playlist(text) => Ok(body::playlist(text)),
        HlsReply::Bytes(served) if is_head => Ok(body::served(served, |_| body::unsent())),
        HlsReply::Bytes(served) => Ok(body::served(served, |bytes| body::seated(bytes, seat, &visitor.pulse))),
    }
}

/// Sends the viewer to the first source. Its lease runs out by itself: starts are limited, not
/// watching.
async fn redirected(start: &Start<'_>, output: Output) -> Result<Response, No> {
    let source = start.stream.sources.first().ok_or(No::NotFound)?;
    let mut seat = start.admitted(Some(output), SessionKey(session_name(start).1)).await?;
    seat.linger();
    let mut response = crate::answer::empty(StatusCode::FOUND);
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(source).map_err(|_| No::NotFound)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache, must-revalidate"));
    Ok(response)
}
