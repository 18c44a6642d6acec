//! Live streams: transport streams as one endless response on one seat, HLS as a start that leads to playlists and
//! pieces on the seat of its session. `host_media` has the bytes.

use super::body;
use super::refusal::Denied;
use super::session_tag::SessionTag;
use super::stream_request::{self, StreamRequest};
use crate::state::Http;
use crate::visitor::Visitor;
use axum::response::Response;
use futures_util::StreamExt;
use host_core::line::Output;
use host_core::stream::{Delivery, Stream, Wanted, delivers};
use host_core::tenant::Tenant;
use host_core::{Code, Refusal};
use host_engine::connection::Look;
use host_media::MediaError;
use http::header::{CACHE_CONTROL, LOCATION, RANGE};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use std::sync::Arc;

/// A live stream in the form that the path's extension asks for; none is a transport stream.
pub(super) async fn live(mut start: StreamRequest<'_>) -> Result<Response, Denied> {
    if !start.stream.kind.is_live() {
        return Err(Denied::NotFound);
    }
    let output = match start.extension.map(str::to_ascii_lowercase).as_deref() {
        None | Some("ts" | "ch") => Output::Ts,
        Some("m3u8") => Output::M3u8,
        Some(_) => return Err(Denied::NotFound),
    };
    keep_deliverable(&mut start.stream, output)?;
    let start = &start;
    if start.is_head {
        start.would_be_admitted(Some(output)).await?;
        runs(&start.stream)?;
        return Ok(match output {
            Output::M3u8 => body::playlist(body::unsent()),
            _ => body::endless("video/mp2t", body::unsent()),
        });
    }
    match (start.stream.delivery, output) {
        (Delivery::Redirect, _) => redirected(start, output).await,
        (_, Output::M3u8) => hls(start).await,
        _ => transport(start).await,
    }
}

/// Leaves the stream the sources that its delivery can send as `output`, or refuses the output. A
/// stream without any source is left to media, which says so.
fn keep_deliverable(stream: &mut Stream, output: Output) -> Result<(), Denied> {
    let (delivery, had_some) = (stream.delivery, !stream.sources.is_empty());
    stream.sources.retain(|source| source.form().is_some_and(|form| delivers(form, delivery, Some(output))));
    if had_some && stream.sources.is_empty() {
        return Err(Refusal::new(Code::OutputRefused, "This stream has no such output.").into());
    }
    Ok(())
}

/// Refuses a stream that is stopped, where media is not asked for its bytes.
fn runs(stream: &Stream) -> Result<(), Denied> {
    if stream.wanted == Wanted::Stopped { Err(MediaError::StreamDown.into()) } else { Ok(()) }
}

async fn transport(start: &StreamRequest<'_>) -> Result<Response, Denied> {
    let engine = &start.http.engine;
    let seat = start.admitted(Some(Output::Ts), engine.seats().fresh_session()).await?;
    // Another start may end this one while it waits for its first bytes.
    let viewer = tokio::select! {
        viewer = start.http.media.watch(start.tenant.id, &start.stream) => viewer?,
        _ = seat.ended() => return Err(Denied::Ended),
    };
    Ok(body::endless("video/mp2t", body::seated(viewer.map(Ok), Arc::new(seat), &start.visitor.pulse)))
}

/// A start: what it answers with leads to the session's playlist, and each start is a session of its
/// own.
async fn hls(start: &StreamRequest<'_>) -> Result<Response, Denied> {
    let (engine, tenant) = (&start.http.engine, start.tenant.id);
    let key = engine.seats().fresh_session();
    let mut seat = start.admitted(Some(Output::M3u8), key).await?;
    let session = engine.session(tenant, &start.line, start.stream.id, key);
    let session_tag = SessionTag { session, address: start.visitor.address };
    let text = start.http.media.hls(tenant, &start.stream, &session_tag.bytes()).await?;
    // Only a start that plays keeps its seat for the requests that follow.
    seat.linger();
    Ok(body::playlist(text))
}

/// What a playlist of ours leads to: for the session that it was made for.
pub(super) async fn piece(
    http: &Http,
    tenant: &Tenant,
    visitor: &Visitor,
    parts: &Parts,
    captures: &[(&str, &str)],
) -> Result<Response, Denied> {
    let Some((_, token)) = captures.first() else { return Err(Denied::NotFound) };
    let pass = http.media.open_pass(tenant.id, token)?;
    let session_tag = SessionTag::read(pass.stream, &pass.session).ok_or(Denied::Ended)?;
    if !http.engine.settings(tenant.id).await?.hls_bind.allows(session_tag.address, visitor.address) {
        return Err(Refusal::new(Code::AddressRefused, "This stream was started from another address.").into());
    }
    let resume = |look| http.engine.resume(tenant.id, &session_tag.session, visitor.address, &visitor.agent, look);
    if pass.leads_to_playlist() {
        let mut stream = stream_request::stream(http, tenant, pass.stream).await?;
        keep_deliverable(&mut stream, Output::M3u8)?;
        // The next request of the session comes for its seat.
        resume(Look::Thorough).await?.linger();
        return Ok(body::playlist(http.media.playlist(tenant.id, &stream, &pass).await?));
    }
    let mut seat = resume(Look::Seat).await?;
    seat.linger();
    let served = http.media.piece(tenant.id, &pass, stream_request::text_of(parts, RANGE)).await?;
    match parts.method {
        Method::HEAD => Ok(body::served(served, |_| body::unsent())),
        _ => Ok(body::served(served, |bytes| body::seated(bytes, Arc::new(seat), &visitor.pulse))),
    }
}

/// Sends the viewer to the first source. Its lease runs out by itself: starts are limited, not
/// watching.
async fn redirected(start: &StreamRequest<'_>, output: Output) -> Result<Response, Denied> {
    let source = start.stream.sources.first().ok_or(Denied::NotFound)?;
    let mut seat = start.admitted(Some(output), start.session("redirect")).await?;
    runs(&start.stream)?;
    seat.linger();
    let mut response = crate::answer::empty(StatusCode::FOUND);
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&source.url).map_err(|_| Denied::NotFound)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache, must-revalidate"));
    Ok(response)
}
