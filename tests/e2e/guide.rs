//! The guide of a line's channels: as one download, and a channel at a time.

use crate::panel::{TestPanel, TestTenant, login, run};
use flate2::read::GzDecoder;
use host_core::GuideSourceId;
use host_core::guide::{Build, GuideChannel, Programme};
use host_core::import::{GuideItem, ImportError, LeftOut};
use host_core::refusal::Code;
use host_core::time::{Unix, civil_from_days};
use host_engine::import::GuideOptions;
use quick_xml::Reader;
use quick_xml::events::Event;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH};
use serde_json::{Value, json};
use std::io::{Cursor, Read};
use std::sync::Arc;

const HOUR: i64 = 3_600;

/// Imports a guide of five hours around now for `c1`, `c2` and a channel that nobody has: one
/// programme an hour, called by its channel and its hour from the running one.
pub async fn import_guide(tenant: &TestTenant) -> i64 {
    let running = tenant.panel.engine().clock().now().0 / HOUR * HOUR;
    let mut text = String::from("<?xml version=\"1.0\"?><tv>");
    for channel in ["c1", "c2", "elsewhere"] {
        text.push_str(&format!("<channel id=\"{channel}\"><display-name>Guide of {channel}</display-name></channel>"));
        for hour in -2..3 {
            let (start, stop) = (utc(running + hour * HOUR), utc(running + (hour + 1) * HOUR));
            text.push_str(&format!(
                "<programme start=\"{start}\" stop=\"{stop}\" channel=\"{channel}\"><title lang=\"en\">{channel} &lt;{hour}&gt;</title><desc>Tea &amp; talk</desc></programme>"
            ));
        }
    }
    text.push_str("</tv>");
    let options = GuideOptions { source: "test".into(), dry_run: false };
    let items = host_import::xmltv::items(Cursor::new(text.into_bytes()));
    host_engine::import::guide(tenant.panel.engine(), tenant.system(), &options, items, |_| true).await.unwrap();
    running
}

/// A time as guides write it.
fn utc(unix: i64) -> String {
    let (year, month, day) = civil_from_days(unix.div_euclid(86_400));
    let second = unix.rem_euclid(86_400);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02} +0000", second / HOUR, second / 60 % 60, second % 60)
}

/// Channel ids and, per programme, channel and title, of a guide that is read to its end.
fn read_guide(text: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut channels, mut programmes) = (Vec::new(), Vec::new());
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut depth, mut in_title) = (0, false);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) => {
                depth += 1;
                let attribute = |name: &str| {
                    let value = tag.try_get_attribute(name).unwrap().unwrap().value;
                    value.into_owned()
                };
                match tag.name().as_ref() {
                    "channel" => channels.push(attribute("id")),
                    "programme" => programmes.push((attribute("channel"), String::new())),
                    "title" => in_title = true,
                    _ => {}
                }
            }
            Event::End(_) => {
                depth -= 1;
                in_title = false;
            }
            Event::Text(part) if in_title => programmes.last_mut().unwrap().1.push_str(&part),
            Event::GeneralRef(name) if in_title => programmes.last_mut().unwrap().1.push_str(&format!("&{};", &*name)),
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    (channels, programmes)
}

#[test]
fn the_guide_is_well_formed_and_has_only_the_channels_of_the_line() {
    run(async {
        let tenant = TestPanel::shared().tenant(2).await;
        import_guide(&tenant).await;
        let members = json!([{ "stream": tenant.streams[0] }]);
        let small = tenant.record("bouquet", json!({ "name": "Small", "members": members })).await;
        let (full, less) = (tenant.line(json!({})).await, tenant.line(json!({ "bouquets": [small] })).await);
        let answer = tenant.get(&format!("/xmltv.php?{}&prev_days=1", login(&full))).await;
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/xml; charset=utf-8");
        let text = answer.text().await.unwrap();
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\""), "{text}");
        let (channels, programmes) = read_guide(&text);
        assert_eq!(channels, ["c1", "c2"]);
        assert_eq!(programmes.len(), 10);
        assert_eq!(programmes[0], ("c1".into(), "c1 &lt;-2&gt;".into()));
        let (channels, programmes) =
            read_guide(&tenant.get(&format!("/xmltv.php?{}", login(&less))).await.text().await.unwrap());
        assert_eq!(channels, ["c1"]);
        // No archive, so only what runs and comes.
        assert_eq!(
            programmes.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>(),
            ["c1 &lt;0&gt;", "c1 &lt;1&gt;", "c1 &lt;2&gt;"]
        );
    });
}

