//! Sources whose bytes come in datagrams: bare and in RTP, with programs to choose from, and groups that are silent.

use crate::air::group;
use crate::house::*;
use crate::origin::{Origin, Reply};
use bytes::Bytes;
use host_core::source::Source;
use host_core::stream::Stream;
use host_media::{ChannelState, Detect, Timing};
use rtp_types::RtpPacketBuilder;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;
use tokio::sync::broadcast::Sender;
use tokio::task::JoinHandle;

/// Seven packets, as senders put them into a datagram.
const DATAGRAM: usize = 7 * 188;

/// Sends bytes over and over, as RTP or bare. Datagrams of RTP leave in pairs, the later one first, and one is lost.
fn send(to: Sender<Bytes>, bytes: Vec<u8>, is_rtp: bool) -> JoinHandle<()> {
    tokio::spawn(async move {
        let rtp = |(number, payload): (u16, &[u8])| -> Bytes {
            let packet = RtpPacketBuilder::new().payload_type(33).ssrc(1).sequence_number(number);
            packet.payload(payload).write_vec().unwrap().into()
        };
        let mut number = 65_000;
        loop {
            let mut datagrams: Vec<Bytes> = bytes.chunks(DATAGRAM).map(Bytes::copy_from_slice).collect();
            if is_rtp {
                let numbers = std::iter::successors(Some(number), |n: &u16| Some(n.wrapping_add(1)));
                datagrams = numbers.zip(bytes.chunks(DATAGRAM)).map(rtp).collect();
                number = number.wrapping_add(datagrams.len() as u16);
                datagrams.chunks_mut(2).for_each(<[Bytes]>::reverse);
                datagrams.remove(50);
            }
            for datagrams in datagrams.chunks(10) {
                datagrams.iter().for_each(|datagram| drop(to.send(datagram.clone())));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    })
}

fn of(id: u32, sources: Vec<Source>) -> Stream {
    Stream { sources, ..stream(id, &[]) }
}

#[tokio::test]
async fn a_group_plays_as_a_stream_and_cut_into_segments() {
    for (id, url, is_rtp) in [(1, "udp://@239.9.9.1:1", false), (2, "rtp://@239.9.9.2:1", true)] {
        let sending = send(group(url.split('@').nth(1).unwrap().parse().unwrap()), CLIP.into(), is_rtp);
        let media = media(Timing { segment: Duration::from_millis(500), ..quick() }, Detect::Off, None);
        let stream = of(id, vec![url.into()]);
        let mut viewer = media.watch(TENANT, &stream).await.unwrap();
        let got = read(&mut viewer, CLIP.len() * 2).await;
        assert!(begins_with_tables(&got) && got.chunks(188).all(|packet| packet[0] == 0x47), "{url}");
        let list = media.hls(TENANT, &stream, b"session").await.unwrap();
        assert!(list.contains("/hls/"), "{list}");
        let metrics = media.metrics().channels.remove(0);
        assert_eq!((metrics.state, metrics.lost > 0), (ChannelState::Flowing, is_rtp), "{url}");
        sending.abort();
    }
}

#[tokio::test]
async fn two_streams_read_one_group() {
    let sending = send(group("239.9.9.3:1".parse().unwrap()), CLIP.into(), false);
    let media = media(quick(), Detect::Off, None);
    let url = "udp://239.9.9.3:1";
    let mut viewers = Vec::new();
    for id in [1, 2] {
        viewers.push(media.watch(TENANT, &of(id, vec![url.into()])).await.unwrap());
    }
    for viewer in &mut viewers {
        read(viewer, CLIP.len()).await;
    }
    sending.abort();
}

#[tokio::test]
async fn a_silent_group_is_left_for_the_next_source_and_returned_to_when_it_speaks() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.repeat(3).into())).await;
    let timing = Timing { stall: Duration::from_millis(300), return_after: Duration::from_millis(500), ..quick() };
    let media = media(timing, Detect::Off, None);
    let group = group("239.9.9.4:1".parse().unwrap());
    let stream = of(1, vec!["udp://@239.9.9.4:1".into(), Source::from(origin.url("/second"))]);
    let mut viewer = media.watch(TENANT, &stream).await.unwrap();
    read(&mut viewer, CLIP.len() / 2).await;
    assert_eq!(origin.asked.lock().unwrap()[..], ["/second"]);
    let sending = send(group, CLIP.into(), false);
    let reading = tokio::spawn(async move { while next(&mut viewer).await.is_some() {} });
    until("the group plays again", || media.metrics().channels.iter().any(|channel| channel.source == 0)).await;
    reading.abort();
    sending.abort();
}

#[tokio::test]
async fn a_group_is_joined_for_its_viewers_and_left_after_the_last() {
    let group = group("239.9.9.5:1".parse().unwrap());
    let sending = send(group.clone(), CLIP.into(), false);
    let media = media(quick(), Detect::Off, None);
    assert_eq!(group.receiver_count(), 0);
    let viewer = media.watch(TENANT, &of(1, vec!["udp://@239.9.9.5:1".into()])).await.unwrap();
    assert_eq!(group.receiver_count(), 1);
    drop(viewer);
    until("the group is left", || group.receiver_count() == 0).await;
    sending.abort();
}

/// Two programs, 11 and 22, each with pictures and sound.
fn two_programs() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "-nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine -f lavfi -i smptebars=s=320x180:r=25 \
                     -f lavfi -i sine=f=880 -map 0:v -map 1:a -map 2:v -map 3:a -t 4 -c:v mpeg2video -g 25 -c:a mp2 \
                     -program program_num=11:st=0:st=1 -program program_num=22:st=2:st=3 two.ts";
    let made = Command::new("ffmpeg").args(arguments.split_whitespace()).current_dir(folder.path()).status();
    assert!(made.expect("this test needs ffmpeg").success());
    std::fs::read(folder.path().join("two.ts")).unwrap()
}

#[tokio::test]
async fn of_two_programs_viewers_get_the_chosen_one_whole() {
    let sending = send(group("239.9.9.6:1".parse().unwrap()), two_programs(), false);
    let media = media(quick(), Detect::Off, None);
    for (id, program, pids) in [(1, None, [0x100, 0x101]), (2, Some(11), [0x100, 0x101]), (3, Some(22), [0x102, 0x103])]
    {
        let source = Source { program, ..Source::from("udp://@239.9.9.6:1") };
        let mut viewer = media.watch(TENANT, &of(id, vec![source])).await.unwrap();
        let got = read(&mut viewer, 200_000).await;
        let read: BTreeSet<u16> =
            got.chunks(188).map(|packet| u16::from(packet[1] & 0x1f) << 8 | u16::from(packet[2])).collect();
        let map = 0x1000 + u16::from(program == Some(22));
        assert_eq!(read, BTreeSet::from([0, map, pids[0], pids[1]]), "{program:?}");
    }
    sending.abort();
}

#[tokio::test]
async fn a_program_that_the_source_does_not_have_fails_it() {
    let origin = Origin::start(|_| Reply::Silence(CLIP.repeat(3).into())).await;
    let sending = send(group("239.9.9.7:1".parse().unwrap()), CLIP.into(), false);
    let media = media(Timing { open: Duration::from_millis(500), ..quick() }, Detect::Off, None);
    let source = Source { program: Some(4_711), ..Source::from("udp://@239.9.9.7:1") };
    let mut viewer = media.watch(TENANT, &of(1, vec![source, origin.url("/second").into()])).await.unwrap();
    read(&mut viewer, CLIP.len() / 2).await;
    assert_eq!(origin.asked.lock().unwrap()[..], ["/second"]);
    sending.abort();
}
