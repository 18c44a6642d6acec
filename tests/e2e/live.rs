//! Live streams as players take them: sources, forms, refusals, kicks.

use crate::origin::{Origin, dead_source};
use crate::panel::{TestPanel, fields, run};
use crate::place::Place;
use crate::watcher::{Watcher, Who, soon, until};
use host_engine::Work;
use reqwest::header::{CONTENT_TYPE, HOST, RANGE};
use serde_json::{Value, json};
use std::net::Ipv4Addr;

#[test]
fn live_television_plays_from_a_transport_stream_in_both_forms() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("live.ts")]).await;
        assert!(place.watch("a").await.plays().await);
        until("the seat is free", || place.taken() == 0).await;
        place.assert_segments_play().await;
    });
}

#[test]
fn live_television_plays_from_an_hls_source_in_both_forms() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("live.m3u8")]).await;
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await, "{}", watcher.head);
        drop(watcher);
        until("the seat is free", || place.taken() == 0).await;
        place.assert_segments_play().await;
    });
}

#[test]
fn ten_viewers_share_one_connection_to_the_source() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::with_seats(10, &[origin.source("live.ts")]).await;
        let mut watchers = Vec::new();
        for number in 0..10 {
            let mut watcher = place.watch(&format!("viewer {number}")).await;
            assert!(watcher.plays().await);
            watchers.push(watcher);
        }
        assert_eq!((place.taken(), origin.opened()), (10, 1));
    });
}

#[test]
fn sources_are_tried_in_order_and_a_viewer_outlives_the_one_it_began_with() {
    run(async {
        let (first, second) = (Origin::start().await, Origin::start().await);
        let sources = [dead_source().await, first.source("live.ts"), second.source("live.ts")];
        let place = Place::live(&sources).await;
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await);
        assert_eq!((first.opened(), second.opened()), (1, 0));
        first.die();
        let more = host_media::sample_clip().len() * 2;
        assert_eq!(watcher.read(more).await.len(), more, "the socket stays open over the change");
        assert_eq!(second.opened(), 1);
    });
}

#[test]
fn a_stream_without_a_living_source_is_unavailable_and_keeps_no_seat() {
    run(async {
        let place = Place::live(&[dead_source().await]).await;
        assert_eq!(place.status(&place.path(".ts")).await, 503);
        assert_eq!(place.taken(), 0);
    });
}

#[test]
fn a_live_answer_looks_as_if_nobody_could_seek_in_it() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let url = format!("{}{}", place.tenant.panel.url, place.path(".ts"));
        let request = place.tenant.panel.http.get(url).header(HOST, &place.tenant.host);
        let answer =
            soon("a head", request.header(RANGE, "bytes=0-").header("icy-metadata", "1").send()).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[CONTENT_TYPE], "video/mp2t");
        for name in ["accept-ranges", "content-length", "content-range", "etag", "last-modified"] {
            assert!(!answer.headers().contains_key(name), "{name}");
        }
    });
}

#[test]
fn a_head_request_is_answered_like_a_start_and_takes_no_seat() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let head = async |path: String| Watcher::ask(&place.tenant, Who::default(), "HEAD", &path, "").await;
        for ending in [".ts", ".m3u8", ""] {
            let answer = head(place.path(ending)).await;
            assert_eq!(answer.status, 200, "{ending}");
            assert!(
                !answer.head.contains("content-length") && !answer.head.contains("accept-ranges"),
                "{}",
                answer.head
            );
            assert_eq!(place.taken(), 0);
        }
        let mut watcher = place.watch("other").await;
        assert!(watcher.plays().await);
        assert_eq!(head(place.path(".ts")).await.status, 200, "a full line does not refuse a HEAD");
        assert_eq!(head(format!("/live/{}-wrong/{}.ts", place.login, place.stream)).await.status, 401);
        assert_eq!(place.taken(), 1);
    });
}

#[test]
fn the_short_form_without_an_extension_is_a_transport_stream() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        for path in [format!("/{}/{}", place.login, place.stream), format!("/{}/{}.ts", place.login, place.stream)] {
            let mut watcher = Watcher::open(&place.tenant, Who::default(), &path).await;
            assert!(watcher.head.contains("content-type: video/mp2t"), "{}", watcher.head);
            assert!(watcher.plays().await);
        }
        until("the seat is free", || place.taken() == 0).await;
        let playlist = place.tenant.get(&format!("/{}/{}.m3u8", place.login, place.stream)).await;
        assert_eq!(playlist.headers()[CONTENT_TYPE], "application/x-mpegurl");
    });
}

