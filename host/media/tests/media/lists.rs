//! Created channels: lists that ffmpeg makes one transport stream of, and streams in another form than their source.

use crate::house::*;
use crate::origin::{Origin, Reply};
use host_core::port::{Content, Library, Pending};
use host_core::source::Source;
use host_core::stream::{Stream, StreamKind};
use host_core::transcode::Profile;
use host_core::{DocumentId, StreamId, TenantId};
use host_media::{Detect, MediaError};
use std::path::Path;
use std::sync::Arc;

/// A channel that plays a list.
fn channel(items: &[&str]) -> Stream {
    let playlist = items.iter().map(|item| Source::from(*item)).collect();
    Stream { kind: StreamKind::CreatedChannel, playlist, ..stream(7, &[]) }
}

/// A film of a second in this folder, whose index is at its beginning.
fn film(folder: &Path) -> Vec<u8> {
    ffmpeg(
        folder,
        "-f lavfi -t 1 -i testsrc2=size=160x90:rate=25 -f lavfi -t 1 -i sine -c:v libx264 -preset ultrafast -g 25 \
         -pix_fmt yuv420p -c:a aac -movflags +faststart f.mp4",
    );
    std::fs::read(folder.join("f.mp4")).unwrap()
}

/// The words that the children of this process were started with.
fn command_lines() -> String {
    let parent = format!("PPid:\t{}\n", std::process::id());
    let folders = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let is_ours = |folder: &Path| std::fs::read_to_string(folder.join("status")).unwrap_or_default().contains(&parent);
    let words = folders.filter(|folder| is_ours(folder)).map(|folder| {
        let line = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ")
    });
    words.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn without_ffmpeg_a_list_and_a_profile_say_what_is_missing() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.into())).await;
    let media = with_profiles(quick(), Detect::Off, None, Arc::new(Small));
    let mut made = stream(8, &[origin.url("/a")]);
    made.profile = Some(DocumentId(1));
    for stream in [channel(&["file:a.mp4"]), made] {
        let Err(MediaError::Unplayable(reason)) = media.watch(TENANT, &stream).await.map(drop) else {
            panic!("it plays, or hides why not")
        };
        assert!(reason.contains("ffmpeg"), "{reason}");
    }
    assert_eq!(origin.opened(), 0, "no source is opened for nothing");
}

#[tokio::test]
async fn items_come_from_files_and_addresses_and_no_address_is_on_a_command_line() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bytes = film(folder.path());
    let origin = Origin::start(move |_| Reply::Whole(bytes.clone().into())).await;
    let address = origin.url("/film.mp4?password=hunter2");
    let media = media(quick(), Detect::OnPath, Some(folder.path().to_owned()));
    // What is no film, what is not there, and what would lead elsewhere, are left out.
    std::fs::write(folder.path().join("list.m3u8"), "#EXTM3U\n#EXTINF:1,\nf.mp4\n").unwrap();
    let items = [&address, "file:none.mp4", "file:list.m3u8", "file:f.mp4"];
    let mut viewer = media.watch(TENANT, &channel(&items)).await.unwrap();
    let mut capture = Vec::new();
    while origin.opened() < 3 {
        capture.extend(read(&mut viewer, 188 * 10).await);
        let lines = command_lines();
        assert!(!lines.contains("hunter2") && !lines.contains("127.0.0.1"), "{lines}");
    }
    assert!(begins_with_tables(&capture));
    let (complaints, pictures) = decode(&capture);
    assert!(pictures > 2 * 25, "{pictures}: {complaints}");
    drop(viewer);
    until("the child is reaped", || media.metrics().children == 0).await;
}

#[tokio::test]
async fn a_list_of_nothing_that_plays_is_a_stream_that_is_down() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.mp4"), "no film").unwrap();
    let media = media(quick(), Detect::OnPath, Some(folder.path().to_owned()));
    let down = media.watch(TENANT, &channel(&["file:none.mp4", "file:text.mp4"])).await.map(drop);
    assert_eq!(down, Err(MediaError::StreamDown));
}

/// One profile: small pictures.
struct Small;

impl Library for Small {
    fn profile(&self, _: TenantId, id: DocumentId) -> Pending<'_, Option<Profile>> {
        let fields = serde_json::json!({ "video_codec": "h264", "preset": "ultrafast", "resize": "128x72" });
        let small = Profile::of(fields.as_object().unwrap()).unwrap();
        Pending::ready(Ok((id == DocumentId(1)).then_some(small)))
    }

    fn found(self: Arc<Self>, _: TenantId, _: StreamId, _: Content) -> Pending<'static, ()> {
        Pending::ready(Ok(()))
    }
}

#[tokio::test]
async fn a_profile_is_applied_and_one_that_is_gone_leaves_the_stream_as_it_is() {
    if !has_ffmpeg() {
        return;
    }
    let origin = Origin::start(|_| Reply::Whole(CLIP.repeat(20).into())).await;
    let media = with_profiles(quick(), Detect::OnPath, None, Arc::new(Small));
    let wanted = |id, profile| Stream { profile: Some(DocumentId(profile)), ..stream(id, &[origin.url("/a")]) };
    let mut widths = Vec::new();
    for (id, profile) in [(1, 1), (2, 2)] {
        let mut viewer = media.watch(TENANT, &wanted(id, profile)).await.unwrap();
        widths.push(width(&read(&mut viewer, 100_000).await));
    }
    assert_eq!(widths[0], 128);
    assert!(widths[1] > 128, "{widths:?}");
    media.stop().await;
    assert_eq!(media.metrics().children, 0);
}

/// How wide the pictures of a capture are.
fn width(capture: &[u8]) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("capture.ts"), capture).unwrap();
    let output = std::process::Command::new("ffprobe")
        .args("-v error -select_streams v -show_entries stream=width -of csv=p=0".split(' '))
        .arg(folder.path().join("capture.ts"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).lines().find_map(|line| line.trim_matches(',').parse().ok()).unwrap()
}

#[tokio::test]
async fn a_stream_that_is_kept_runs_without_viewers_until_it_is_restarted() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.into())).await;
    let media = media(quick(), Detect::Off, None);
    let stream = stream(7, &[origin.url("/a")]);
    media.keep(TENANT, stream.clone());
    until("its source is opened", || origin.open() == 1).await;
    let viewer = media.watch(TENANT, &stream).await.unwrap();
    drop(viewer);
    // Longer than a channel lingers behind its last viewer.
    tokio::time::sleep(quick().linger * 4).await;
    assert_eq!((origin.open(), origin.opened()), (1, 1));
    media.restart(TENANT, stream.id);
    until("its source is closed", || origin.open() == 0).await;
    until("nothing runs", || media.metrics().channels.is_empty()).await;
    media.stop().await;
}
