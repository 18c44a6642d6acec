//! HLS in and out, with playlists read as players read them.

use crate::house::*;
use crate::live::fed;
use crate::movies::whole;
use crate::origin::{Origin, Reply};
use bytes::Bytes;
use host_core::stream::Stream;
use host_core::{StreamId, TenantId};
use host_media::{Detect, HLS_PATH, Media, MediaError, Pass, Served, Timing};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

fn parsed(text: &str) -> m3u8_rs::MediaPlaylist {
    m3u8_rs::parse_media_playlist_res(text.as_bytes()).unwrap_or_else(|_| panic!("no playlist: {text}"))
}

/// What an address of ours leads to, checked.
fn pass_of(media: &Media, path: &str) -> Pass {
    let pass = media.open_pass(TENANT, path.strip_prefix(HLS_PATH).expect("an address of ours")).unwrap();
    assert_eq!((pass.stream, &*pass.session), (StreamId(7), &b"seat 5"[..]));
    pass
}

async fn piece_of(media: &Media, path: &str, range: Option<&str>) -> Result<Served, MediaError> {
    let pass = pass_of(media, path);
    assert!(!pass.leads_to_playlist(), "{path}");
    media.piece(TENANT, &pass, range).await
}

async fn bytes_of(media: &Media, path: &str) -> Vec<u8> {
    whole(piece_of(media, path, None).await.unwrap()).await
}

pub(crate) async fn playlist_of(media: &Media, stream: &Stream, path: &str) -> Result<String, MediaError> {
    let pass = pass_of(media, path);
    assert!(pass.leads_to_playlist(), "{path}");
    media.playlist(TENANT, stream, &pass).await
}

/// The address of the one variant that a start leads to.
pub(crate) async fn started(media: &Media, stream: &Stream) -> String {
    let text = media.hls(TENANT, stream, b"seat 5").await.unwrap();
    let main = m3u8_rs::parse_master_playlist_res(text.as_bytes()).unwrap_or_else(|_| panic!("no variants: {text}"));
    assert_eq!(main.variants.len(), 1, "{text}");
    main.variants[0].uri.clone()
}

/// A start and the session's playlist.
pub(crate) async fn played(media: &Media, stream: &Stream) -> String {
    playlist_of(media, stream, &started(media, stream).await).await.unwrap()
}

#[tokio::test]
async fn a_transport_stream_is_cut_into_segments_that_players_can_join() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let recording = Bytes::from(recording(folder.path(), 10));
    let (origin, feed) = fed().await;
    let media = media(Timing { segmenter_linger: PATIENCE, ..quick() }, Detect::Off, None);
    let stream = stream(7, &[origin.url("/a")]);
    feed.send(recording).await.unwrap();
    let session = started(&media, &stream).await;
    let mut text = playlist_of(&media, &stream, &session).await.unwrap();
    while parsed(&text).segments.len() < 4 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        text = playlist_of(&media, &stream, &session).await.unwrap();
    }
    let list = parsed(&text);
    assert!(!list.end_list && list.version == Some(3));
    let mut joined = Vec::new();
    for segment in &list.segments {
        let bytes = bytes_of(&media, &segment.uri).await;
        assert!(begins_with_tables(&bytes));
        let (complaints, pictures) = decode(&bytes);
        assert_eq!(complaints, "");
        assert_eq!(pictures as f32 / 25.0, segment.duration, "it lasts as long as it says");
        joined.extend(bytes);
    }
    assert_eq!(decode(&joined).0, "");
    assert_eq!(origin.opened(), 1);
}

#[tokio::test]
async fn a_token_opens_only_as_it_was_signed_and_only_for_its_tenant() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.repeat(3).into())).await;
    let media = media(quick(), Detect::Off, None);
    let text = played(&media, &stream(7, &[origin.url("/a")])).await;
    let path = parsed(&text).segments[0].uri.clone();
    let token = path.strip_prefix(HLS_PATH).unwrap();
    assert!(media.open_pass(TENANT, token).is_ok());
    assert_eq!(media.open_pass(TenantId(2), token).err(), Some(MediaError::BadToken));
    for at in (0..token.len() - ".ts".len()).filter(|at| token.as_bytes()[*at] != b'.') {
        let mut changed = token.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(media.open_pass(TENANT, std::str::from_utf8(&changed).unwrap()).err(), Some(MediaError::BadToken));
    }
    for token in ["", ".", ".ts", "AAAA", "AAAA.AAAA.ts", &"A".repeat(100_000)] {
        assert_eq!(media.open_pass(TENANT, token).err(), Some(MediaError::BadToken));
    }
}

