//! `linecard plugin …` with a foreign plugin: grants piece by piece, settings, and its log.

use crate::process::Station;
use serde_json::{Value, json};

/// The example, asking for a limit of `records` besides the function that it imports.
fn asking_for_more(station: &Station) -> String {
    let file = std::fs::read(env!("EXAMPLE_WELCOME")).unwrap();
    let (component, papers) = linecard_package::opened(&file).unwrap();
    let more = "\n[capabilities.records]\nreason = \"To try.\"\nlimits = [\"stream:read\"]\n";
    let mut asking = component.to_vec();
    linecard_package::seal(&mut asking, &format!("{}{more}", papers.manifest));
    station.file("welcome.wasm", asking)
}

fn installed() -> Station {
    let station = Station::new();
    station.json(&["tenant", "create", "acme"]);
    let file = asking_for_more(&station);
    station.json(&["plugin", "add", &file, "--tenant", "acme"]);
    station
}

fn welcome(station: &Station) -> Value {
    let listed = station.json(&["plugin", "list", "--tenant", "acme"]);
    listed.as_array().unwrap().iter().find(|plugin| plugin["name"] == "welcome").unwrap().clone()
}

#[test]
fn a_grant_is_given_and_taken_back_piece_by_piece() {
    let station = installed();
    let change = |verb: &str, what: &str| station.json(&["plugin", verb, "welcome", what, "--tenant", "acme"]);
    let missing = || welcome(&station)["missing"].clone();
    let all = ["linecard:lines/lines.mine", "records:stream:read", "route:welcome/hello", "mount:/x/welcome/hello"];
    assert_eq!(missing(), json!(all));
    for (number, what) in all.iter().enumerate() {
        assert_eq!(missing(), json!(all[number..]));
        change("grant", what);
    }
    let plugin = welcome(&station);
    assert_eq!(plugin["status"], "active");
    let granted = change("grant", "linecard:lines/lines.mine");
    assert_eq!(granted["functions"], json!(["linecard:lines/lines.mine"]));
    assert_eq!(granted["limits"], json!({ "records": ["stream:read"] }));
    assert_eq!(granted["routes"], json!({ "welcome/hello": { "roles": ["line"] } }));
    assert_eq!((&granted["mounts"], &granted["digest"]), (&json!(["/x/welcome/hello"]), &plugin["digest"]));
    for (number, what) in all.iter().enumerate() {
        change("revoke", what);
        assert_eq!(missing(), json!(all[..=number]));
    }
    for wrong in [
        "records=stream:read",
        "records:stream:write",
        "linecard:lines/lines.sell",
        "route:player/account",
        "budget:job",
        "everything",
    ] {
        let outcome = station.run(&["plugin", "grant", "welcome", wrong, "--tenant", "acme"]);
        assert!(outcome.code == 1 && outcome.err.contains(wrong), "{wrong}: {}", outcome.err);
    }
    for verb in ["grant", "revoke", "remove"] {
        let outcome = station.run(&["plugin", verb, "player", "--tenant", "acme"]);
        assert!(outcome.code == 1 && outcome.err.contains("is a shipped plugin"), "{verb}: {}", outcome.err);
    }
}

#[test]
fn what_the_help_of_grant_shows_can_be_typed() {
    let station = installed();
    let help = station.run(&["plugin", "grant", "--help"]).out;
    let examples: Vec<_> = help.split('`').skip(1).step_by(2).collect();
    assert!(examples.len() >= 4, "{help}");
    for example in examples.into_iter().filter(|example| !example.contains("SURFACE") && *example != "plugin list") {
        let outcome = station.run(&["plugin", "grant", "welcome", example, "--tenant", "acme"]);
        let understood = outcome.code == 0 || outcome.err.contains("It does not ask for");
        assert!(understood, "{example}: {}", outcome.err);
    }
    let missing = welcome(&station)["missing"].clone();
    assert_eq!(missing, json!(["linecard:lines/lines.mine", "route:welcome/hello"]), "the others are what it asks for");
}

#[test]
fn settings_are_shown_set_and_unset_also_for_shipped_plugins() {
    let station = installed();
    for plugin in ["welcome", "player"] {
        let settings =
            |values: &[&str]| station.json(&[&["plugin", "settings", plugin, "--tenant", "acme"], values].concat());
        assert_eq!(settings(&[]), json!({}), "{plugin}");
        let set = json!({ "greeting": "Good morning", "stars": 4, "rooms": [101, 102] });
        assert_eq!(settings(&["greeting=Good morning", "stars=4", "rooms=[101,102]"]), set, "{plugin}");
        assert_eq!(settings(&["stars=null", "rooms=null"]), json!({ "greeting": "Good morning" }), "{plugin}");
        assert_eq!(settings(&[]), json!({ "greeting": "Good morning" }), "{plugin}");
        assert_eq!(station.run(&["plugin", "settings", plugin, "stars", "--tenant", "acme"]).code, 2);
    }
    let unknown = station.run(&["plugin", "settings", "nothing", "a=b", "--tenant", "acme"]);
    assert!(unknown.code == 1 && unknown.err.contains("nothing"), "{}", unknown.err);
    let listed = station.json(&["plugin", "list", "--tenant", "acme"]);
    let player = listed.as_array().unwrap().iter().find(|plugin| plugin["name"] == "player").unwrap();
    assert_eq!((&player["status"], &player["source"]), (&json!("active"), &json!("shipped")));
}

#[test]
fn logs_say_that_they_live_in_the_running_panel() {
    let station = installed();
    let outcome = station.run(&["plugin", "logs", "welcome", "--tenant", "acme"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("running panel") && outcome.err.contains("linecard serve"), "{}", outcome.err);
    let _serving = station.serve();
    assert_eq!(station.json(&["plugin", "logs", "welcome", "--tenant", "acme"]), json!([]));
}

#[test]
fn a_grant_is_for_the_file_that_was_looked_at() {
    let station = installed();
    let digest = welcome(&station)["digest"].as_str().unwrap().to_owned();
    let grant = |digest: &str| station.run(&["plugin", "grant", "welcome", "--digest", digest, "--tenant", "acme"]);
    for other in ["0000000000000000", &digest[..4]] {
        let outcome = grant(other);
        assert!(outcome.code == 1 && outcome.err.contains("digest"), "{other}: {}", outcome.err);
    }
    assert_eq!(grant(&digest[..12]).code, 0);
    assert_eq!(welcome(&station)["status"], "active");
}
