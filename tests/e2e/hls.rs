//! HLS as players use it: a start, then the playlist that it leads to, again and again.

use crate::origin::Origin;
use crate::panel::{fields, run};
use crate::place::Place;
use crate::watcher::{soon, until};
use host_engine::Work;
use reqwest::header::HOST;
use serde_json::json;
use std::process::Command;

/// Further channels of the place's bouquet: their numbers, with the first one's.
async fn channels(place: &Place, sources: &[String]) -> Vec<u32> {
    let mut streams = vec![place.stream];
    for source in sources {
        let stream = json!({ "kind": "live", "name": "Another", "sources": [source] });
        streams.push(place.tenant.record("stream", stream).await);
    }
    let members: Vec<_> = streams.iter().map(|stream| json!({ "stream": stream })).collect();
    let document = fields(json!({ "members": members }));
    let verb = async |work: &mut Work| host_engine::record::edit(work, "bouquet", place.bouquet, &document).await;
    place.tenant.panel.engine().act(place.tenant.system(), "test", verb).await.unwrap();
    streams
}

#[test]
fn three_boxes_of_one_kind_behind_one_address_need_three_seats() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("live.ts")]).await;
        let channels = channels(&place, &[origin.source("live.m3u8"), origin.source("main.m3u8")]).await;
        let mut sessions = Vec::new();
        for channel in channels {
            let start = place.listed(&format!("/live/{}/{channel}.m3u8", place.login)).await.remove(0);
            let segment = place.listed(&start).await.remove(0);
            sessions.push([start, segment]);
        }
        for _ in 0..3 {
            for (session, status) in sessions.iter().zip([403, 403, 200]) {
                for path in session {
                    assert_eq!(place.status(path).await, status, "the last to start plays, and it alone");
                }
            }
            assert_eq!(place.taken(), 1);
        }
    });
}

#[test]
fn ffmpeg_plays_each_kind_of_source_as_hls_on_one_seat() {
    run(async {
        for source in ["live.ts", "live.m3u8", "main.m3u8"] {
            let origin = Origin::start().await;
            let place = Place::with_seats(3, &[origin.source(source)]).await;
            let url = format!("{}{}", place.tenant.panel.url, place.path(".m3u8"));
            let mut player = Command::new("ffmpeg");
            player.args(["-v", "error", "-nostdin", "-headers", &format!("{HOST}: {}\r\n", place.tenant.host)]);
            player.args(["-i", &url, "-t", "8", "-c", "copy", "-f", "mpegts", "-"]);
            let played = soon(source, tokio::task::spawn_blocking(move || player.output())).await.unwrap();
            let Ok(played) = played else { return };
            assert!(played.status.success(), "{source}: {}", String::from_utf8_lossy(&played.stderr));
            assert!(played.stdout.len() > 100_000, "{source}: {} bytes", played.stdout.len());
            assert_eq!(place.taken(), 1, "{source}");
        }
    });
}

#[test]
fn a_start_whose_source_does_not_play_says_so_and_keeps_no_seat() {
    run(async {
        let place = Place::live(&["http://127.0.0.1:1/gone.m3u8".to_owned()]).await;
        assert_eq!(place.status(&place.path(".m3u8")).await, 503);
        until("the seat is free", || place.taken() == 0).await;
    });
}