#[test]
fn each_refusal_of_a_start_has_the_status_that_players_know() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let id = place.stream;
        let (_, expired) = place.another(json!({ "expiry": 1_000 })).await;
        let (_, disabled) = place.another(json!({ "enabled": false })).await;
        let (_, only_hls) = place.another(json!({ "allowed_outputs": ["m3u8"] })).await;
        let (_, fenced) = place.another(json!({ "allowed_addresses": ["10.0.0.0/8"] })).await;
        let (_, other_player) = place.another(json!({ "allowed_agents": ["SomeBox"] })).await;
        let foreign = place.tenant.streams[0];
        for (path, status, sentence) in [
            (format!("/live/{}-wrong/{id}.ts", place.login), 401, "Authentication failed"),
            (format!("/live/nobody/nothing/{id}.ts"), 401, "Authentication failed"),
            (format!("/live/{expired}/{id}.ts"), 403, "Authentication failed"),
            (format!("/live/{disabled}/{id}.ts"), 403, "Account disabled"),
            (format!("/live/{only_hls}/{id}.ts"), 403, ""),
            (format!("/live/{fenced}/{id}.ts"), 403, ""),
            (format!("/live/{other_player}/{id}.m3u8"), 403, ""),
            (format!("/live/{}/{foreign}.ts", place.login), 404, ""),
            (format!("/live/{}/999999.ts", place.login), 404, ""),
            (format!("/movie/{}/{id}.mp4", place.login), 404, ""),
        ] {
            let answer = soon(&path, place.tenant.get(&path)).await;
            assert_eq!(answer.status().as_u16(), status, "{path}");
            assert_eq!(soon(&path, answer.bytes()).await.unwrap(), sentence, "{path}");
        }
        assert_eq!(place.taken(), 0);
        let mut watcher = place.watch("first").await;
        assert!(watcher.plays().await);
        assert_eq!(place.watch("second").await.status, 403, "the limit");
        let full = soon("the limit", place.tenant.get(&place.path(".ts"))).await;
        assert_eq!((full.status().as_u16(), full.text().await.unwrap()), (403, "Max connections reached".into()));
        assert_eq!(place.status(&place.path(".m3u8")).await, 403, "the limit, of the other form");
        assert_eq!(watcher.read(188).await.len(), 188, "the first plays on");
    });
}

#[test]
fn a_kick_ends_the_socket_of_a_viewer_and_the_playlist_of_an_hls_player() {
    run(async {
        let place = Place::with_seats(2, &["test:1".into()]).await;
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await);
        let session = place.session().await;
        let segments = place.listed(&session).await;
        let seats = place.tenant.panel.engine().seats();
        assert_eq!(place.taken(), 2);
        assert_eq!(seats.kill(place.tenant.id, place.line).await.unwrap(), 2);
        soon("the socket ends", watcher.drain()).await;
        for path in [&session, &segments[0], &session] {
            assert_eq!(place.status(path).await, 403);
        }
        assert_eq!(place.taken(), 0, "asking on brings no seat back");
    });
}

/// The status of a GET from an address of this machine, by the player that `Place` asks as.
async fn status_from(place: &Place, address: [u8; 4], path: &str) -> u16 {
    let who = Who { agent: "", address: Ipv4Addr::from(address), buffer: None };
    Watcher::open(&place.tenant, who, path).await.status
}

async fn edit(place: &Place, kind: &str, id: u32, document: Value) {
    let document = fields(document);
    let verb = async |work: &mut Work| host_engine::record::edit(work, kind, id, &document).await;
    place.tenant.panel.engine().act(place.tenant.system(), "test", verb).await.unwrap();
}

#[test]
fn addresses_in_a_playlist_serve_nobody_in_another_network() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("main.m3u8")]).await;
        let variant = place.session().await;
        let segment = place.listed(&variant).await.remove(0);
        for path in [variant, segment] {
            for (address, status) in [([127, 0, 0, 1], 200), ([127, 0, 0, 2], 200), ([127, 0, 1, 1], 403)] {
                assert_eq!(status_from(&place, address, &path).await, status, "{path} {address:?}");
            }
        }
        assert_eq!(place.taken(), 1);
    });
}

