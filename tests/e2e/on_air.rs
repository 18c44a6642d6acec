//! Streams that run: started and stopped by admins, made of lists, sent by profiles, and their processes. Without ffmpeg
//! these tests fail.

use crate::footage::{codecs, film, times, widths};
use crate::origin::Origin;
use crate::panel::{TestTenant, id_of, run};
use crate::place::Place;
use crate::visitor::Visitor;
use crate::watcher::{Watcher, Who, soon, until};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// What a stream does on the one server, by the action that shows it.
async fn state(admin: &Visitor, get: &str, id: u32) -> Value {
    admin.ok(get, &[("id", &id.to_string())]).await["servers"][0].clone()
}

/// Waits until it does something.
async fn state_is(admin: &Visitor, get: &str, id: u32, holds: impl Fn(&Value) -> bool) -> Value {
    let poll = async {
        loop {
            let state = state(admin, get, id).await;
            if holds(&state) {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    soon("what the stream does", poll).await
}

fn runs(pid: &Value) -> bool {
    let state = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

/// A stream whose test picture is made by a process, watched; the process, and who watches.
pub async fn with_process(tenant: &TestTenant, line: &Value) -> (String, Watcher) {
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    let path = format!("/live/{}/{}/{}.ts", text("username"), text("password"), tenant.streams[0]);
    let mut watcher = Watcher::open(tenant, Who::default(), &path).await;
    assert!(watcher.plays().await, "{}", watcher.head);
    let state = state_is(&tenant.admin(), "get_stream", tenant.streams[0], |state| state["pid"].is_u64()).await;
    (state["pid"].to_string(), watcher)
}

#[test]
fn a_created_channel_plays_its_list_over_and_over_until_it_is_stopped() {
    run(async {
        // One whose index is at its end, one in another container, and one that is not there.
        let items = [film("loop-a.mp4", (320, 180), 2), film("loop-b.mkv", (160, 90), 2), "file:none.mp4".to_owned()];
        let channel = json!({ "kind": "created_channel", "name": "Loop", "playlist": items });
        let place = Place::new(channel, json!({ "max_connections": 2 })).await;
        let (admin, id) = (place.tenant.admin(), place.stream.to_string());
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await, "{}", watcher.head);
        let playing = state_is(&admin, "get_channel", place.stream, |state| state["codecs"].is_object()).await;
        assert_eq!((&playing["status"], &playing["clients"]), (&json!("playing"), &json!(1)), "{playing}");
        assert_eq!(playing["codecs"]["video"], "h264", "{playing}");
        let mut capture = Vec::new();
        while widths(&capture).len() < 4 {
            capture.extend(watcher.read(188 * 500).await);
        }
        assert_eq!(widths(&capture)[..4], [320, 160, 320, 160]);
        let times = times(&capture);
        assert!(times.windows(2).all(|pair| pair[1] > pair[0] && pair[1] < pair[0] + 0.5), "{times:?}");
        let stopped = admin.ok("stop_channel", &[("id", &id)]).await;
        assert_eq!(stopped["servers"], json!([{ "server_id": 1, "result": "stop" }]));
        soon("the viewer ends", watcher.drain()).await;
        assert_eq!(place.status(&place.path(".ts")).await, 503);
        assert_eq!(place.status(&place.path(".m3u8")).await, 503);
        let state = state(&admin, "get_channel", place.stream).await;
        assert_eq!((&state["status"], &state["pid"]), (&json!("stopped"), &Value::Null), "{state}");
        let pid = playing["pid"].clone();
        until("its process ends", || !runs(&pid)).await;
        let started = admin.ok("start_channel", &[("id", &id)]).await;
        assert_eq!(started["servers"], json!([{ "server_id": 1, "result": "start" }]));
        let alone = state_is(&admin, "get_channel", place.stream, |state| state["status"] == "playing").await;
        assert_eq!(alone["clients"], 0, "nobody watches: {alone}");
        assert!(place.watch("b").await.plays().await);
        until("the seat is free", || place.taken() == 0).await;
        place.assert_segments_play().await;
        admin.ok("stop_channel", &[("id", &id)]).await;
    });
}

#[test]
fn a_stream_that_is_started_has_opened_its_source_before_anybody_watches() {
    run(async {
        let origin = Origin::start().await;
        let place = Place::live(&[origin.source("live.ts")]).await;
        let (admin, id) = (place.tenant.admin(), place.stream.to_string());
        admin.ok("start_stream", &[("id", &id), ("server_id", "1")]).await;
        until("its source is opened", || origin.opened() == 1).await;
        let state = state_is(&admin, "get_stream", place.stream, |state| state["status"] == "playing").await;
        assert_eq!((&state["clients"], &state["current_source"]), (&json!(0), &json!(origin.source("live.ts"))));
        let mut watcher = place.watch("a").await;
        assert!(watcher.plays().await);
        assert_eq!(origin.opened(), 1, "the viewer found it open");
        // Started again it begins anew.
        admin.ok("start_stream", &[("id", &id)]).await;
        soon("the viewer ends", watcher.drain()).await;
        until("its source is opened anew", || origin.opened() == 2).await;
        admin.ok("stop_stream", &[("id", &id)]).await;
        assert_eq!(place.status(&place.path(".ts")).await, 503);
        assert_eq!(admin.ok("get_stream", &[("id", &id)]).await["on_demand"], 0);
        admin.ok("edit_stream", &[("id", &id), ("on_demand", "1")]).await;
        assert!(place.watch("b").await.plays().await, "it runs on demand again");
    });
}

#[test]
fn what_cannot_be_started_says_why() {
    run(async {
        let place = Place::live(&[]).await;
        let (admin, id) = (place.tenant.admin(), place.stream.to_string());
        assert_eq!(admin.refused("start_stream", &[("id", &id)]).await, "NO_SOURCES");
        assert_eq!(admin.refused("start_channel", &[("id", &id)]).await, "FAILURE", "it is no created channel");
        assert_eq!(admin.refused("start_stream", &[("id", &id), ("server_id", "2")]).await, "FAILURE");
        let redirected =
            json!({ "kind": "live", "name": "R", "sources": ["http://127.0.0.1:9/a"], "delivery": "redirect" });
        let away = Place::new(redirected, json!({})).await;
        assert!(Watcher::open(&away.tenant, Who::default(), &away.path(".ts")).await.head.contains("302"));
        away.tenant.admin().ok("stop_stream", &[("id", &away.stream.to_string())]).await;
        for method in ["GET", "HEAD"] {
            let answer = Watcher::ask(&away.tenant, Who::default(), method, &away.path(".ts"), "").await;
            assert_eq!(answer.status, 503, "{method} of a stream that is sent elsewhere");
        }
        let dry = admin.post("stop_stream", &[("id", &id), ("dry_run", "1")]).await;
        assert_eq!(dry["status"], "STATUS_SUCCESS", "{dry}");
        assert_eq!(admin.ok("get_stream", &[("id", &id)]).await["on_demand"], 1, "a dry run stops nothing");
        let profile = [("id", id.as_str()), ("transcode_profile_id", "77")];
        assert_eq!(admin.refused("edit_stream", &profile).await, "INVALID_INPUT");
    });
}

#[test]
fn a_stream_is_sent_by_its_profile_until_that_is_deleted() {
    run(async {
        let place = Place::with_seats(2, &["test:1".into()]).await;
        let (admin, id) = (place.tenant.admin(), place.stream.to_string());
        let wish = [
            ("profile_name", "Small"),
            ("video_codec_cpu", "h264"),
            ("preset_cpu", "ultrafast"),
            ("resize", "160x90"),
            ("audio_codec", "mp2"),
        ];
        let profile = admin.ok("create_transcode_profile", &wish).await["profile_id"].to_string();
        admin.ok("edit_stream", &[("id", &id), ("transcode_profile_id", &profile)]).await;
        let capture = async |agent: &str| place.watch(agent).await.read(188 * 1_000).await;
        let small = capture("a").await;
        assert_eq!((widths(&small), codecs(&small)), (vec![160], ["h264", "mp2"].map(String::from).into()));
        let state = state_is(&admin, "get_stream", place.stream, |state| state["codecs"]["width"] == 160).await;
        assert_eq!(state["codecs"]["audio"], "mp2", "{state}");
        admin.ok("edit_transcode_profile", &[("id", &profile), ("resize", "192x108")]).await;
        assert_eq!(admin.ok("get_transcode_profile", &[("id", &profile)]).await["resize"], "192x108");
        admin.ok("start_stream", &[("id", &id)]).await;
        assert_eq!(widths(&capture("b").await), [192], "it was started anew");
        assert_eq!(admin.ok("get_transcode_profiles", &[]).await.as_array().unwrap().len(), 1);
        admin.ok("delete_transcode_profile", &[("id", &profile)]).await;
        assert_eq!(admin.ok("get_stream", &[("id", &id)]).await["transcode_profile_id"], 0);
        admin.ok("start_stream", &[("id", &id)]).await;
        let whole = capture("c").await;
        assert_eq!((widths(&whole), codecs(&whole)), (vec![640], ["aac", "h264"].map(String::from).into()));
        admin.ok("stop_stream", &[("id", &id)]).await;
    });
}

#[test]
fn a_process_of_a_stream_is_ended_by_its_number_and_another_takes_its_place() {
    run(async {
        let (here, there) = (Place::live(&["test:1".into()]).await, Place::live(&["test:2".into()]).await);
        let admin = here.tenant.admin();
        let (mut watcher, mut other) = (here.watch("a").await, there.watch("b").await);
        assert!(watcher.plays().await && other.plays().await);
        let pid = |place: &Place| {
            let (admin, stream) = (place.tenant.admin(), place.stream);
            async move { state_is(&admin, "get_stream", stream, |state| state["pid"].is_u64()).await["pid"].clone() }
        };
        let (own, foreign) = (pid(&here).await, pid(&there).await);
        for never in [foreign.to_string(), std::process::id().to_string(), "1".into(), "0".into()] {
            assert_eq!(admin.refused("kill_pid", &[("pid", &never)]).await, "NO_PERMISSIONS", "{never}");
        }
        assert!(runs(&own) && runs(&foreign));
        admin.ok("kill_pid", &[("pid", &own.to_string())]).await;
        until("it ends", || !runs(&own)).await;
        let is_another = |state: &Value| state["pid"].is_u64() && state["pid"] != own;
        state_is(&admin, "get_stream", here.stream, is_another).await;
        assert_eq!(watcher.read(188 * 2_000).await.len(), 188 * 2_000, "who watches stays");
        assert!(runs(&foreign), "the neighbour's goes on");
    });
}

#[test]
fn movies_episodes_and_stations_are_stopped_and_started_too() {
    run(async {
        let source = film("stopped.mp4", (160, 90), 3);
        let station = Place::live(&["test:radio".into()]).await;
        let (tenant, login) = (&station.tenant, &station.login);
        let admin = tenant.admin();
        let series = tenant.record("series", json!({ "name": "Series" })).await;
        let place = json!({ "series": series, "season": 1, "number": 1 });
        let of = |kind: &str| json!({ "kind": kind, "name": kind, "sources": [source] });
        let movie = tenant.record("movie", of("movie")).await;
        let mut episode = of("episode");
        episode["episode_of"] = place;
        let episode = tenant.record("episode", episode).await;
        let radio = tenant.record("radio", json!({ "name": "Radio", "sources": ["test:radio"] })).await;
        let more = format!("{{\"stream\":[{radio}],\"movies\":[{movie}],\"series\":[{series}]}}");
        admin.ok("edit_bouquet", &[("id", &station.bouquet.to_string()), ("bouquet_add", &more)]).await;
        let paths = [
            ("movie", format!("/movie/{login}/{movie}.mp4"), movie),
            ("episode", format!("/series/{login}/{episode}.mp4"), episode),
            ("station", format!("/live/{login}/{radio}.ts"), radio),
        ];
        for (noun, path, id) in &paths {
            assert_eq!(station.status(path).await, 200, "{noun}");
            until("the seat is free", || station.taken() == 0 || *noun != "station").await;
            let id = id.to_string();
            let stopped = match *noun {
                "movie" => admin.ok("stop_movie", &[("id", &id)]).await,
                "episode" => admin.ok("stop_episode", &[("id", &id)]).await,
                _ => admin.ok("stop_station", &[("id", &id)]).await,
            };
            assert_eq!(id_of(&stopped).to_string(), id);
            assert_eq!(station.status(path).await, 503, "{noun}");
            match *noun {
                "movie" => admin.ok("start_movie", &[("id", &id)]).await,
                "episode" => admin.ok("start_episode", &[("id", &id)]).await,
                _ => admin.ok("start_station", &[("id", &id)]).await,
            };
            assert_eq!(station.status(path).await, 200, "{noun}");
        }
        admin.ok("stop_station", &[("id", &radio.to_string())]).await;
        // A start has looked into the file.
        let known = async {
            while admin.ok("get_movie", &[("id", &movie.to_string())]).await["duration_secs"] != 3 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        soon("the length of the movie", known).await;
    });
}
