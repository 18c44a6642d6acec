//! `test:` sources and the children that make them.

use crate::house::*;
use host_media::{Detect, Media};
use rustix::process::Pid;
use std::path::Path;
use std::sync::Arc;

/// Reads at least this many bytes of a picture.
async fn capture(media: &Arc<Media>, bytes: usize) -> Vec<u8> {
    let mut viewer = media.watch(TENANT, &stream(7, &["test:news".into()])).await.unwrap();
    read(&mut viewer, bytes).await
}

#[tokio::test]
async fn without_ffmpeg_the_bundled_clip_plays_on_and_on() {
    let media = media(quick(), Detect::Off, None);
    assert!(!media.has_ffmpeg());
    let bytes = capture(&media, 60_000).await;
    assert!(begins_with_tables(&bytes));
    media.stop().await;
}

#[tokio::test]
async fn with_ffmpeg_the_pictures_play_and_its_process_is_gone_after_the_last_viewer() {
    if !has_ffmpeg() {
        return;
    }
    let _alone = COUNTING.lock().await;
    let media = media(quick(), Detect::OnPath, None);
    assert!(media.has_ffmpeg());
    let mut viewer = media.watch(TENANT, &stream(7, &["test:news".into()])).await.unwrap();
    assert!(begins_with_tables(&read(&mut viewer, 60_000).await));
    let first = children();
    drop(viewer);
    until("the child is reaped", || media.metrics().children == 0).await;
    // And when media stops while somebody watches.
    let _viewer = media.watch(TENANT, &stream(8, &["test:sport".into()])).await.unwrap();
    let second = children();
    media.stop().await;
    assert_eq!(media.metrics().children, 0);
    assert_eq!((first.len(), second.len()), (1, 1));
    for pid in first.into_iter().chain(second) {
        assert!(!Path::new(&format!("/proc/{}", pid.as_raw_nonzero())).exists(), "neither running nor a zombie");
    }
}

#[tokio::test]
async fn a_program_that_gives_nothing_is_replaced_by_the_clip() {
    let media = media(quick(), Detect::At("/bin/false".into()), None);
    let bytes = capture(&media, 60_000).await;
    assert!(begins_with_tables(&bytes));
    until("nothing runs on", || media.metrics().children == 0).await;
}

#[tokio::test]
async fn a_child_that_dies_is_started_again_while_the_viewer_stays() {
    if !has_ffmpeg() {
        return;
    }
    let _alone = COUNTING.lock().await;
    let media = media(quick(), Detect::OnPath, None);
    let mut viewer = media.watch(TENANT, &stream(9, &["test:films".into()])).await.unwrap();
    let mut killed = children();
    assert_eq!(killed.len(), 1);
    rustix::process::kill_process(killed[0], rustix::process::Signal::KILL).unwrap();
    read(&mut viewer, 200_000).await;
    killed.extend(children());
    assert_eq!(killed.len(), 2, "one after the other: {killed:?}");
    assert_ne!(killed[0], killed[1]);
    assert_eq!(media.metrics().channels[0].switches, 0, "the source itself went on");
    media.stop().await;
}

/// Tests that count children do it one after the other.
static COUNTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Children of this process that make pictures for viewers now.
fn children() -> Vec<Pid> {
    let parent = format!("PPid:\t{}\n", std::process::id());
    let folders = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let is_ours = |folder: &Path| {
        let status = std::fs::read_to_string(folder.join("status")).unwrap_or_default();
        let words = std::fs::read_to_string(folder.join("cmdline")).unwrap_or_default();
        // The children of other tests write into files.
        status.contains(&parent) && words.contains("pipe:1")
    };
    let ours = folders.filter(|folder| is_ours(folder));
    ours.filter_map(|folder| Pid::from_raw(folder.file_name()?.to_str()?.parse().ok()?)).collect()
}
