//! What sources are is told by their answers. Real servers, with what people really met.

use crate::hls::played;
use crate::house::*;
use crate::origin::{Origin, Reply};
use bytes::Bytes;
use host_media::{Detect, MediaError};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// A list of one-second segments `s0.ts`, `s1.ts`, … that has ended. It says that they are shorter than
/// they are, so that a test need not wait for their length.
pub(crate) fn list(count: usize, title: &str) -> String {
    let segments: String = (0..count).map(|n| format!("#EXTINF:0.1,{title}\ns{n}.ts\n")).collect();
    format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n{segments}#EXT-X-ENDLIST\n")
}

/// Answers with a list the first time, and then as a server that has it no more: a channel plays a
/// recording again and again.
fn once(list: String) -> impl Fn() -> Reply {
    let list = Mutex::new(Some(list));
    move || list.lock().unwrap().take().map_or(Reply::Status(404), |list| Reply::Whole(list.into()))
}

/// Segments of a recording, one a second, by name.
pub(crate) fn segments(seconds: u32) -> impl Fn(&str) -> Option<Bytes> + Clone {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    recording(folder.path(), seconds);
    ffmpeg(folder.path(), "-i r.ts -c copy -f hls -hls_time 1 -hls_list_size 0 -hls_segment_filename s%d.ts all.m3u8");
    move |path: &str| std::fs::read(folder.path().join(path.rsplit('/').next()?)).ok().map(Bytes::from)
}

#[tokio::test]
async fn an_address_that_only_leads_to_hls_plays_in_both_forms_whatever_it_is_called() {
    if !has_ffmpeg() {
        return;
    }
    let (segments, is_there) = (segments(4), Arc::new(AtomicBool::new(true)));
    let again = is_there.clone();
    let origin = Origin::start(move |path| match path {
        "/stream.php?id=1" => Reply::Moved("/live/w".into()),
        "/live/w" if is_there.swap(false, SeqCst) => Reply::Whole(list(4, "").into()),
        path => segments(path).map_or(Reply::Status(404), Reply::Whole),
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/stream.php?id=1")]);
    let capture = rest(&mut media.watch(TENANT, &stream).await.unwrap()).await;
    assert_eq!(decode(&capture), (String::new(), 100));
    again.store(true, SeqCst);
    let text = played(&media, &stream).await;
    assert_eq!(text.lines().filter(|line| line.starts_with("/hls/")).count(), 4, "its own list is handed on: {text}");
}

#[tokio::test]
async fn a_stream_that_is_called_a_list_plays_as_the_stream_it_is() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.repeat(3).into())).await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/channel.m3u8")]);
    let mut viewer = media.watch(TENANT, &stream).await.unwrap();
    assert!(begins_with_tables(&read(&mut viewer, 50_000).await));
    assert!(played(&media, &stream).await.contains("#EXTINF:2.400"));
}

