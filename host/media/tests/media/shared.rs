//! HLS handed on to many viewers: what is read once for all, and what nobody keeps.

use crate::hls::{played, playlist_of, started};
use crate::house::*;
use crate::movies::whole;
use crate::origin::{Origin, Reply};
use host_core::TenantId;
use host_media::{Detect, HLS_PATH};

/// The playlist of a live window of a day.
fn day() -> String {
    let segments: String = (0..14_000).map(|n| format!("#EXTINF:6,\nsegment-{n}.ts\n")).collect();
    format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:5\n{segments}")
}

async fn origin() -> Origin {
    let list = day();
    Origin::start(move |path| match path {
        "/live.m3u8" => Reply::Whole(list.clone().into()),
        _ => Reply::Whole(path.to_owned().into()),
    })
    .await
}

fn segments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with(HLS_PATH)).collect()
}

#[tokio::test]
async fn every_segment_that_was_listed_is_served_however_many_lists_there_are_and_after_a_restart() {
    let origin = origin().await;
    let before = media(quick(), Detect::Off, None);
    let stream = |id| stream(id, &[origin.url("/live.m3u8")]);
    let mut listed = Vec::new();
    for id in 1..=8 {
        let text = before.hls(TENANT, &stream(id), b"one").await.unwrap();
        let session = text.lines().last().unwrap().strip_prefix(HLS_PATH).unwrap().to_owned();
        let pass = before.open_pass(TENANT, &session).unwrap();
        let text = before.playlist(TENANT, &stream(id), &pass).await.unwrap();
        assert_eq!(segments(&text).len(), 200, "the last twenty minutes");
        assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:13805\n"));
        listed.push(segments(&text)[0].strip_prefix(HLS_PATH).unwrap().to_owned());
    }
    for media in [before, media(quick(), Detect::Off, None)] {
        for token in &listed {
            let pass = media.open_pass(TENANT, token).unwrap();
            assert!(whole(media.piece(TENANT, &pass, None).await.unwrap()).await == b"/segment-13800.ts");
            assert!(media.open_pass(TenantId(2), token).is_err());
        }
    }
}

#[tokio::test]
async fn a_hundred_viewers_of_a_playlist_read_it_once_from_its_source() {
    let origin = origin().await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/live.m3u8")]);
    let viewers = (0..100).map(|_| played(&media, &stream));
    let texts = futures_util::future::join_all(viewers).await;
    assert!(texts.iter().all(|text| text == &texts[0]), "the same session gets the same addresses");
    // Once for each second that it takes, however slow the machine is.
    let reads = origin.asked.lock().unwrap().len();
    assert!(reads < 100, "{reads} reads for 100 starts and 100 playlists");
}

#[tokio::test]
async fn viewers_have_addresses_of_their_own_in_the_playlist_that_they_share() {
    let origin = origin().await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/live.m3u8")]);
    let session = started(&media, &stream).await;
    let first = playlist_of(&media, &stream, &session).await.unwrap();
    let text = media.hls(TENANT, &stream, b"another").await.unwrap();
    let pass = media.open_pass(TENANT, text.lines().last().unwrap().strip_prefix(HLS_PATH).unwrap()).unwrap();
    let second = media.playlist(TENANT, &stream, &pass).await.unwrap();
    for (one, other) in segments(&first).into_iter().zip(segments(&second)) {
        assert_ne!(one, other);
        let ends = [one, other].map(|path| path.split_once('.').unwrap().1.to_owned());
        assert_eq!(ends[0], ends[1], "what it leads to is the same for all");
    }
}
