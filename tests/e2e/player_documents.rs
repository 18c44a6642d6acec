//! The account document and the playlist, whole, for a line that has one entry of each kind.

use crate::panel::{TestPanel, id_of, login, run};
use crate::shelf::{Shelf, local, merged};
use crate::watcher::{Watcher, Who, until};
use futures_util::FutureExt;
use host_core::LineId;
use serde_json::json;

#[test]
fn the_account_document_has_every_field_and_counts_open_connections() {
    run(async {
        let shelf = Shelf::new().await;
        let before = shelf.tenant.panel.engine().clock().now().0;
        let account = async || shelf.tenant.json(&format!("/player_api.php?{}", login(&shelf.line))).await;
        let mut document = account().await;
        let now = document["server_info"]["timestamp_now"].take().as_i64().unwrap();
        assert!((before..before + 60).contains(&now), "{now}");
        assert_eq!(document["server_info"]["time_now"].take(), local(now));
        let created: i64 = document["user_info"]["created_at"].take().as_str().unwrap().parse().unwrap();
        assert!((before - 120..=now).contains(&created), "{created}");
        // The client named no port, so it came by the usual one.
        let port = "80";
        let wanted = json!({
            "user_info": { "username": "demo", "password": "s-e.c_ret", "message": document["user_info"]["message"],
                "auth": 1, "status": "Active", "exp_date": null, "is_trial": "0", "active_cons": "0",
                "created_at": null, "max_connections": "2", "allowed_output_formats": ["m3u8", "ts"] },
            "server_info": { "url": shelf.tenant.host, "port": port, "https_port": "443", "server_protocol": "http",
                "timezone": "UTC", "timestamp_now": null, "time_now": null, "process": true },
        });
        assert_eq!(document, wanted);
        assert!(document["user_info"]["message"].as_str().unwrap().starts_with("Welcome to "), "{document}");

        let path = format!("/live/demo/s-e.c_ret/{}.ts", shelf.live);
        let mut watchers = Vec::new();
        for (open, agent) in [("1", "one"), ("2", "two")] {
            let mut watcher = Watcher::open(&shelf.tenant, Who { agent, ..Who::default() }, &path).await;
            assert!(watcher.plays().await, "{}", watcher.head);
            watchers.push(watcher);
            assert_eq!(account().await["user_info"]["active_cons"], open);
        }
        drop(watchers);
        let seats = shelf.tenant.panel.engine().seats();
        let taken = || seats.count(shelf.tenant.id, LineId(id_of(&shelf.line)));
        until("the seats are free", || taken().now_or_never().unwrap().unwrap() == 0).await;
        assert_eq!(account().await["user_info"]["active_cons"], "0");
    });
}

#[test]
fn only_outputs_that_the_panel_has_are_announced_in_the_lines_own_order() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        for (allowed, announced) in [
            (json!([]), json!(["m3u8", "ts"])),
            (json!(["ts", "m3u8", "rtmp"]), json!(["ts", "m3u8"])),
            (json!(["rtmp", "ts"]), json!(["ts"])),
        ] {
            let line = tenant.line(json!({ "allowed_outputs": allowed })).await;
            let document = tenant.json(&format!("/player_api.php?{}", login(&line))).await;
            assert_eq!(document["user_info"]["allowed_output_formats"], announced, "{allowed}");
        }
    });
}

#[test]
fn an_address_with_a_query_leads_to_the_stream() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({})).await;
        let asked = async |more: &str| {
            tenant.get(&format!("/streaming/live.php?{}&stream={}{more}", login(&line), tenant.streams[0])).await
        };
        assert_eq!(asked("").await.headers()["content-type"], "video/mp2t");
        let playlist = asked("&extension=m3u8").await;
        assert_eq!(playlist.status(), 200);
        assert!(playlist.text().await.unwrap().starts_with("#EXTM3U"));
        let wrong = format!("/streaming/live.php?username=a&password=b&stream={}", tenant.streams[0]);
        let refused = tenant.get(&wrong).await;
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.text().await.unwrap(), "Authentication failed", "for who opens it in a browser");
    });
}

