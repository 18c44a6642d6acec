//! The logs of what goes wrong, through HTTP: what failed of streams, what happened to the panel, and lines that other
//! panels asked of. Without ffmpeg these tests fail.

use crate::panel::run;
use crate::place::Place;
use crate::process::{Serving, Station};
use crate::reseller::shop;
use crate::visitor::Visitor;
use crate::watcher::soon;
use serde_json::{Value, json};
use std::time::Duration;

/// The rows of a log, once one of them is as it is to be.
async fn once(visitor: &Visitor, log: &str, is: impl Fn(&Value) -> bool) -> (Vec<Value>, Value) {
    let poll = async {
        loop {
            let rows = visitor.ok(log, &[]).await.as_array().unwrap().clone();
            if let Some(row) = rows.iter().find(|row| is(row)) {
                return (rows.clone(), row.clone());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    soon(log, poll).await
}

#[test]
fn a_source_that_fails_stands_in_the_log_once_an_hour_and_without_its_address() {
    run(async {
        let sources = ["http://127.0.0.1:9/s3cret-of-source.ts".into(), "test:1".into()];
        let place = Place::live(&sources).await;
        let admin = place.tenant.admin();
        for _ in 0..2 {
            let mut watcher = place.watch("a").await;
            assert!(watcher.plays().await, "the second source plays: {}", watcher.head);
            drop(watcher);
            admin.ok("stop_stream", &[("id", &place.stream.to_string())]).await;
            admin.ok("start_stream", &[("id", &place.stream.to_string())]).await;
        }
        let (rows, row) = once(&admin, "stream_errors", |row| row["times"].as_u64() >= Some(2)).await;
        assert_eq!(rows.len(), 1, "the same within an hour is one row: {rows:?}");
        for (field, value) in [
            ("stream_id", json!(place.stream)),
            ("stream_name", json!("Live")),
            ("server_id", json!(1)),
            ("part", json!("source")),
            ("source", json!(0)),
        ] {
            assert_eq!(row[field], value, "{field} of {row}");
        }
        assert!(!row["error"].as_str().unwrap().is_empty() && !row.to_string().contains("s3cret"), "{row}");
        let found = async |text: &str| admin.post("stream_errors", &[("search[value]", text)]).await;
        assert_eq!(found("Live").await["recordsFiltered"], 1, "by the name of the stream");
        assert_eq!(found("no such thing").await["recordsFiltered"], 0);
        let (other, _) = shop().await;
        assert_eq!(other.admin().post("stream_errors", &[]).await["recordsTotal"], 0, "another tenant sees nothing");
    });
}

#[test]
fn each_source_of_a_movie_that_is_not_there_stands_in_the_log() {
    run(async {
        let sources = ["file:no-such-film.mp4", "http://127.0.0.1:9/s3cret-of-source.mp4"];
        let place = Place::new(json!({ "kind": "movie", "name": "Gone", "sources": sources }), json!({})).await;
        let admin = place.tenant.admin();
        assert_ne!(place.status(&format!("/movie/{}/{}.mp4", place.login, place.stream)).await, 200);
        let (rows, second) = once(&admin, "stream_errors", |row| row["source"] == 1).await;
        assert_eq!((rows.len(), &second["stream_name"]), (2, &json!("Gone")), "{rows:?}");
        assert!(rows[1]["error"].as_str().unwrap().contains("no such file"), "{rows:?}");
        assert!(!second.to_string().contains("s3cret"), "{second}");
    });
}

#[test]
fn what_ffmpeg_complains_of_stands_in_the_log_of_its_stream() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let admin = place.tenant.admin();
        let root = place.tenant.panel.panel.config.media.root.clone().unwrap();
        std::fs::write(root.join("no-film-at-all.mp4"), "This is no film.").unwrap();
        let items = ["file:no-film-at-all.mp4"];
        let channel = json!({ "kind": "created_channel", "name": "Broken", "playlist": items });
        let channel = place.tenant.record("stream", channel).await;
        admin.ok("start_channel", &[("id", &channel.to_string())]).await;
        let (_, process) = once(&admin, "stream_errors", |row| row["part"] == "process").await;
        assert_eq!((&process["stream_id"], &process["source"]), (&json!(channel), &Value::Null), "{process}");
        assert!(process["error"].as_str().unwrap().contains("Invalid data"), "{process}");
        let (_, item) = once(&admin, "stream_errors", |row| row["part"] == "item").await;
        assert_eq!((&item["stream_name"], &item["source"]), (&json!("Broken"), &json!(0)), "{item}");
        admin.ok("stop_channel", &[("id", &channel.to_string())]).await;
    });
}

