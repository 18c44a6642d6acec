//! The commands as scripts use them: fixed keys, exit codes, errors that say what to do; the
//! same with and without a running server.

mod calls;
mod imports;
mod keys;

use crate::process::{Station, expose};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PLAYLIST: &str = "#EXTM3U\n\
    #EXTINF:-1 tvg-id=\"one\" group-title=\"News\",One\nhttp://192.0.2.1/one.ts\n\
    #EXTINF:-1 tvg-id=\"two\" group-title=\"News\",Two\nhttp://192.0.2.1/two.ts\n\
    #EXTINF:-1 tvg-id=\"three\" group-title=\"Sport\",Three\nhttp://192.0.2.1/three.ts\n\
    #EXTINF:-1,Without an address\n";
/// Two has another name, three is gone, four is new.
const LATER: &str = "#EXTM3U\n\
    #EXTINF:-1 tvg-id=\"one\" group-title=\"News\",One\nhttp://192.0.2.1/one.ts\n\
    #EXTINF:-1 tvg-id=\"two\" group-title=\"News\",Two HD\nhttp://192.0.2.1/two.ts\n\
    #EXTINF:-1 tvg-id=\"four\" group-title=\"News\",Four\nhttp://192.0.2.1/four.ts\n";
const GUIDE: &str = "<?xml version=\"1.0\"?><tv><channel id=\"one\"><display-name>One</display-name></channel>\
    <programme start=\"20300101000000 +0000\" stop=\"20300101010000 +0000\" channel=\"one\"><title>Dawn</title></programme></tv>";

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn with_tenant(name: &str) -> (Station, Value) {
    let station = Station::new();
    let made = station.json(&["tenant", "create", name, "--host", &format!("{name}.test")]);
    (station, made)
}

