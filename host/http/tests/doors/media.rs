//! The media routes: who may watch, what the head says, seats, ranges and HLS.

use crate::client::{Answer, get, head};
use crate::panel::{MOVIE, Panel, movie};
use serde_json::json;
use std::time::Duration;

const PAIR: &str = "ann/s3cret+pw";

fn live(panel: &Panel, ending: &str) -> String {
    format!("/live/{PAIR}/{}{ending}", panel.live)
}

fn file(panel: &Panel) -> String {
    format!("/movie/{PAIR}/{}.mkv", panel.movie)
}

/// Waits, at most two seconds, until the line holds so many seats.
async fn until_seats(panel: &Panel, count: u32) {
    for _ in 0..200 {
        if panel.seats() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} seats instead of {count}", panel.seats());
}

#[tokio::test]
async fn a_live_stream_flows_looks_unseekable_and_holds_one_seat_while_it_is_open() {
    let panel = Panel::new().await;
    for target in [live(&panel, ".ts"), live(&panel, ""), format!("/{PAIR}/{}", panel.live)] {
        let mut open = get(target).header("range", "bytes=0-").open(panel.address).await;
        assert_eq!(open.status, 200);
        assert_eq!(open.header("content-type").as_deref(), Some("video/mp2t"));
        assert_eq!((open.header("accept-ranges"), open.header("content-length")), (None, None));
        assert!(open.reads(50_000).await);
        assert_eq!(panel.seats(), 1);
        drop(open);
        until_seats(&panel, 0).await;
    }
}

#[tokio::test]
async fn the_seat_limit_refuses_another_player_and_the_same_player_takes_over() {
    let panel = Panel::new().await;
    let mut first = get(live(&panel, ".ts")).header("user-agent", "one").open(panel.address).await;
    assert!(first.reads(1_000).await);
    let refused = panel.send(get(live(&panel, ".ts")).header("user-agent", "two")).await;
    assert_eq!((refused.status, &refused.body[..]), (403, &b"Max connections reached"[..]));
    let elsewhere = get(live(&panel, ".ts")).header("user-agent", "one").from([127, 0, 0, 2]);
    assert_eq!(panel.send(elsewhere).await.status, 403);
    let mut second = get(live(&panel, ".ts")).header("user-agent", "one").open(panel.address).await;
    assert_eq!(second.status, 200);
    assert!(second.reads(1_000).await);
    tokio::time::timeout(Duration::from_secs(2), first.reads_to_end()).await.expect("the older response ends");
    assert_eq!(panel.seats(), 1);
}

#[tokio::test]
async fn a_line_that_is_switched_off_stops_watching() {
    let panel = Panel::new().await;
    let mut open = get(live(&panel, ".ts")).open(panel.address).await;
    assert!(open.reads(1_000).await);
    panel.engine.seats().kill(panel.tenant, panel.line).await.unwrap();
    tokio::time::timeout(Duration::from_secs(2), open.reads_to_end()).await.expect("the response ends");
    panel.edit_line(json!({"enabled": false})).await;
    assert_eq!(panel.send(get(live(&panel, ".ts"))).await.status, 403);
}

#[tokio::test]
async fn refusals_have_the_statuses_that_players_know_for_get_and_head() {
    let panel = Panel::new().await;
    let (id, hidden, movie) = (panel.live, panel.hidden, panel.movie);
    let unknown = "Authentication failed";
    for (target, status, sentence) in [
        (format!("/live/ann/wrong/{id}.ts"), 401, unknown),
        (format!("/live/nobody/x/{id}.ts"), 401, unknown),
        (format!("/live/old/s3cret+pw/{id}.ts"), 403, unknown),
        (format!("/live/{PAIR}/{hidden}.ts"), 404, ""),
        (format!("/live/{PAIR}/999999.ts"), 404, ""),
        (format!("/live/{PAIR}/{movie}.ts"), 404, ""),
        (format!("/live/{PAIR}/{id}.flv"), 404, ""),
        (format!("/movie/{PAIR}/{id}.mp4"), 404, ""),
        ("/hls/forged.ts".to_owned(), 403, ""),
    ] {
        let answer = panel.send(get(target.clone())).await;
        assert_eq!((answer.status, &answer.body[..]), (status, sentence.as_bytes()), "GET {target}");
        let looked = panel.send(head(target.clone())).await;
        assert_eq!((looked.status, looked.body.len()), (status, 0), "HEAD {target}");
    }
    panel.edit_line(json!({"allowed_outputs": ["m3u8"]})).await;
    assert_eq!(panel.send(get(live(&panel, ".ts"))).await.status, 403);
}

#[tokio::test]
async fn a_redirected_viewer_is_sent_to_the_source_and_its_start_counts() {
    let panel = Panel::new().await;
    let target = format!("/live/{PAIR}/{}.ts", panel.redirected);
    let looked = panel.send(head(target.clone())).await;
    assert_eq!((looked.status, looked.header("location"), panel.seats()), (200, None, 0));
    for _ in 0..2 {
        let sent = panel.send(get(target.clone()).header("user-agent", "one")).await;
        assert_eq!((sent.status, sent.header("location")), (302, Some("http://origin.test/one.ts")));
        assert_eq!(sent.header("cache-control"), Some("no-store, no-cache, must-revalidate"));
        assert_eq!((sent.body.len(), panel.seats()), (0, 1), "the seat outlives the answer");
    }
    assert_eq!(panel.send(get(target.clone()).header("user-agent", "two")).await.status, 403);
    let other = target.replace(".ts", ".m3u8");
    assert_eq!(panel.send(get(other.clone()).header("user-agent", "one")).await.status, 403, "the source is no HLS");
    assert_eq!(panel.send(head(other)).await.status, 403);
}

