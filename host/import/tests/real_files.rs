//! Pieces of real files, read through the doors that an import uses.
#![allow(clippy::unwrap_used)]

use host_core::guide::Programme;
use host_core::import::{GuideItem, LeftOut, PlaylistEntry};
use host_core::time::Unix;
use host_import::{Limits, Text, m3u, xmltv};
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn entries(path: &Path) -> Vec<Result<PlaylistEntry, LeftOut>> {
    m3u::entries(Text::from_path(path, Limits::default()).unwrap()).map(Result::unwrap).collect()
}

#[test]
fn a_real_playlist_gives_its_entries_and_says_what_it_leaves_out() {
    let read = entries(&data("free-tv.m3u8"));
    assert_eq!(read.len(), 19);
    let mut left_out: Vec<_> =
        read.iter().filter_map(|entry| entry.as_ref().err()).map(|out| out.reason.as_str()).collect();
    left_out.sort_unstable();
    assert_eq!(left_out, ["bad_url", "bad_url", "duplicate", "protocol_rtmp", "protocol_rtsp", "web_page", "web_page"]);
    let first = PlaylistEntry {
        name: "Kanali 7 Ⓢ".into(),
        url: "https://fe.tring.al/delta/105/out/u/1200_1.m3u8".into(),
        tvg_id: "Kanali7.al".into(),
        logo: "https://i.imgur.com/rL2v9pM.png".into(),
        group: "Albania".into(),
        line: 3,
        ..PlaylistEntry::default()
    };
    assert_eq!(read[0], Ok(first));
    assert!(read.iter().flatten().any(|entry| entry.name == "Óčko Star Ⓢ" && entry.group == "Czech Republic"));
}

#[test]
fn a_guide_as_grabbers_write_it_gives_channels_and_programmes() {
    let text = Text::from_path(&data("guide.xml"), Limits::default()).unwrap();
    let items: Vec<GuideItem> = xmltv::items(text).map(|item| item.unwrap().unwrap()).collect();
    assert_eq!(items.len(), 5);
    assert!(matches!(&items[0], GuideItem::Channel(channel) if channel.name == "RTÉ One" && channel.id == "RTEOne.ie"));
    let programme = Programme {
        id: 0,
        channel: "RTEOne.ie".into(),
        start: Unix(1_787_410_800),
        stop: Unix(1_787_414_400),
        title: "Harbour & Home".into(),
        description: "A boat is mended, and a lunch is late. Presented by Bláthnaid.".into(),
        language: "en".into(),
    };
    assert_eq!(items[2], GuideItem::Programme(programme));
}