#[test]
fn the_message_is_the_sentence_that_support_knows() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let options = |more: serde_json::Value| merged(json!({ "max_connections": 1 }), more);
        let said = async |more: serde_json::Value| {
            let line = tenant.line(options(more)).await;
            tenant.json(&format!("/player_api.php?{}", login(&line))).await["user_info"]["message"].clone()
        };
        assert_eq!(said(json!({ "expiry": 1_000 })).await, "Authentication failed");
        assert_eq!(said(json!({ "enabled": false })).await, "Account disabled");
        assert_eq!(said(json!({ "admin_enabled": false })).await, "Account disabled");
        let line = tenant.line(options(json!({ "username": "full", "password": "house" }))).await;
        let mut watcher =
            Watcher::open(&tenant, Who::default(), &format!("/live/full/house/{}.ts", tenant.streams[0])).await;
        assert!(watcher.plays().await, "{}", watcher.head);
        let account = tenant.json(&format!("/player_api.php?{}", login(&line))).await;
        assert_eq!(account["user_info"]["message"], "Max connections reached");
        // Nothing to watch is no refusal: the list is empty.
        let bare = tenant.line(json!({ "bouquets": [] })).await;
        let list = tenant.json(&format!("/player_api.php?{}&action=get_live_streams", login(&bare))).await;
        assert_eq!(list, json!([]));
    });
}

#[test]
fn a_playlist_has_an_entry_for_every_channel_movie_and_episode() {
    run(async {
        let shelf = Shelf::new().await;
        let base = format!("http://{}:80", shelf.tenant.host);
        let [first, second, other] = shelf.episodes;
        let at = |door: &str, file: String| format!("{base}/{door}/demo/s-e.c_ret/{file}");
        // Guide channel, title, logo, group, address.
        let entries = [
            ("c2", "Loop", "", "Campus", at("live", format!("{}.ts", shelf.created))),
            // A quote would end the attribute.
            ("c1", "Campus \"News\" HD", "http://img.test/1.png", "Campus", at("live", format!("{}.ts", shelf.live))),
            ("", "Loose", "", "Uncategorised", at("live", format!("{}.ts", shelf.loose))),
            ("", "Campus Radio", "", "Music", at("live", format!("{}.ts", shelf.radio))),
            (
                "",
                "Safety Film (2024)",
                "http://img.test/film.jpg",
                "Films",
                at("movie", format!("{}.mkv", shelf.movie)),
            ),
            ("", "Loose film", "", "Uncategorised movies", at("movie", format!("{}.mp4", shelf.loose_movie))),
            ("", "Lab Talks S01E12", "http://img.test/e.jpg", "Talks", at("series", format!("{first}.mp4"))),
            ("", "Lab Talks S02E01", "http://img.test/lab.jpg", "Talks", at("series", format!("{second}.mp4"))),
            ("", "Loose series S01E01", "", "Uncategorised series", at("series", format!("{other}.mp4"))),
        ];
        let plus = |entries: &[(&str, &str, &str, &str, String)]| {
            let mut text =
                format!("#EXTM3U x-tvg-url=\"{base}/epg/demo/s-e.c_ret\" url-tvg=\"{base}/epg/demo/s-e.c_ret\"\r\n");
            for (number, (guide, title, logo, group, address)) in (1..).zip(entries) {
                let name = title.replace('"', "");
                let radio = if name.ends_with("Radio") { " radio=\"true\"" } else { "" };
                text.push_str(&format!(
                    "#EXTINF:-1 tvg-id=\"{guide}\" tvg-name=\"{name}\" tvg-logo=\"{logo}\" tvg-chno=\"{number}\"{radio} \
                     group-title=\"{group}\",{name}\r\n{address}\r\n"
                ));
            }
            text
        };
        let asked = async |query: &str| {
            let answer = shelf.tenant.get(&format!("/get.php?{}&type={query}", login(&shelf.line))).await;
            assert_eq!(answer.status(), 200, "{query}");
            answer.text().await.unwrap()
        };
        assert_eq!(asked("m3u_plus&output=ts").await, plus(&entries));
        for (key, wanted) in [
            ("live", vec![1, 2]),
            ("created_live", vec![0]),
            ("radio_streams", vec![3]),
            ("movie", vec![4, 5]),
            ("series", vec![6, 7, 8]),
            ("series,radio_streams", vec![3, 6, 7, 8]),
        ] {
            let wanted: Vec<_> = wanted.into_iter().map(|at: usize| entries[at].clone()).collect();
            assert_eq!(asked(&format!("m3u_plus&key={key}")).await, plus(&wanted), "{key}");
        }
        let mut plain = String::from("#EXTM3U\r\n");
        for (_, title, _, _, address) in &entries {
            let address = if address.contains("/live/") { address.replace(".ts", ".m3u8") } else { address.clone() };
            plain.push_str(&format!("#EXTINF:-1,{}\r\n{address}\r\n", title.replace('"', "")));
        }
        assert_eq!(asked("m3u&output=hls").await, plain);
    });
}