#[test]
fn a_channels_programmes_are_shown_now_and_next_or_as_the_whole_table() {
    run(async {
        let tenant = TestPanel::shared().tenant(3).await;
        let running = import_guide(&tenant).await;
        let line = tenant.line(json!({})).await;
        let asked = async |action: &str, stream: u32| {
            let path = format!("/player_api.php?{}&action={action}&stream_id={stream}", login(&line));
            tenant.json(&path).await["epg_listings"].clone()
        };
        let starts = |rows: &Value| -> Vec<i64> {
            let start = |row: &Value| row["start_timestamp"].as_str().unwrap().parse::<i64>().unwrap();
            rows.as_array().unwrap().iter().map(|row| (start(row) - running) / HOUR).collect()
        };
        let short = asked("get_short_epg", tenant.streams[0]).await;
        assert_eq!(starts(&short), [0, 1, 2]);
        let row = &short[0];
        // "c1 <0>" and "Tea & talk".
        assert_eq!((&row["title"], &row["description"]), (&json!("YzEgPDA+"), &json!("VGVhICYgdGFsaw==")));
        assert_eq!((&row["channel_id"], &row["lang"]), (&json!("c1"), &json!("en")));
        assert!(row["id"].is_string() && row["epg_id"].is_string() && row["end"] == row["stop"], "{row}");
        assert_eq!(starts(&asked("get_short_epg&limit=2", tenant.streams[1]).await), [0, 1]);
        let table = asked("get_simple_data_table", tenant.streams[1]).await;
        assert_eq!(starts(&table), [-2, -1, 0, 1, 2]);
        let playing: Vec<_> =
            table.as_array().unwrap().iter().map(|row| row["now_playing"].as_u64().unwrap()).collect();
        assert_eq!(playing, [0, 0, 1, 0, 0]);
        for action in ["get_short_epg", "get_simple_data_table"] {
            assert_eq!(asked(action, tenant.streams[2]).await, json!([]), "{action}: a channel without a guide");
            assert_eq!(asked(action, 999_999).await, json!([]), "{action}: no such stream");
        }
    });
}

#[test]
fn the_guide_can_be_had_as_a_gzip_file_and_is_not_sent_again_to_who_has_it() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        import_guide(&tenant).await;
        let path = format!("/xmltv.php?{}", login(&tenant.line(json!({})).await));
        let plain = tenant.get(&path).await;
        let tag = plain.headers()[ETAG].clone();
        let plain = plain.text().await.unwrap();
        let archive = tenant.get(&format!("{path}&gzip=1")).await;
        for (name, value) in
            [(CONTENT_TYPE, "application/octet-stream"), (CONTENT_DISPOSITION, "attachment; filename=\"epg.xml.gz\"")]
        {
            assert_eq!(archive.headers()[name], value);
        }
        assert!(!archive.headers().contains_key(CONTENT_ENCODING), "it is a file, not a coding");
        let mut text = String::new();
        GzDecoder::new(&*archive.bytes().await.unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, plain);
        let request = tenant.panel.http.get(format!("{}{path}", tenant.panel.url)).header(HOST, &tenant.host);
        assert_eq!(request.header(IF_NONE_MATCH, tag).send().await.unwrap().status(), 304);
        for not_a_wish in ["0", "", "perhaps"] {
            let answer = tenant.get(&format!("{path}&gzip={not_a_wish}")).await;
            assert_eq!(answer.text().await.unwrap(), plain, "{not_a_wish:?}");
        }
    });
}

#[test]
fn a_channel_with_more_text_than_one_read_gives_is_in_the_download_whole() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let now = tenant.panel.engine().clock().now().0;
        // 2,000 programmes of three minutes: 4 MB of text.
        let programme = |number: i64| Programme {
            id: 0,
            channel: "c1".into(),
            start: Unix(now + number * 180),
            stop: Unix(now + (number + 1) * 180),
            title: format!("part {number}"),
            description: "x".repeat(2_000),
            language: String::new(),
        };
        let channel = GuideChannel { id: "c1".into(), name: "One".into(), icon: String::new() };
        let items = (0..2_000).map(|number| Ok(Ok(GuideItem::Programme(programme(number)))));
        let items = std::iter::once(Ok(Ok(GuideItem::Channel(channel)))).chain(items);
        import_items(&tenant, items).await.unwrap();
        let line = tenant.line(json!({})).await;
        let answer = tenant.get(&format!("/xmltv.php?{}&next_days=7", login(&line))).await;
        let text = answer.text().await.unwrap();
        let (_, programmes) = read_guide(&text);
        let wanted: Vec<_> = (0..2_000).map(|number| ("c1".to_owned(), format!("part {number}"))).collect();
        assert!(programmes == wanted, "{} of {}: {text:.300}", programmes.len(), wanted.len());
    });
}

