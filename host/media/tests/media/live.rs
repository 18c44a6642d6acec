//! Many viewers on one channel.

use crate::house::*;
use crate::origin::{Origin, Reply};
use bytes::Bytes;
use host_core::TenantId;
use host_core::stream::{Delivery, Stream};
use host_media::{Detect, MediaError};
use std::sync::Mutex;
use tokio::sync::mpsc;

/// A source that the test feeds; only its first connection gets anything.
pub(crate) async fn fed() -> (Origin, mpsc::Sender<Bytes>) {
    let (sender, receiver) = mpsc::channel(4);
    let receiver = Mutex::new(Some(receiver));
    let origin = Origin::start(move |_| receiver.lock().unwrap().take().map_or(Reply::Status(503), Reply::Fed)).await;
    (origin, sender)
}

#[tokio::test]
async fn many_viewers_cost_one_upstream_connection_which_ends_after_the_last() {
    let (origin, feed) = fed().await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/a")]);
    feed.send(CLIP.into()).await.unwrap();
    let mut viewers = Vec::new();
    for _ in 0..20 {
        viewers.push(media.watch(TENANT, &stream).await.unwrap());
    }
    for viewer in &mut viewers {
        assert!(begins_with_tables(&read(viewer, 50_000).await));
    }
    assert_eq!(origin.opened(), 1);
    assert_eq!(media.metrics().channels[0].viewers, 20);
    viewers.truncate(1);
    until("the others left", || media.metrics().channels[0].viewers == 1).await;
    feed.send(CLIP.into()).await.unwrap();
    read(&mut viewers[0], 150_000).await;
    drop(viewers);
    until("the connection closes", || origin.open() == 0).await;
    until("the channel is forgotten", || media.metrics().channels.is_empty()).await;
}

#[tokio::test]
async fn a_late_joiner_begins_with_a_key_frame_and_decodes_without_an_error() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(folder.path(), 12);
    let (origin, feed) = fed().await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/a")]);
    // The source is joined in the middle of a group of pictures and of a packet.
    let (before, after) = recording[recording.len() / 10 + 77..].split_at(recording.len() / 2);
    let (before, after) = (before.to_vec(), after.to_vec());
    let feeding = tokio::spawn(async move {
        for part in before.chunks(10_000) {
            feed.send(Bytes::copy_from_slice(part)).await.unwrap();
        }
        feed
    });
    let mut early = media.watch(TENANT, &stream).await.unwrap();
    let feed = feeding.await.unwrap();
    read(&mut early, recording.len() / 3).await;
    let mut late = media.watch(TENANT, &stream).await.unwrap();
    for part in after.chunks(10_000) {
        feed.send(Bytes::copy_from_slice(part)).await.unwrap();
    }
    drop(feed);
    let capture = rest(&mut late).await;
    assert!(begins_with_tables(&capture));
    let (complaints, pictures) = decode(&capture);
    assert_eq!(complaints, "");
    assert!(pictures >= 4 * 25 && pictures % 25 == 0, "whole groups of pictures only, not {pictures} pictures");
}

#[tokio::test]
async fn a_viewer_that_stops_reading_costs_nobody_else_and_comes_back_at_a_key_frame() {
    let (origin, feed) = fed().await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/a")]);
    feed.send(CLIP.into()).await.unwrap();
    let mut slow = media.watch(TENANT, &stream).await.unwrap();
    let mut fast = media.watch(TENANT, &stream).await.unwrap();
    read(&mut slow, 1).await;
    // Four times what a channel keeps.
    let (mut sent, mut got) = (CLIP.len(), 0);
    while sent < 32 << 20 {
        feed.send(CLIP.into()).await.unwrap();
        sent += CLIP.len();
        got += read(&mut fast, sent - got - 190_000).await.len();
    }
    assert_eq!(media.metrics().channels[0].skips, 0, "the fast one has lost something");
    let first = next(&mut slow).await.unwrap();
    let held = if begins_with_tables(&first) { first } else { next(&mut slow).await.unwrap() };
    assert!(begins_with_tables(&held), "it goes on at a key frame, with the tables before it");
    let kept = ready(&mut slow).await;
    assert!(kept <= 8 << 20, "{kept} bytes were kept for one viewer");
    assert_eq!(media.metrics().channels[0].skips, 1);
}

#[tokio::test]
async fn two_tenants_with_the_same_stream_id_have_two_channels() {
    let origin =
        Origin::start(|path| Reply::Silence(if path == "/a" { CLIP.into() } else { CLIP[..188 * 500].into() })).await;
    let media = media(quick(), Detect::Off, None);
    let (one, two) = (stream(7, &[origin.url("/a")]), stream(7, &[origin.url("/b")]));
    let _one = media.watch(TENANT, &one).await.unwrap();
    let _two = media.watch(TenantId(2), &two).await.unwrap();
    assert_eq!(origin.opened(), 2);
    media.end_tenant(TenantId(2));
    until("only the other one's channel ends", || origin.open() == 1).await;
    assert_eq!(media.metrics().channels[0].tenant, TENANT);
}

#[tokio::test]
async fn in_proxy_mode_each_viewer_has_a_connection_of_its_own() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.into())).await;
    let media = media(quick(), Detect::Off, None);
    let stream = Stream { delivery: Delivery::Proxy, ..stream(7, &[origin.url("/a")]) };
    let one = media.watch(TENANT, &stream).await.unwrap();
    let two = media.watch(TENANT, &stream).await.unwrap();
    assert_eq!(origin.open(), 2);
    drop(one);
    until("their connection closes with them", || origin.open() == 1).await;
    drop(two);
    until("and the other's", || origin.open() == 0).await;
}

#[tokio::test]
async fn a_restart_ends_the_viewers_and_the_next_one_gets_the_new_sources() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.into())).await;
    let media = media(quick(), Detect::Off, None);
    let mut viewer = media.watch(TENANT, &stream(7, &[origin.url("/old")])).await.unwrap();
    media.restart(TENANT, stream(7, &[]).id);
    rest(&mut viewer).await;
    let _viewer = media.watch(TENANT, &stream(7, &[origin.url("/new")])).await.unwrap();
    assert_eq!(*origin.asked.lock().unwrap(), ["/old", "/new"]);
}

#[tokio::test]
async fn after_stop_every_viewer_has_ended_and_nobody_can_begin() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.into())).await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/a")]);
    let mut viewer = media.watch(TENANT, &stream).await.unwrap();
    media.stop().await;
    rest(&mut viewer).await;
    until("the connection closes", || origin.open() == 0).await;
    assert_eq!(media.watch(TENANT, &stream).await.err(), Some(MediaError::StreamDown));
}
