//! Playlists and guides as people really have them (`tests/e2e/field/`), imported by the command
//! and read by a player. `{ORIGIN}` in a file is a source's address, `{-30}` a time in minutes
//! from now, and `{-30:12}` the same without seconds.

use crate::process::{Serving, Station};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const HOST: &str = "acme.test";

/// A panel with what was imported, and the line that sees it.
struct Field {
    station: Station,
    serving: Serving,
    now: i64,
}

impl Field {
    /// Imports a playlist and, where there is one, the guide of the same name.
    async fn with(name: &str) -> Field {
        let station = Station::new();
        let made = station.json(&["tenant", "create", "acme", "--host", HOST]);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
        // Whole minutes, because some of the times have no seconds.
        let now = now - now.rem_euclid(60);
        let list = station.file("list.m3u", file(&format!("{name}.m3u"), now).unwrap());
        station.json(&["import", "m3u", &list, "--tenant", "acme"]);
        if let Some(guide) = file(&format!("{name}.xml"), now) {
            let guide = station.file("guide.xml", guide);
            station.json(&["import", "xmltv", &guide, "--tenant", "acme"]);
        }
        let serving = station.serve();
        let field = |name: &str| made[name].as_str().unwrap();
        let create = format!(
            "/{}/admin/index.php?api_key={}&action=create_line&username=viewer&password=viewer-pass&exp_date=never&bouquets_selected=[1]",
            field("admin_access_code"),
            field("admin_api_key")
        );
        let created: Value = serving.post(HOST, &create).await.json().await.unwrap();
        assert_eq!(created["status"], "STATUS_SUCCESS", "{created}");
        Field { station, serving, now }
    }

    async fn document(&self, action: &str) -> Value {
        let path = format!("/player_api.php?username=viewer&password=viewer-pass&action={action}");
        self.serving.get(HOST, &path).await.json().await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        let path = format!("/{path}?username=viewer&password=viewer-pass&type=m3u_plus&output=ts");
        self.serving.get(HOST, &path).await.text().await.unwrap()
    }

    /// The channels by name, with their ids.
    async fn channels(&self) -> Vec<(String, u64)> {
        let list = self.document("get_live_streams").await;
        let channel = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["stream_id"].as_u64().unwrap());
        list.as_array().unwrap().iter().map(channel).collect()
    }

    /// What runs on a channel now and comes after: minutes from now of begin and end.
    async fn spans(&self, stream: u64) -> Vec<(i64, i64)> {
        let guide = self.document(&format!("get_short_epg&stream_id={stream}&limit=10")).await;
        let minutes = |row: &Value, field: &str| {
            let at: i64 = row[field].as_str().unwrap().parse().unwrap();
            (at - self.now).div_euclid(60) + i64::from((at - self.now).rem_euclid(60) > 30)
        };
        let rows = guide["epg_listings"].as_array().unwrap();
        rows.iter().map(|row| (minutes(row, "start_timestamp"), minutes(row, "stop_timestamp"))).collect()
    }
}

/// A file of the field with its tokens replaced; none when there is none of this name.
fn file(name: &str, now: i64) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/field").join(name);
    let mut rest = std::fs::read_to_string(path).ok()?;
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        let (token, behind) = after.split_once('}').unwrap();
        text.push_str(before);
        match token.strip_suffix(":12") {
            _ if token == "ORIGIN" => text.push_str("http://192.0.2.1"),
            Some(minutes) => text.push_str(&stamp(now + minutes.parse::<i64>().unwrap() * 60)[..12]),
            None => text.push_str(&stamp(now + token.parse::<i64>().unwrap() * 60)),
        }
        rest = behind.to_owned();
    }
    Some(text + &rest)
}