#[test]
fn what_create_prints_as_json_has_the_fixed_keys_and_only_them() {
    let (station, made) = with_tenant("acme");
    let fixed = [
        "admin_access_code",
        "admin_api_key",
        "admin_password",
        "admin_username",
        "hosts",
        "reseller_access_code",
        "tenant",
    ];
    assert_eq!(keys(&made), fixed);
    assert_eq!((&made["tenant"], &made["hosts"]), (&json!("acme"), &json!(["acme.test"])));
    let user = ["user", "create", "--tenant", "acme", "--role", "reseller", "--username", "bob"];
    let user = station.json(&user);
    assert_eq!(keys(&user), ["api_key", "id", "password", "username"]);
    let reset = station.json(&["user", "reset", "--tenant", "acme", "bob"]);
    assert_eq!(keys(&reset), ["api_key", "id", "password", "username"]);
    assert_ne!(reset["api_key"], user["api_key"]);
    let listed = station.json(&["user", "list", "--tenant", "acme"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(user["password"].as_str().unwrap()), "a password is shown once");
}

#[test]
fn a_tenant_is_set_shown_listed_suspended_and_deleted_with_its_directory() {
    let (station, _) = with_tenant("acme");
    station.json(&["tenant", "set", "acme", "lines=7", "server_name=Acme TV", "hosts=a.test,b.test"]);
    let shown = station.json(&["tenant", "show", "acme"]);
    assert_eq!(shown["quotas"]["lines"], 7);
    assert_eq!(shown["settings"]["server_name"], "Acme TV");
    assert_eq!(station.json(&["tenant", "list"])[0]["hosts"], json!(["a.test", "b.test"]));
    assert_eq!(station.json(&["tenant", "suspend", "acme"])["suspended"], true);
    assert_eq!(station.json(&["tenant", "resume", "acme"])["suspended"], false);
    let home = station.data().join("tenants/acme");
    assert!(home.join("panel.db").is_file() && home.join("plugins").is_dir());
    assert_eq!(station.run(&["tenant", "delete", "acme", "--confirm", "other"]).code, 2);
    assert!(home.is_dir());
    station.json(&["tenant", "delete", "acme", "--confirm", "acme"]);
    assert!(!home.exists());
    station.json(&["tenant", "create", "acme"]);
    assert!(home.join("panel.db").is_file(), "the name is free again");
}

#[test]
fn a_playlist_import_is_repeatable_and_counts_what_it_did() {
    let (station, _) = with_tenant("acme");
    let import = |content: &str, more: &[&str]| {
        let file = station.file("list.m3u", content);
        let report = station.json(&[&["import", "m3u", &file, "--tenant", "acme"], more].concat());
        assert_eq!(report["state"], "done");
        report["counts"].clone()
    };
    assert_eq!(import(PLAYLIST, &["--dry-run"])["added"], 3);
    assert_eq!(import(PLAYLIST, &[]), json!({ "added": 3, "skipped:no_url": 1 }));
    assert_eq!(import(PLAYLIST, &[]), json!({ "unchanged": 3, "skipped:no_url": 1 }));
    assert_eq!(import(LATER, &[]), json!({ "added": 1, "changed": 1, "unchanged": 1, "missing": 1 }));
    let pruned = import(LATER, &["--prune"]);
    assert_eq!((&pruned["pruned"], &pruned["unchanged"]), (&json!(1), &json!(3)));
    let verified = station.json(&["verify"]);
    let invariants = verified["invariants"].as_u64().unwrap();
    assert_eq!(verified, json!({ "broken": [], "checked": ["control", "acme"], "invariants": invariants }));
    let said = station.run(&["verify"]).out;
    assert_eq!(said.trim(), format!("nothing is broken: 1 tenant, {invariants} invariants"));
    assert!(invariants > 40, "{invariants}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_a_person_edited_is_kept_by_later_imports() {
    let (station, made) = with_tenant("acme");
    let serving = station.serve();
    let file = station.file("list.m3u", PLAYLIST);
    let import = ["import", "m3u", &file, "--tenant", "acme"];
    station.json(&import);
    let text = |name: &str| made[name].as_str().unwrap();
    let admin = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let data = async |action: &str| -> Value {
        let answer = serving.post("acme.test", &format!("{admin}&action={action}")).await;
        answer.json::<Value>().await.unwrap()["data"].clone()
    };
    let named = |streams: &Value, name: &str| {
        let found = streams.as_array().unwrap().iter().find(|stream| stream["stream_display_name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {streams}")).clone()
    };
    let two = named(&data("get_streams").await, "Two");
    data(&format!("edit_stream&id={}&stream_display_name=My+Two", two["id"])).await;
    station.file("list.m3u", LATER);
    station.json(&import);
    let streams = data("get_streams").await;
    assert_eq!(named(&streams, "My Two")["id"], two["id"], "it keeps the name that a person gave it");
    named(&streams, "Three");
    named(&streams, "Four");
}

#[test]
fn a_guide_import_is_repeatable_and_one_that_fails_says_so_in_one_sentence() {
    let (station, _) = with_tenant("acme");
    let file = station.file("guide.xml", GUIDE);
    let import = ["import", "xmltv", &file, "--tenant", "acme"];
    for _ in 0..2 {
        assert_eq!(station.json(&import)["counts"], json!({ "channels": 1, "programmes": 1 }));
    }
    station.file("guide.xml", &GUIDE[..GUIDE.len() - 40]);
    let failed = station.run(&import);
    assert_eq!(failed.code, 1);
    assert!(failed.err.starts_with("linecard: ") && failed.err.lines().count() == 1, "{}", failed.err);
}

#[test]
fn plugins_are_listed_inspected_and_explained() {
    let (station, _) = with_tenant("acme");
    let listed = station.json(&["plugin", "list", "--tenant", "acme"]);
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|plugin| plugin["name"].as_str().unwrap()).collect();
    assert!(
        ["admin", "admin-lines", "player", "playlist", "reseller"].iter().all(|name| names.contains(name)),
        "{names:?}"
    );
    assert!(listed.as_array().unwrap().iter().all(|plugin| plugin["status"] == "active"), "{listed}");
    let player = station.json(&["plugin", "inspect", "player"]);
    assert!(player["actions"].as_array().unwrap().contains(&json!("player/account")), "{player}");
    let explained = station.json(&["plugin", "explain", "reseller/create_line", "--tenant", "acme"]);
    assert_eq!((&explained["plugin"], &explained["shipped"]), (&json!("reseller-lines"), &json!(true)));
    assert!(explained["granted"]["functions"].to_string().contains("lines.sell"));
    let none = station.run(&["plugin", "explain", "reseller/dance", "--tenant", "acme"]);
    assert_eq!(none.code, 1);
    assert!(none.err.contains("reseller/dance") && none.err.contains("reseller/create_line"), "{}", none.err);
}

#[test]
fn exit_codes_tell_refusals_from_wrong_usage_and_errors_name_the_field() {
    let (station, _) = with_tenant("acme");
    for wrong in [
        &["frobnicate"][..],
        &["tenant", "create"],
        &["tenant", "set", "acme", "lines"],
        &["tenant", "delete", "acme", "--confirm", "other"],
        &["plugin", "explain", "create_line", "--tenant", "acme"],
        &["key", "create", "--tenant", "acme", "--user", "admin", "--expires", "tomorrow"],
        &["key", "create", "--tenant", "acme", "--user", "admin", "--from", "home"],
    ] {
        let outcome = station.run(wrong);
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{wrong:?}: {}", outcome.err);
    }
    station.json(&["tenant", "show", "acme"]);
    for (arguments, named) in [
        (vec!["tenant", "create", "acme"], "name"),
        (vec!["tenant", "create", "Bad_Name"], "name"),
        (vec!["tenant", "create", "other", "--host", "acme.test"], "host"),
        (vec!["tenant", "set", "acme", "colour=red"], "colour"),
        (vec!["tenant", "set", "acme", "lines=many"], "lines"),
        (vec!["tenant", "set", "acme", "guide_days=no"], "guide_days"),
        (vec!["tenant", "show", "other"], "other"),
        (vec!["user", "create", "--tenant", "acme", "--role", "admin", "--username", "admin"], "username"),
        (vec!["why", "nobody", "--tenant", "acme"], "line"),
    ] {
        let outcome = station.run(&arguments);
        assert_eq!(outcome.code, 1, "{arguments:?}: {}", outcome.err);
        assert!(outcome.out.is_empty(), "{arguments:?}: {}", outcome.out);
        assert!(outcome.err.starts_with("linecard: ") && outcome.err.contains(named), "{arguments:?}: {}", outcome.err);
    }
}

#[test]
fn a_directory_that_others_can_read_is_refused() {
    let (station, _) = with_tenant("acme");
    expose(&station.data());
    let outcome = station.run(&["tenant", "list"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("chmod"), "it says what to do: {}", outcome.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_reach_a_running_server_and_take_effect_within_a_second() {
    let (station, _) = with_tenant("acme");
    let serving = station.serve();
    let second = station.run(&["serve", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"]);
    assert_eq!(second.code, 1, "one process owns a data directory");
    assert_eq!(serving.get("beta.test", "/player_api.php").await.status(), 421, "no tenant has this host");
    let began = Instant::now();
    station.json(&["tenant", "create", "beta", "--host", "beta.test"]);
    until(began, || async { serving.get("beta.test", "/player_api.php").await.status() == 200 }).await;
    let began = Instant::now();
    station.json(&["tenant", "suspend", "beta"]);
    until(began, || async { serving.get("beta.test", "/player_api.php").await.status() == 503 }).await;
    assert_eq!(serving.get("acme.test", "/player_api.php").await.status(), 200, "the neighbour goes on");
    let file = station.file("list.m3u", PLAYLIST);
    let report = station.json(&["import", "m3u", &file, "--tenant", "acme"]);
    assert_eq!(report["counts"]["added"], 3);
    assert_eq!(station.json(&["verify"])["broken"], json!([]));
    let refused = station.run(&["tenant", "create", "beta"]);
    assert_eq!((refused.code, refused.err.starts_with("linecard: ")), (1, true), "{}", refused.err);
    let (status, took, log) = serving.terminate();
    assert!(status.success() && took < Duration::from_secs(15), "{status} after {took:?}:\n{log}");
    assert!(log.contains("ended in order"), "{log}");
    assert!(!station.data().join("control.sock").exists());
}

/// Waits until something is so; it must be within a second from when the command was given, and
/// the time that the command itself needs.
async fn until<F: Future<Output = bool>>(began: Instant, mut met: impl FnMut() -> F) {
    let given = began.elapsed();
    while !met().await {
        assert!(began.elapsed() < given + Duration::from_secs(1), "not within a second");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_dropped_plugin_waits_for_its_grant_and_a_removed_one_is_gone() {
    let (station, _) = with_tenant("acme");
    let serving = station.serve();
    let folder = station.data().join("tenants/acme/plugins");
    std::fs::copy(env!("EXAMPLE_WELCOME"), folder.join(".welcome.part")).unwrap();
    std::fs::rename(folder.join(".welcome.part"), folder.join("welcome.wasm")).unwrap();
    serving.line_with("a dropped plugin was taken in");
    let welcome = || {
        let listed = station.json(&["plugin", "list", "--tenant", "acme"]);
        listed.as_array().unwrap().iter().find(|plugin| plugin["name"] == "welcome").cloned()
    };
    let waiting = welcome().unwrap();
    assert_eq!((&waiting["status"], &waiting["source"]), (&json!("waiting_for_grant"), &json!("foreign")), "{waiting}");
    assert!(waiting["missing"].to_string().contains("lines.mine"), "it says for what: {waiting}");
    let blind = station.run(&["plugin", "grant", "welcome", "--tenant", "acme"]);
    assert!(blind.code == 1 && blind.err.contains("--digest"), "a file that came by itself is looked at first");
    let digest = waiting["digest"].as_str().unwrap();
    station.json(&["plugin", "grant", "welcome", "--digest", digest, "--tenant", "acme"]);
    assert_eq!(welcome().unwrap()["status"], "active");
    station.json(&["plugin", "remove", "welcome", "--tenant", "acme"]);
    assert!(!folder.join("welcome.wasm").exists(), "it would come back");
    assert_eq!(welcome(), None);
}