#[tokio::test]
async fn what_can_never_be_played_is_refused_by_name() {
    let fragmented = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:1,\na.m4s\n";
    let encrypted = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na.ts\n";
    let unmarked = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.m4s\n";
    let origin = Origin::start(move |path| {
        Reply::Whole(match path {
            "/a.mpd" => Bytes::from_static(b"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">"),
            "/page" => Bytes::from_static(b"<!DOCTYPE html><html>"),
            "/fragmented" => fragmented.into(),
            "/encrypted" => encrypted.into(),
            "/unmarked" => unmarked.into(),
            "/a.m4s" => Bytes::from_static(b"\0\0\0\x18styp\0\0\0\0iso8"),
            _ => Bytes::from_static(b"\0\0\0\x18ftypmp42"),
        })
    })
    .await;
    for (path, word) in [
        ("/a.mpd", "DASH"),
        ("/page", "web page"),
        ("/fragmented", "fragmented MP4"),
        ("/unmarked", "fragmented MP4"),
        ("/encrypted", "encrypted"),
        ("/film.mp4", "MP4"),
    ] {
        let media = media(quick(), Detect::Off, None);
        let watched = media.watch(TENANT, &stream(7, &[origin.url(path)])).await.err();
        assert!(
            matches!(watched, Some(MediaError::Unplayable(reason)) if reason.contains(word)),
            "{path}: {watched:?}"
        );
    }
}

#[tokio::test]
async fn titles_with_commas_and_a_mark_before_the_first_line_lose_no_segment() {
    if !has_ffmpeg() {
        return;
    }
    let segments = segments(4);
    let title = "title=\"Night, part 4\",artist=\"http://x/\"";
    let answer = once(format!("\u{feff}{}", list(4, title)));
    let origin = Origin::start(move |path| match path {
        "/live/a.m3u8" => answer(),
        path => segments(path).map_or(Reply::Status(404), Reply::Whole),
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let capture = rest(&mut media.watch(TENANT, &stream(7, &[origin.url("/live/a.m3u8")])).await.unwrap()).await;
    assert_eq!(decode(&capture), (String::new(), 100));
}

#[tokio::test]
async fn a_segment_that_fails_or_breaks_off_is_asked_for_again_and_leaves_no_hole() {
    if !has_ffmpeg() {
        return;
    }
    let (segments, answer) = (segments(6), once(list(6, "")));
    let count = AtomicUsize::new(0);
    let origin = Origin::start(move |path| match path {
        "/live/a.m3u8" => answer(),
        // Of four answers one is a refusal, and one ends in the middle.
        path => match (segments(path), count.fetch_add(1, SeqCst) % 4) {
            (Some(_), 1) => Reply::Status(503),
            (Some(bytes), 2) => Reply::Torn(bytes),
            (Some(bytes), _) => Reply::Whole(bytes),
            (None, _) => Reply::Status(404),
        },
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let capture = rest(&mut media.watch(TENANT, &stream(7, &[origin.url("/live/a.m3u8")])).await.unwrap()).await;
    assert_eq!(decode(&capture), (String::new(), 150));
}

#[tokio::test]
async fn segments_that_are_parts_of_one_file_are_cut_out_where_the_server_knows_no_ranges() {
    if !has_ffmpeg() {
        return;
    }
    let parts = segments(3);
    let pieces: Vec<Bytes> = (0..3).map(|n| parts(&format!("s{n}.ts")).unwrap()).collect();
    let mut text = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:1\n".to_owned();
    let mut at = 0;
    for piece in &pieces {
        text += &format!("#EXTINF:0.1,\n#EXT-X-BYTERANGE:{}@{at}\nall.ts\n", piece.len());
        at += piece.len();
    }
    let whole = Bytes::from(pieces.concat());
    for knows_ranges in [true, false] {
        let (answer, whole) = (once(format!("{text}#EXT-X-ENDLIST\n")), whole.clone());
        let origin = Origin::start(move |path| match path {
            "/live/a.m3u8" => answer(),
            _ if knows_ranges => Reply::Whole(whole.clone()),
            _ => Reply::Unranged(whole.clone()),
        })
        .await;
        let media = media(quick(), Detect::Off, None);
        let capture = rest(&mut media.watch(TENANT, &stream(7, &[origin.url("/live/a.m3u8")])).await.unwrap()).await;
        assert_eq!(decode(&capture), (String::new(), 75), "knows ranges: {knows_ranges}");
    }
}

#[tokio::test]
async fn a_variant_with_its_sound_inside_is_preferred_and_one_without_is_refused_by_name() {
    let main = |inside: &str| {
        format!(
            "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",URI=\"sound.m3u8\"\n\
             #EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO=\"a\"\nhigh.m3u8\n{inside}"
        )
    };
    let (both, apart) = (main("#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n"), main(""));
    let origin = Origin::start(move |path| match path {
        "/both" => Reply::Whole(both.clone().into()),
        "/apart" => Reply::Whole(apart.clone().into()),
        "/low.m3u8" => Reply::Whole("#EXTM3U\n#EXTINF:1,\nclip.ts\n#EXT-X-ENDLIST\n".into()),
        "/clip.ts" => Reply::Whole(CLIP.into()),
        _ => Reply::Status(404),
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let mut viewer = media.watch(TENANT, &stream(7, &[origin.url("/both")])).await.unwrap();
    assert!(begins_with_tables(&read(&mut viewer, 50_000).await));
    let watched = media.watch(TENANT, &stream(8, &[origin.url("/apart")])).await.err();
    assert!(matches!(watched, Some(MediaError::Unplayable(reason)) if reason.contains("sound")), "{watched:?}");
}

#[tokio::test]
async fn radio_of_bare_sound_plays_as_a_station_and_as_hls_segments() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    ffmpeg(folder.path(), "-f lavfi -i sine=frequency=440:sample_rate=48000 -t 4 -c:a aac -f adts a.aac");
    let sound = Bytes::from(std::fs::read(folder.path().join("a.aac")).unwrap());
    let origin = Origin::start(move |path| match path {
        "/station" => Reply::Silence(sound.clone()),
        "/a.m3u8" => Reply::Whole("#EXTM3U\n#EXTINF:2,\na.aac\n#EXTINF:2,\na.aac\n#EXT-X-ENDLIST\n".into()),
        _ => Reply::Whole(sound.clone()),
    })
    .await;
    for (id, path) in [(7, "/station"), (8, "/a.m3u8")] {
        let media = media(quick(), Detect::Off, None);
        let mut viewer = media.watch(TENANT, &stream(id, &[origin.url(path)])).await.unwrap();
        let capture = read(&mut viewer, 20_000).await;
        assert!(begins_with_tables(&capture), "{path}");
        assert_eq!(decode(&capture).0, "", "{path}");
    }
}