/// `YYYYMMDDhhmmss` of UTC.
fn stamp(seconds: i64) -> String {
    let (year, month, day) = host_core::time::civil_from_days(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_that_stands_twice_in_a_guide_is_shown_once_everywhere() {
    let field = Field::with("repeats").await;
    let (_, echo) = field.channels().await[0].clone();
    assert_eq!(field.spans(echo).await, [(-30, 30), (30, 60), (60, 90)]);
    let table = field.document(&format!("get_simple_data_table&stream_id={echo}")).await;
    assert_eq!(table["epg_listings"].as_array().unwrap().len(), 3);
    let guide = field.text("xmltv.php").await;
    assert_eq!((guide.matches("<channel ").count(), guide.matches("<programme ").count()), (1, 3), "{guide}");
    let again = field.station.file("again.xml", file("repeats.xml", field.now).unwrap());
    let report = field.station.json(&["import", "xmltv", &again, "--tenant", "acme", "--dry-run"]);
    assert_eq!(report["counts"], json!({ "channels": 1, "programmes": 3, "skipped:duplicate": 4 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programme_without_an_end_lasts_until_the_next_of_its_channel() {
    let field = Field::with("nostop").await;
    let channels = field.channels().await;
    assert_eq!(field.spans(channels[0].1).await, [(-30, 30), (30, 90), (90, 120)], "{channels:?}");
    assert_eq!(field.spans(channels[1].1).await, [(-20, 40), (40, 90), (90, 120)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_are_read_in_every_zone_that_guides_name() {
    let field = Field::with("zones").await;
    let channels = field.channels().await;
    assert_eq!(channels.len(), 7);
    for (name, stream) in channels {
        assert_eq!(field.spans(stream).await, [(-30, 30)], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shift_moves_the_guide_of_its_channel_alone_and_comes_out_again() {
    let field = Field::with("shift").await;
    let streams: Vec<u64> = field.channels().await.into_iter().map(|(_, stream)| stream).collect();
    assert_eq!(field.spans(streams[0]).await, [(-30, 30), (30, 90)]);
    assert_eq!(field.spans(streams[1]).await, [(-30, 30), (30, 90), (90, 150)]);
    assert_eq!(field.spans(streams[2]).await, [(-30, 30)], "an hour and a half earlier, the next is over");
    let list = field.text("get.php").await;
    for shift in ["tvg-shift=\"1\"", "tvg-shift=\"-1.5\""] {
        assert_eq!(list.matches(shift).count(), 1, "{list}");
    }
    // What the lists call the guide of a moved channel is in the guide, with its own times.
    let guide = field.text("xmltv.php").await;
    let live = field.document("get_live_streams").await;
    let ids: Vec<&str> = live.as_array().unwrap().iter().map(|row| row["epg_channel_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["shift.one", "shift.one+60", "shift.two-90"]);
    for id in ids.iter().chain(&["shift.two"]) {
        assert!(guide.contains(&format!("<channel id=\"{id}\">")), "{id} is not in {guide}");
    }
    let begins = |id: &str| {
        format!(
            "start=\"{} +0000\" stop=\"{} +0000\" channel=\"{id}\"",
            stamp(field.now + 1_800),
            stamp(field.now + 5_400)
        )
    };
    assert!(guide.contains(&begins("shift.one")) && guide.contains(&begins("shift.one+60")), "{guide}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_lines_of_a_playlist_are_meant_as_they_are_read() {
    let field = Field::with("extinf").await;
    let names: Vec<String> = field.channels().await.into_iter().map(|(name, _)| name).collect();
    let wanted = [
        "Fern, Nah und Quer",
        "Zahl 7",
        "FR: L'Été '80s",
        "Sender Vier",
        "Sender Fünf",
        "Kanal 12\" HD",
        "Sender = Sieben",
        "Sender Acht",
        "Sender Neun",
        "\"Zehn\", sagte er",
    ];
    assert_eq!(names, wanted);
    let categories = field.document("get_live_categories").await;
    let mut groups: Vec<&str> =
        categories.as_array().unwrap().iter().map(|row| row["category_name"].as_str().unwrap()).collect();
    groups.sort_unstable();
    assert_eq!(groups, ["Antenne", "Gross", "Kids TV", "Kino", "Kino, Serien", "Regional", "Rock'n'Roll"]);
    let live = field.document("get_live_streams").await;
    assert_eq!(live[1]["stream_icon"], "http://img.example/a/QL75,0,182,268_.jpg");
    let ids: Vec<&str> = live.as_array().unwrap().iter().map(|row| row["epg_channel_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_with_semicolons_are_several_categories_and_the_channel_is_in_each() {
    let field = Field::with("semicolons").await;
    let categories = field.document("get_live_categories").await;
    let id = |name: &str| {
        let row = categories.as_array().unwrap().iter().find(|row| row["category_name"] == name).unwrap();
        row["category_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(categories.as_array().unwrap().len(), 4, "{categories}");
    assert_eq!(field.channels().await.len(), 3, "each once");
    let children = field.document(&format!("get_live_streams&category_id={}", id("Kinder"))).await;
    assert_eq!(children.as_array().unwrap().len(), 3);
    let nature = field.document(&format!("get_live_streams&category_id={}", id("Natur"))).await;
    assert_eq!(nature[0]["name"], "Lupe");
}

const ODD: &str = "#EXTM3U\n\
    #EXTINF:-1 tvg-chno=\"101\" radio=\"true\" catchup=\"default\" catchup-days=\"5\",Radio\n\
    #EXTVLCOPT:network-caching=1000\nhttp://192.0.2.1/radio\n\
    #EXTINF:-1,Camera\nrtsp://192.0.2.1/camera\n\
    #EXTINF:-1,Dash\nhttp://192.0.2.1/a.mpd\n\
    #EXTINF:-1 tvg-chno=\"7\",Forger\",tvg-id=\"x\" group-title=\"Y\nhttp://192.0.2.1/forger\n\
    #EXTINF:-1,Nowhere\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_import_leaves_out_is_told_by_line_name_and_reason() {
    let station = Station::new();
    station.json(&["tenant", "create", "acme", "--host", HOST]);
    let (list, to) = (station.file("odd.m3u", ODD), station.folder.path().join("report.tsv"));
    let import = ["import", "m3u", &list, "--tenant", "acme", "--report", to.to_str().unwrap()];
    let report = station.json(&[&import[..], &["--dry-run"]].concat());
    assert_eq!(
        report["left_out"],
        json!([
            { "line": 6, "name": "Camera", "reason": "protocol_rtsp" },
            { "line": 8, "name": "Dash", "reason": "manifest_of_dash_or_smooth" },
            { "line": 11, "name": "Nowhere", "reason": "no_url" },
        ])
    );
    assert_eq!(report["not_kept"], json!([{ "line": 4, "name": "Radio", "options": ["network-caching"] }]));
    let written = std::fs::read_to_string(&to).unwrap();
    assert_eq!(written.lines().next(), Some("6\tprotocol_rtsp\tCamera"));
    let shown = station.run(&import).out;
    assert!(shown.contains("left out") && shown.contains("protocol rtsp") && shown.contains("Nowhere"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_and_radio_marks_come_out_again_and_no_name_forges_an_attribute() {
    let station = Station::new();
    let made = station.json(&["tenant", "create", "acme", "--host", HOST]);
    let list = station.file("odd.m3u", ODD);
    station.json(&["import", "m3u", &list, "--tenant", "acme"]);
    let serving = station.serve();
    let create = format!(
        "/{}/admin/index.php?api_key={}&action=create_line&username=viewer&password=viewer-pass&exp_date=never&bouquets_selected=[1]",
        made["admin_access_code"].as_str().unwrap(),
        made["admin_api_key"].as_str().unwrap()
    );
    serving.post(HOST, &create).await;
    let field = Field { station, serving, now: 0 };
    let list = field.text("get.php").await;
    let entries: Vec<&str> = list.lines().filter(|line| line.starts_with("#EXTINF")).collect();
    assert_eq!(entries.len(), 2, "{list}");
    assert!(entries[0].contains("tvg-chno=\"101\"") && entries[0].contains("radio=\"true\""), "{list}");
    // Seven attributes and no quote more: two for each of them.
    assert!(entries[1].contains("tvg-chno=\"7\"") && entries[1].matches('"').count() == 10, "{list}");
    let live = field.document("get_live_streams").await;
    assert_eq!((live[0]["num"].as_u64(), live[1]["num"].as_u64()), (Some(101), Some(7)));
    assert_eq!(
        (&live[0]["tv_archive"], &live[0]["tv_archive_duration"]),
        (&json!(0), &json!(0)),
        "nothing is recorded"
    );
}