#[test]
fn what_happens_to_the_panel_of_a_tenant_is_told_to_its_admins_alone() {
    run(async {
        let ((tenant, _), (other, _)) = (shop().await, shop().await);
        let admin = tenant.admin();
        let (_, started) = once(&admin, "system_logs", |row| row["type"] == "started").await;
        assert_eq!((&started["server_id"], &started["times"]), (&json!(1), &json!(1)), "{started}");
        admin.ok("clear_streams", &[]).await;
        let (rows, cleared) = once(&admin, "system_logs", |row| row["type"] == "cleared").await;
        assert_eq!(rows[0], cleared, "the newest is the first");
        assert_eq!(cleared["subject"], "segments", "{cleared}");
        let page = admin.post("system_logs", &[("start", "1"), ("limit", "1"), ("hide_columns", "date")]).await;
        assert_eq!(page["data"][0]["type"], "started", "{page}");
        assert!(page["data"][0].get("date").is_none(), "{page}");
        assert_eq!(admin.post("system_logs", &[("date_to", "2020-01-01")]).await["recordsFiltered"], 0);
        let there = other.admin().ok("system_logs", &[]).await;
        assert!(there.as_array().unwrap().iter().all(|row| row["type"] != "cleared"), "{there}");
    });
}

#[test]
fn a_restart_is_told_and_what_waits_for_a_box_waits_on() {
    let station = Station::new();
    station.file("linecard.toml", "[limits]\nexempt = ['127.0.0.0/8']\n");
    let made = station.json(&["tenant", "create", "acme", "--host", "one.test"]);
    let text = |name: &str| made[name].as_str().unwrap();
    let mount = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let asked = async |serving: &Serving, query: &str| {
        let answer = serving.post("one.test", &format!("{mount}&action={query}")).await.json::<Value>().await.unwrap();
        assert_eq!(answer["status"], "STATUS_SUCCESS", "{query}: {answer}");
        answer["data"].clone()
    };
    run(async {
        let first = station.serve();
        let own = asked(&first, "create_mag&mac=00:1A:79:00:00:01&exp_date=2030-12-31").await["id"].to_string();
        asked(&first, &format!("send_event&id={own}&type=reboot")).await;
        assert!(first.terminate().0.success());
        let second = station.serve();
        let waiting = asked(&second, "mag_events").await;
        assert_eq!((&waiting[0]["event"], &waiting[0]["status"]), (&json!("reboot"), &json!(0)), "{waiting}");
        let told = asked(&second, "system_logs").await;
        let told: Vec<_> = told.as_array().unwrap().iter().map(|row| row["type"].clone()).collect();
        assert_eq!(told, [json!("started"), json!("stopped"), json!("started")]);
    });
}

#[test]
fn a_line_that_another_panel_plays_is_noted_unless_it_is_a_restreamers() {
    run(async {
        let place = Place::with_seats(9, &["test:1".into()]).await;
        let admin = place.tenant.admin();
        let feeds = place.another(json!({ "restreamer": true, "max_connections": 9 })).await;
        let asked = async |login: &str, agent: &'static str, header: (&'static str, &'static str)| {
            let url = format!("{}/live/{login}/{}.ts", place.tenant.panel.url, place.stream);
            let request = place.tenant.panel.http.get(url).header("host", &place.tenant.host);
            let answer = request.header("user-agent", agent).header(header.0, header.1).send().await.unwrap();
            assert_eq!(answer.status(), 200);
        };
        asked(&feeds.1, "Lavf/60", ("x-xui-detect", "1")).await;
        asked(&place.login, "VLC/3.0.20", ("x-player", "1")).await;
        asked(&place.login, "Lavf/60", ("x-xc_vm-detect", "1")).await;
        asked(&place.login, "Lavf/61", ("x-xc_vm-detect", "1")).await;
        asked(&place.login, "Xtream-Codes IPTV Panel Pro", ("accept", "*/*")).await;
        let (rows, _) = once(&admin, "restream_logs", |row| row["sign"] == "user-agent").await;
        assert_eq!(rows.len(), 2, "{rows:?}");
        let row = &rows[1];
        for (field, value) in [
            ("user_id", json!(place.line)),
            ("username", json!(place.login.split('/').next().unwrap())),
            ("stream_id", json!(place.stream)),
            ("stream_name", json!("Live")),
            ("ip", json!("127.0.0.1")),
            ("user_agent", json!("Lavf/61")),
            ("sign", json!("x-xc_vm-detect")),
            ("times", json!(2)),
        ] {
            assert_eq!(row[field], value, "{field} of {row}");
        }
        assert_eq!(admin.post("restream_logs", &[("search[value]", "Xtream")]).await["recordsFiltered"], 1);
    });
}
