//! The one large document of old apps: who the line is, as it is now, before all that many lines may watch, as it is kept.

use crate::panel::{TestTenant, fields, login, run};
use crate::shelf::{Shelf, UNCATEGORISED, merged};
use crate::watcher::{Watcher, Who};
use flate2::read::GzDecoder;
use host_engine::Work;
use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, IF_NONE_MATCH};
use serde_json::{Value, json};
use std::io::Read;

async fn asked(tenant: &TestTenant, line: &Value, headers: &[(&str, &str)]) -> Response {
    let url = format!("{}/panel_api.php?{}", tenant.panel.url, login(line));
    let mut request = tenant.panel.http.get(url).header(HOST, &tenant.host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn document(tenant: &TestTenant, line: &Value) -> Value {
    asked(tenant, line, &[]).await.json().await.unwrap()
}

/// What the document says of one entry.
fn entry(shelf: &Shelf, number: u32, id: u32, name: &str, more: Value) -> (String, Value) {
    let plain = json!({ "num": number, "name": name, "stream_type": "live", "type_name": "Live Streams",
        "stream_id": id.to_string(), "stream_icon": "", "epg_channel_id": "", "added": shelf.added,
        "series_no": null, "live": "1", "container_extension": null, "custom_sid": "", "tv_archive": 0,
        "direct_source": "", "tv_archive_duration": 0 });
    (id.to_string(), merged(plain, more))
}

fn channels(shelf: &Shelf) -> Value {
    let under = |id: u32, name: &str| json!({ "category_id": id.to_string(), "category_name": name });
    let (campus, music) = (under(shelf.news, "Campus"), under(shelf.music, "Music"));
    let (films, talks) = (under(shelf.films, "Films"), under(shelf.talks, "Talks"));
    let [live, movies, series] = UNCATEGORISED;
    let [first, second, other] = shelf.episodes;
    let film = |more: Value| {
        merged(
            json!({ "stream_type": "movie", "type_name": "Movies", "live": "0", "container_extension": "mp4" }),
            more,
        )
    };
    let part = |picture: &str, more: Value| {
        let plain = json!({ "stream_type": "series", "type_name": "TV Series", "stream_icon": picture });
        film(merged(plain, more))
    };
    let loop_ = merged(campus.clone(), json!({ "type_name": "Created Live Channels", "epg_channel_id": "c2" }));
    let news = json!({ "stream_icon": "http://img.test/1.png", "epg_channel_id": "c1", "custom_sid": ":0:1:" });
    let radio = json!({ "stream_type": "radio_streams", "type_name": "Radio" });
    let safety = json!({ "stream_icon": "http://img.test/film.jpg", "container_extension": "mkv" });
    let entries = [
        entry(shelf, 1, shelf.created, "Loop", loop_),
        entry(shelf, 2, shelf.live, "Campus \"News\" HD", merged(campus, news)),
        entry(shelf, 3, shelf.loose, "Loose", under(live, "Uncategorised")),
        entry(shelf, 4, shelf.radio, "Campus Radio", merged(music, radio)),
        entry(shelf, 5, shelf.movie, "Safety Film (2024)", film(merged(films, safety))),
        entry(shelf, 6, shelf.loose_movie, "Loose film", film(under(movies, "Uncategorised movies"))),
        entry(shelf, 7, first, "Lab Talks S01E12", part("http://img.test/e.jpg", talks.clone())),
        entry(shelf, 8, second, "Lab Talks S02E01", part("http://img.test/lab.jpg", talks)),
        entry(shelf, 9, other, "Loose series S01E01", part("", under(series, "Uncategorised series"))),
    ];
    entries.into_iter().collect()
}

#[test]
fn one_document_has_the_account_the_categories_and_all_that_can_be_watched() {
    run(async {
        let shelf = Shelf::new().await;
        let path = format!("/panel_api.php?{}", login(&shelf.line));
        let account = shelf.tenant.json(&format!("/player_api.php?{}", login(&shelf.line))).await;
        let mut user = fields(account["user_info"].clone());
        user.remove("message").unwrap();
        let server = ["url", "port", "https_port", "server_protocol"];
        let server: Value =
            server.iter().map(|name| ((*name).to_owned(), account["server_info"][name].clone())).collect();
        let category =
            |id: u32, name: &str| json!({ "category_id": id.to_string(), "category_name": name, "parent_id": 0 });
        let [live, movies, series] = UNCATEGORISED;
        let found = shelf.document("panel_api").await;
        let wanted = json!({
            "user_info": user,
            "server_info": server,
            "categories": {
                "live": [category(shelf.news, "Campus"), category(live, "Uncategorised")],
                "movie": [category(shelf.films, "Films"), category(movies, "Uncategorised movies")],
                "series": [category(shelf.talks, "Talks"), category(series, "Uncategorised series")],
                "radio": [category(shelf.music, "Music")],
            },
            "available_channels": channels(&shelf),
        });
        assert_eq!(found, wanted);
        // At its own door it is what is asked for when nothing is, or nothing that there is.
        for query in ["", "&action=", "&action=panel_api", "&action=no_such_thing"] {
            let document = shelf.tenant.json(&format!("{path}{query}")).await;
            assert_eq!(document["available_channels"].as_object().map(|all| all.len()), Some(9), "{query}");
            assert_eq!(document["user_info"]["username"], "demo", "{query}");
        }
        let list = shelf.tenant.json(&format!("{path}&action=get_live_streams")).await;
        assert_eq!(list.as_array().map(Vec::len), Some(4), "what there is, is answered here too");
        let elsewhere =
            shelf.tenant.json(&format!("/player_api.php?{}&action=no_such_thing", login(&shelf.line))).await;
        assert_eq!(elsewhere.get("available_channels"), None);
        let bare = shelf.tenant.line(json!({ "bouquets": [] })).await;
        let nothing = document(&shelf.tenant, &bare).await;
        assert_eq!(nothing["available_channels"], json!({}));
        assert_eq!(nothing["categories"], json!({ "live": [], "movie": [], "series": [], "radio": [] }));
    });
}

#[test]
fn what_is_kept_is_packed_once_and_who_asks_is_told_anew() {
    run(async {
        let shelf = Shelf::new().await;
        let tenant = &shelf.tenant;
        let bouquets = shelf.line["bouquets"].clone();
        let neighbour = json!({ "username": "next.door", "password": "other-word", "bouquets": bouquets });
        let neighbour = tenant.line(neighbour).await;
        let mut tags = Vec::new();
        for line in [&shelf.line, &neighbour] {
            let plain = asked(tenant, line, &[(ACCEPT_ENCODING.as_str(), "identity")]).await;
            assert!(!plain.headers().contains_key(CONTENT_ENCODING));
            tags.push(plain.headers()["etag"].to_str().unwrap().to_owned());
            let plain = plain.bytes().await.unwrap();
            let packed = asked(tenant, line, &[(ACCEPT_ENCODING.as_str(), "gzip, zstd")]).await;
            assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
            let packed = packed.bytes().await.unwrap();
            let mut unpacked = Vec::new();
            GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain, "the bytes of the plain one");
            assert!(packed.len() < plain.len());
            let document: Value = serde_json::from_slice(&plain).unwrap();
            assert_eq!(document["user_info"]["username"], line["username"]);
            assert_eq!(document["user_info"]["password"], line["password"]);
        }
        assert_ne!(tags[0], tags[1], "what one line has kept is nothing to the other");
        let known = [(IF_NONE_MATCH.as_str(), &*tags[0])];
        assert_eq!(asked(tenant, &shelf.line, &known).await.status(), 304);
        let path = format!("/live/demo/s-e.c_ret/{}.ts", shelf.live);
        let mut watcher = Watcher::open(tenant, Who::default(), &path).await;
        assert!(watcher.plays().await, "{}", watcher.head);
        assert_eq!(document(tenant, &shelf.line).await["user_info"]["active_cons"], "1");
        assert_eq!(document(tenant, &neighbour).await["user_info"]["active_cons"], "0");
        assert_eq!(asked(tenant, &shelf.line, &known).await.status(), 200, "who asks has changed");
        let named = fields(json!({ "name": "Renamed" }));
        let verb = async |work: &mut Work| host_engine::record::edit(work, "stream", shelf.loose, &named).await;
        tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
        let channels = document(tenant, &neighbour).await["available_channels"].clone();
        assert_eq!(channels[&shelf.loose.to_string()]["name"], "Renamed");
    });
}

#[test]
fn who_may_not_sign_in_is_told_so_as_by_the_other_door() {
    run(async {
        let shelf = Shelf::new().await;
        for wrong in ["", "?username=demo", "?username=demo&password=wrong"] {
            let answer = shelf.tenant.get(&format!("/panel_api.php{wrong}")).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.text().await.unwrap(), r#"{"user_info":{"auth":0}}"#, "{wrong}");
        }
        let past = shelf.tenant.line(json!({ "expiry": 1_000 })).await;
        let found = document(&shelf.tenant, &past).await;
        assert_eq!((&found["user_info"]["status"], found.get("available_channels")), (&json!("Expired"), None));
    });
}