#[tokio::test]
async fn a_head_takes_no_seat() {
    let panel = Panel::new().await;
    for target in [live(&panel, ".ts"), live(&panel, ".m3u8"), file(&panel)] {
        assert_eq!(panel.send(head(target)).await.status, 200);
        assert_eq!(panel.seats(), 0);
    }
}

#[tokio::test]
async fn a_movie_is_served_whole_and_by_ranges_on_one_seat() {
    let panel = Panel::new().await;
    let whole = panel.send(get(file(&panel))).await;
    assert_eq!((whole.status, whole.body.len()), (200, MOVIE));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("content-range"), None);
    for (range, from, to) in [("bytes=0-", 0, MOVIE), ("bytes=100-199", 100, 200), ("bytes=-50", MOVIE - 50, MOVIE)] {
        let part = panel.send(get(file(&panel)).header("range", range)).await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.header("content-range"), Some(&*format!("bytes {from}-{}/{MOVIE}", to - 1)));
        assert!(part.body == movie()[from..to], "{range}");
        assert_eq!(panel.seats(), 1);
    }
    let beyond = panel.send(get(file(&panel)).header("range", "bytes=99999-")).await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some(&*format!("bytes */{MOVIE}"))));
}

#[tokio::test]
async fn another_range_of_a_movie_does_not_take_back_a_seat_that_a_start_took_over() {
    let panel = Panel::new().await;
    let range = |path: String, range: &str| get(path).header("user-agent", "one").header("range", range);
    assert_eq!(panel.send(range(file(&panel), "bytes=0-9")).await.status, 206);
    assert_eq!(panel.send(range(file(&panel), "bytes=100-199")).await.status, 206);
    let mut live = get(live(&panel, ".ts")).header("user-agent", "one").open(panel.address).await;
    assert!(live.reads(1_000).await);
    assert_eq!(panel.send(range(file(&panel), "bytes=200-299")).await.status, 403);
    assert!(live.reads(1_000).await, "who took the seat over keeps it");
    assert_eq!(panel.send(range(file(&panel), "bytes=0-9")).await.status, 206, "the beginning is a start");
    assert_eq!(panel.send(range(file(&panel), "bytes=200-299")).await.status, 206);
    assert_eq!(panel.seats(), 1);
}

/// The one address that a playlist leads to.
fn only(playlist: &Answer) -> String {
    let text = playlist.text();
    let addresses: Vec<_> = text.lines().filter(|line| line.starts_with("/hls/")).collect();
    assert_eq!((playlist.status, addresses.len()), (200, 1), "{text}");
    addresses[0].to_owned()
}

#[tokio::test]
async fn a_start_of_hls_leads_to_a_playlist_whose_pieces_play_while_its_session_holds_a_seat() {
    let panel = Panel::new().await;
    let start = panel.send(get(live(&panel, ".m3u8"))).await;
    assert_eq!(start.header("content-type"), Some("application/x-mpegurl"));
    assert!(start.text().starts_with("#EXTM3U") && start.text().contains("#EXT-X-STREAM-INF:"), "{}", start.text());
    let session = only(&start);
    let playlist = panel.send(get(session.clone())).await;
    assert_eq!((playlist.status, playlist.header("content-type")), (200, Some("application/x-mpegurl")));
    assert!(playlist.text().contains("#EXTINF:") && !playlist.text().contains("ENDLIST"), "{}", playlist.text());
    let piece = playlist.text().lines().find(|line| line.starts_with("/hls/")).expect("a piece").to_owned();
    assert!(!piece.contains("s3cret"));
    let segment = panel.send(get(piece.clone())).await;
    assert_eq!((segment.status, segment.body.first()), (200, Some(&0x47)));
    assert_eq!(panel.seats(), 1, "start, playlist and pieces are one connection");
    assert_eq!(panel.send(get(live(&panel, ".m3u8")).header("user-agent", "two")).await.status, 403);
    panel.engine.seats().kill(panel.tenant, panel.line).await.unwrap();
    for path in [session, piece] {
        assert_eq!(panel.send(get(path)).await.status, 403);
    }
    assert_eq!(panel.seats(), 0, "who was killed does not come back by asking on");
    assert_eq!(panel.send(get(live(&panel, ".m3u8"))).await.status, 200, "but by a start");
}

#[tokio::test]
async fn the_addresses_in_a_playlist_are_bound_as_the_tenant_says() {
    let panel = Panel::new().await;
    for (bind, [same, network, elsewhere]) in
        [("exact", [200, 403, 403]), ("prefix", [200, 200, 403]), ("none", [200, 200, 200])]
    {
        panel.edit_settings(json!({ "hls_bind": bind })).await;
        let session = only(&panel.send(get(live(&panel, ".m3u8"))).await);
        let list = panel.send(get(session.clone())).await;
        let piece = list.text().lines().find(|line| line.starts_with("/hls/")).expect("a piece").to_owned();
        for path in [session, piece] {
            for (from, status) in [([127, 0, 0, 1], same), ([127, 0, 0, 2], network), ([127, 0, 1, 1], elsewhere)] {
                assert_eq!(panel.send(get(path.clone()).from(from)).await.status, status, "{bind} {from:?}");
            }
        }
    }
}
