//! Sources that fail while somebody watches, as seen from outside.

use crate::house::*;
use crate::origin::{Origin, Reply};
use bytes::Bytes;
use host_media::{ChannelState, Detect, MediaError, Timing};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

#[tokio::test]
async fn the_next_source_takes_over_when_one_ends_goes_silent_or_is_no_stream() {
    let page = Bytes::from(b"<html>not here</html>".repeat(200_000));
    for first in ["/ends", "/silent", "/page", "/missing"] {
        let page = page.clone();
        let origin = Origin::start(move |path| match path {
            "/ends" => Reply::Whole(CLIP.into()),
            "/silent" => Reply::Silence(CLIP.into()),
            "/page" => Reply::Silence(page.clone()),
            "/missing" => Reply::Status(404),
            _ => Reply::Silence(CLIP.repeat(2).into()),
        })
        .await;
        let stall = if first == "/silent" { Duration::from_millis(300) } else { PATIENCE };
        let media = media(Timing { stall, ..quick() }, Detect::Off, None);
        let stream = stream(7, &[origin.url(first), origin.url("/second")]);
        let mut viewer = media.watch(TENANT, &stream).await.unwrap();
        // More than the first source has: the viewer stays while the source changes.
        let got = read(&mut viewer, CLIP.len() + 50_000).await;
        assert!(begins_with_tables(&got), "{first}");
        assert_eq!(origin.asked.lock().unwrap()[..2], [first, "/second"]);
    }
}

#[tokio::test]
async fn the_first_source_is_returned_to_when_it_gives_bytes_again() {
    let is_back = Arc::new(AtomicBool::new(false));
    let origin = {
        let is_back = is_back.clone();
        Origin::start(move |path| match path {
            "/first" if is_back.load(SeqCst) => Reply::Silence(CLIP.into()),
            "/first" => Reply::Status(503),
            _ => Reply::Silence(CLIP.into()),
        })
        .await
    };
    let timing = Timing { return_after: Duration::from_millis(200), ..quick() };
    let media = media(timing, Detect::Off, None);
    let stream = stream(7, &[origin.url("/first"), origin.url("/second")]);
    let mut viewer = media.watch(TENANT, &stream).await.unwrap();
    let tried = || origin.asked.lock().unwrap().iter().filter(|path| *path == "/first").count();
    until("it is tried beside the second", || tried() >= 3).await;
    assert_eq!(media.metrics().channels[0].source, 1);
    is_back.store(true, SeqCst);
    until("it plays again", || media.metrics().channels[0].source == 0).await;
    read(&mut viewer, CLIP.len() + 50_000).await;
    until("the second is let go", || origin.open() == 1).await;
}

#[tokio::test]
async fn a_first_source_that_cannot_be_entered_never_takes_the_viewers_from_the_next_one() {
    // One that answers with a page, and one whose bytes flow and say nothing.
    for first in ["/page", "/noise"] {
        let origin = Origin::start(|path| match path {
            "/page" => Reply::Whole(Bytes::from_static(b"<html>not here</html>")),
            "/noise" => Reply::Silence(vec![0x55; 2 << 20].into()),
            _ => Reply::Silence(CLIP.into()),
        })
        .await;
        let timing = Timing { return_after: Duration::from_millis(50), ..quick() };
        let media = media(timing, Detect::Off, None);
        let mut viewer = media.watch(TENANT, &stream(7, &[origin.url(first), origin.url("/second")])).await.unwrap();
        read(&mut viewer, 50_000).await;
        let asked = |path: &str| origin.asked.lock().unwrap().iter().filter(|asked| *asked == path).count();
        until("the first is tried beside the second again and again", || asked(first) >= 4).await;
        assert_eq!(asked("/second"), 1, "{first}: nobody was moved");
        assert_eq!(media.metrics().channels[0].source, 1);
    }
}

#[tokio::test]
async fn when_all_sources_fail_newcomers_are_told_at_once_and_sources_are_left_in_peace() {
    let origin = Origin::start(|_| Reply::Status(404)).await;
    let timing = Timing {
        linger: Duration::from_secs(20),
        give_up: Duration::from_secs(20),
        back_off: Duration::from_secs(9),
        ..quick()
    };
    let media = media(timing, Detect::Off, None);
    let stream = stream(7, &[origin.url("/a"), "http://127.0.0.1:1/b".into()]);
    for _ in 0..50 {
        assert_eq!(media.watch(TENANT, &stream).await.err(), Some(MediaError::StreamDown));
    }
    assert_eq!(origin.opened(), 1, "fifty retries of players are one of ours");
    assert_eq!(media.metrics().channels[0].state, ChannelState::Down);
}

#[tokio::test]
async fn a_stream_without_sources_says_so() {
    let media = media(quick(), Detect::Off, None);
    assert!(matches!(media.watch(TENANT, &stream(7, &[])).await.err(), Some(MediaError::WrongForm(_))));
}