#[tokio::test]
async fn a_change_of_source_shows_as_a_discontinuity() {
    let origin = Origin::start(|path| match path {
        "/first" => Reply::Whole(CLIP.into()),
        _ => Reply::Silence(CLIP.repeat(2).into()),
    })
    .await;
    let media = media(Timing { segmenter_linger: PATIENCE, ..quick() }, Detect::Off, None);
    let stream = stream(7, &[origin.url("/first"), origin.url("/second")]);
    let session = started(&media, &stream).await;
    let mut text = playlist_of(&media, &stream, &session).await.unwrap();
    while !parsed(&text).segments.iter().any(|segment| segment.discontinuity) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        text = playlist_of(&media, &stream, &session).await.unwrap();
    }
    let list = parsed(&text);
    assert!(!list.segments[0].discontinuity, "what comes first breaks with nothing");
    assert_eq!(media.metrics().channels[0].source, 1);
}

#[tokio::test]
async fn a_segmenter_that_nobody_reads_lets_its_channel_go() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.repeat(3).into())).await;
    let media = media(quick(), Detect::Off, None);
    played(&media, &stream(7, &[origin.url("/a")])).await;
    until("the source is let go", || origin.open() == 0).await;
}

#[tokio::test]
async fn hls_is_handed_on_with_our_addresses_only() {
    let origin = Origin::start(|path| {
        Reply::Whole(match path {
            "/user/secret/main.m3u8" => "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/index.m3u8?key=secret\n".into(),
            "/user/secret/low/index.m3u8?key=secret" => {
                "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:3\n\
                 #EXT-X-KEY:METHOD=AES-128,URI=\"../the.key\"\n#EXTINF:5,\na.ts\n#EXTINF:5,\n/b.ts\n"
                    .into()
            }
            "/user/secret/the.key" => "0123456789abcdef".into(),
            "/user/secret/low/a.ts" => CLIP.into(),
            _ => return Reply::Status(404),
        })
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &["http://127.0.0.1:1/gone.m3u8".into(), origin.url("/user/secret/main.m3u8")]);
    let main = media.hls(TENANT, &stream, b"seat 5").await.unwrap();
    let variant = main.lines().last().unwrap().to_owned();
    let text = playlist_of(&media, &stream, &variant).await.unwrap();
    assert!(!main.contains("secret") && !text.contains("secret") && !text.contains("127.0.0.1"), "{main}{text}");
    let list = parsed(&text);
    assert_eq!((list.media_sequence, list.segments.len()), (3, 2));
    assert!(bytes_of(&media, &list.segments[0].uri).await == CLIP);
    let key = list.segments[0].key.as_ref().unwrap().uri.clone().unwrap();
    assert_eq!(bytes_of(&media, &key).await, b"0123456789abcdef");
    assert_eq!(piece_of(&media, &list.segments[1].uri, None).await.err(), Some(MediaError::NotFound));
    let served = piece_of(&media, &list.segments[0].uri, Some("bytes=188-375")).await.unwrap();
    assert_eq!((served.status, served.length), (206, Some(188)));
    assert!(whole(served).await == CLIP[188..376]);
    assert_eq!(playlist_of(&media, &stream, &variant).await.unwrap(), text, "addresses stay as they are");
}

#[tokio::test]
async fn an_hls_source_is_joined_to_a_stream_for_ts_players() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    recording(folder.path(), 9);
    ffmpeg(folder.path(), "-i r.ts -c copy -f hls -hls_time 1 -hls_list_size 0 -hls_segment_filename s%d.ts all.m3u8");
    let files = folder.path().to_owned();
    // A list that shows two segments more at each read; the last has the end, and then it is gone. It
    // says that segments are shorter than they are, so that the test need not wait for their length.
    let reads = AtomicUsize::new(3);
    let origin = Origin::start(move |path| match path.strip_prefix("/live/") {
        Some("index.m3u8") => {
            let last = reads.fetch_add(2, SeqCst);
            let segments: String = (0..last).map(|n| format!("#EXTINF:0.1,\ns{n}.ts\n")).collect();
            let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n{segments}");
            match last {
                0..9 => Reply::Whole(list.into()),
                9 => Reply::Whole((list + "#EXT-X-ENDLIST\n").into()),
                _ => Reply::Status(404),
            }
        }
        Some(name) => std::fs::read(files.join(name)).map_or(Reply::Status(404), |bytes| Reply::Whole(bytes.into())),
        None => Reply::Whole("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\n/live/index.m3u8\n".into()),
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let mut viewer = media.watch(TENANT, &stream(7, &[origin.url("/main.m3u8")])).await.unwrap();
    let capture = rest(&mut viewer).await;
    assert!(begins_with_tables(&capture));
    let asked = origin.asked.lock().unwrap().clone();
    for n in 0..9 {
        assert_eq!(asked.iter().filter(|path| **path == format!("/live/s{n}.ts")).count(), 1, "segment {n}: {asked:?}");
    }
    assert_eq!(decode(&capture), (String::new(), 9 * 25));
}

#[tokio::test]
async fn an_encrypted_source_is_no_stream_for_ts_players() {
    let origin = Origin::start(|_| {
        Reply::Whole("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na.ts\n".into())
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let watched = media.watch(TENANT, &stream(7, &[origin.url("/a.m3u8")])).await;
    assert!(matches!(watched.err(), Some(MediaError::Unplayable(reason)) if reason.contains("encrypted")));
}
