//! Multicast as it comes from headends: ffmpeg sends on loopback, the panel joins and plays. Without ffmpeg these
//! tests fail.

use crate::origin::Origin;
use crate::panel::run;
use crate::place::Place;
use crate::watcher::{Watcher, until};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// A group that nobody else sends to: its last bytes are of this process and this call.
fn group() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(1);
    let [high, low] = (std::process::id() as u16).to_be_bytes();
    format!("239.{high}.{low}.{}:23456", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A headend: an ffmpeg that sends over and over, until it is dropped.
struct Headend(Child);

impl Headend {
    /// Sends a file to a group, on loopback, in datagrams of seven packets.
    fn send(file: &Path, scheme: &str, group: &str) -> Headend {
        let format = if scheme == "rtp" { "rtp_mpegts" } else { "mpegts" };
        let to = format!("{scheme}://{group}?localaddr=127.0.0.1&pkt_size=1316");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args("-nostdin -v error -re -stream_loop -1 -i".split(' ')).arg(file);
        ffmpeg.args("-map 0 -c copy".split(' '));
        if file.ends_with("two.ts") {
            ffmpeg.args("-program program_num=11:st=0:st=1 -program program_num=22:st=2:st=3".split(' '));
        }
        ffmpeg.args(["-f", format, &to]).stdout(Stdio::null());
        Headend(ffmpeg.spawn().expect("this test needs ffmpeg"))
    }
}

impl Drop for Headend {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn clip() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("clip.ts"), host_media::sample_clip()).unwrap();
    folder
}

#[test]
fn a_group_plays_as_ts_and_as_hls_bare_and_in_rtp() {
    run(async {
        let folder = clip();
        for scheme in ["udp", "rtp"] {
            let group = group();
            let _headend = Headend::send(&folder.path().join("clip.ts"), scheme, &group);
            let place = Place::live(&[format!("{scheme}://@{group}")]).await;
            let mut watcher = place.watch("a").await;
            assert!(watcher.plays().await, "{scheme}: {}", watcher.head);
            let more = watcher.read(host_media::sample_clip().len()).await;
            assert_eq!(more.len(), host_media::sample_clip().len(), "{scheme}");
            drop(watcher);
            until("the seat is free", || place.taken() == 0).await;
            place.assert_segments_play().await;
        }
    });
}

/// The PIDs in the next bytes.
async fn pids(watcher: &mut Watcher) -> BTreeSet<u16> {
    let bytes = watcher.read(188 * 1_000).await;
    assert_eq!(bytes.len(), 188 * 1_000, "{}", watcher.head);
    bytes.chunks(188).map(|packet| u16::from(packet[1] & 0x1f) << 8 | u16::from(packet[2])).collect()
}

#[test]
fn of_two_programmes_the_chosen_one_plays() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let arguments = "-nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine -f lavfi \
                         -i smptebars=s=320x180:r=25 -f lavfi -i sine=f=880 -map 0:v -map 1:a -map 2:v -map 3:a -t 4 \
                         -c:v mpeg2video -g 25 -c:a mp2 -program program_num=11:st=0:st=1 \
                         -program program_num=22:st=2:st=3 two.ts";
        let made = Command::new("ffmpeg").args(arguments.split_whitespace()).current_dir(folder.path()).status();
        assert!(made.expect("this test needs ffmpeg").success());
        let group = group();
        let _headend = Headend::send(&folder.path().join("two.ts"), "udp", &group);
        for (program, map, elementary) in [(11, 0x1000, [0x100, 0x101]), (22, 0x1001, [0x102, 0x103])] {
            let source = json!({ "url": format!("udp://@{group}"), "program": program, "interface": "127.0.0.1" });
            let stream = json!({ "kind": "live", "name": "Live", "sources": [source] });
            let place = Place::new(stream, json!({})).await;
            let mut watcher = place.watch("a").await;
            assert_eq!(pids(&mut watcher).await, BTreeSet::from([0, map, elementary[0], elementary[1]]), "{program}");
        }
    });
}

#[test]
fn a_silent_group_gives_way_to_the_next_source() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[format!("udp://@{}", group()), origin.source("live.ts")]).await;
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await, "{}", watcher.head);
        assert_eq!(origin.opened(), 1);
    });
}

#[test]
fn a_port_of_this_machine_is_a_source_too() {
    run(async {
        let folder = clip();
        // Reserved by the system and let go again: nobody else is given it at once.
        let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let place = Place::live(&[format!("udp://127.0.0.1:{port}")]).await;
        let _headend = Headend::send(&folder.path().join("clip.ts"), "udp", &format!("127.0.0.1:{port}"));
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await, "{}", watcher.head);
    });
}