#[test]
fn a_playlist_within_a_playlist_ends_with_the_stream_and_with_the_bouquet() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::with_seats(1, &[origin.source("main.m3u8")]).await;
        let path = place.session().await;
        assert_eq!(place.status(&path).await, 200);
        edit(&place, "stream", place.stream, json!({ "enabled": false })).await;
        assert_eq!(place.status(&path).await, 404);
        edit(&place, "stream", place.stream, json!({ "enabled": true })).await;
        let path = place.session().await;
        edit(&place, "bouquet", place.bouquet, json!({ "members": [] })).await;
        assert_ne!(place.status(&path).await, 200, "the lease may be ended before the playlist is asked for");
    });
}

#[test]
fn an_output_that_the_delivery_of_a_stream_cannot_send_is_refused_and_takes_no_seat() {
    run(async {
        let origin = Origin::start().await;
        let (ts, hls) = (origin.source("live.ts"), origin.source("live.m3u8"));
        for (delivery, sources, refused, plays) in [
            ("proxy", vec![&ts], ".m3u8", ".ts"),
            ("proxy", vec![&hls], ".ts", ".m3u8"),
            ("redirect", vec![&ts], ".m3u8", ".ts"),
            ("redirect", vec![&hls], ".ts", ".m3u8"),
        ] {
            let stream = json!({ "kind": "live", "name": "Live", "sources": sources, "delivery": delivery });
            let place = Place::new(stream, json!({ "max_connections": 1 })).await;
            let head = Watcher::ask(&place.tenant, Who::default(), "HEAD", &place.path(refused), "").await;
            assert_eq!((head.status, place.status(&place.path(refused)).await), (403, 403), "{delivery} {refused}");
            assert_eq!(place.taken(), 0, "{delivery} {refused}");
            let expected = if delivery == "proxy" { 200 } else { 302 };
            let answer = Watcher::open(&place.tenant, Who::default(), &place.path(plays)).await;
            assert_eq!(answer.status, expected, "{delivery} {plays}");
        }
        // Of sources of both forms, each output is played from those that can.
        let stream = json!({ "kind": "live", "name": "Both", "sources": [ts, hls], "delivery": "proxy" });
        let place = Place::new(stream, json!({ "max_connections": 2 })).await;
        assert!(place.segments().await.iter().all(|path| path.ends_with(".ts")));
        assert!(place.tenant.panel.panel.media.metrics().channels.iter().all(|one| one.tenant != place.tenant.id));
        assert!(place.watch("a").await.plays().await);
    });
}

#[test]
fn leases_that_a_crash_would_lose_are_counted_among_the_metrics() {
    run(async {
        let panel = TestPanel::shared();
        let answer = soon("metrics", panel.http.get(format!("{}/metrics", panel.management)).send()).await.unwrap();
        let metrics = answer.text().await.unwrap();
        for line in ["# HELP linecard_leases_unmirrored_total ", "\nlinecard_leases_unmirrored_total "] {
            assert!(metrics.contains(line), "{line}: {metrics}");
        }
    });
}

#[test]
fn a_viewer_that_stops_reading_costs_the_other_nothing() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::with_seats(2, &[origin.source("fast.ts")]).await;
        let who = Who { agent: "slow", buffer: Some(4 << 10), ..Who::default() };
        let mut slow = Watcher::open(&place.tenant, who, &place.path(".ts")).await;
        assert!(slow.plays().await);
        let mut quick = place.watch("quick").await;
        // Far more than the ring and all socket buffers between could hold for the slow one.
        for megabyte in 0..16 {
            let bytes = quick.read(188 * 5_577).await;
            assert_eq!(bytes.len(), 188 * 5_577, "at {megabyte} MB");
            assert!(bytes.chunks(188).all(|packet| packet[0] == 0x47));
        }
        assert_eq!(origin.opened(), 1);
        // What was kept for the slow one is bounded: it gets that, and then skips to now.
        let mut kept = 0;
        while skips(&place) == 0 {
            kept += slow.read(188 * 1_000).await.len();
            assert!(kept < 12 << 20, "{kept} bytes were kept");
        }
        assert!(slow.plays().await, "it goes on where the channel is now");
    });
}

/// How often viewers of the place's channel were too slow and left something out.
fn skips(place: &Place) -> u64 {
    let metrics = place.tenant.panel.panel.media.metrics();
    let channel = metrics.channels.iter().find(|channel| channel.tenant == place.tenant.id);
    channel.map_or(0, |channel| channel.skips)
}