/// A guide of one channel whose programmes are all called the same.
fn guide_items(title: &'static str, count: i64) -> impl Iterator<Item = GuideEntry> {
    let channel = GuideChannel { id: "c1".into(), name: "One".into(), icon: String::new() };
    let programme = move |number: i64| Programme {
        id: 0,
        channel: "c1".into(),
        start: Unix(number * HOUR),
        stop: Unix((number + 1) * HOUR),
        title: title.into(),
        description: String::new(),
        language: String::new(),
    };
    let programmes = (0..count).map(move |number| Ok(Ok(GuideItem::Programme(programme(number)))));
    std::iter::once(Ok(Ok(GuideItem::Channel(channel)))).chain(programmes)
}

type GuideEntry = Result<Result<GuideItem, LeftOut>, ImportError>;

async fn import_items(tenant: &TestTenant, items: impl Iterator<Item = GuideEntry>) -> host_engine::Result<Value> {
    let options = GuideOptions { source: "own".into(), dry_run: false };
    host_engine::import::guide(tenant.panel.engine(), tenant.system(), &options, items, |_| true).await
}

/// Programmes in each of the first builds of the tenant's only guide source, and the title of
/// those that are read.
async fn builds(tenant: &TestTenant) -> (Vec<u32>, Vec<String>) {
    let store = tenant.panel.engine().store();
    let mut sizes = Vec::new();
    for build in 1..=6 {
        sizes.push(store.build_size(tenant.id, GuideSourceId(1), Build(build)).await.unwrap());
    }
    let read = store.programmes(tenant.id, None, vec!["c1".into()], Unix(0), Unix(i64::MAX), 1).await.unwrap();
    (sizes, read.into_iter().map(|programme| programme.title).collect())
}

#[test]
fn a_guide_import_that_fails_keeps_the_last_good_guide_and_leaves_nothing_else() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        import_items(&tenant, guide_items("good", 7)).await.unwrap();
        // More than one plan holds, so that some of it was written when it breaks off.
        let broken = guide_items("broken", 6_000).chain([Err(ImportError::Io("gone".into()))]);
        import_items(&tenant, broken).await.unwrap_err();
        assert_eq!(builds(&tenant).await, (vec![7, 0, 0, 0, 0, 0], vec!["good".to_owned()]));
        import_items(&tenant, guide_items("empty", 0)).await.unwrap_err();
        assert_eq!(builds(&tenant).await, (vec![7, 0, 0, 0, 0, 0], vec!["good".to_owned()]));
        import_items(&tenant, guide_items("better", 8)).await.unwrap();
        assert_eq!(builds(&tenant).await, (vec![0, 0, 0, 0, 0, 8], vec!["better".to_owned()]), "no number comes twice");
    });
}

#[test]
fn a_second_import_of_a_guide_source_is_refused_while_the_first_runs() {
    run(async {
        let tenant = Arc::new(TestPanel::shared().tenant(1).await);
        let second = tenant.clone();
        let first = guide_items("first", 700).enumerate().map(move |(number, item)| {
            // The first plan is written by now.
            if number == 600 {
                let second = second.clone();
                let import = move || run(async { import_items(&second, guide_items("second", 3)).await.unwrap_err() });
                let refused = std::thread::spawn(import).join().unwrap();
                assert_eq!(refused.refusal().unwrap().code, Code::Conflict);
            }
            item
        });
        import_items(&tenant, first).await.unwrap();
        assert_eq!(builds(&tenant).await, (vec![700, 0, 0, 0, 0, 0], vec!["first".to_owned()]));
        import_items(&tenant, guide_items("second", 3)).await.unwrap();
        assert_eq!(builds(&tenant).await, (vec![0, 3, 0, 0, 0, 0], vec!["second".to_owned()]));
    });
}
