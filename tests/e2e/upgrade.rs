//! Data folders of every released version, as `tests/fixtures/make-data` packed them: this
//! version opens each one, and its doors say what the old one's said.

use crate::process::{Serving, Station};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const HOST: &str = "acme.example";

/// The packed folders, the oldest first.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut packed: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "gz")).collect();
    packed.sort();
    assert!(!packed.is_empty());
    packed
}

/// A station whose data folder is that of an older version, with what the old doors said.
struct Old {
    station: Station,
}

impl Old {
    fn unpacked(packed: &Path) -> Old {
        let station = Station::new();
        let to = station.folder.path();
        let tar = Command::new("tar").arg("-xzf").arg(packed).arg("-C").arg(to).status().unwrap();
        assert!(tar.success());
        Old { station }
    }

    fn fact(&self, name: &str) -> Value {
        let path = self.station.folder.path().join("facts").join(format!("{name}.json"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn field(&self, name: &str, field: &str) -> String {
        self.fact(name)[field].as_str().unwrap().to_owned()
    }

    /// What a panel surface says to an action now.
    async fn panel(&self, serving: &Serving, surface: &str, action: &str) -> Value {
        let code = self.field("acme", &format!("{surface}_access_code"));
        let key = match surface {
            "admin" => self.field("acme", "admin_api_key"),
            _ => self.field("seller", "api_key"),
        };
        let path = format!("/{code}/{surface}/index.php?action={action}&api_key={key}");
        serving.get(HOST, &path).await.json().await.unwrap()
    }

    /// What a player's document says now.
    async fn player(&self, serving: &Serving, query: &str) -> Value {
        let path = format!("/player_api.php?username=forever&password=forever-pass&action={query}");
        serving.get(HOST, &path).await.json().await.unwrap()
    }
}

/// The rows of an answer, each as its values of these fields, in the order of their ids.
fn rows(answer: &Value, fields: &[&str]) -> Vec<Vec<Value>> {
    let rows = answer.get("data").unwrap_or(answer).as_array().unwrap_or_else(|| panic!("no rows: {answer}"));
    let mut rows: Vec<Vec<Value>> =
        rows.iter().map(|row| fields.iter().map(|field| row[*field].clone()).collect()).collect();
    rows.sort_by_key(|row| row[0].to_string());
    rows
}

/// Lists of the panel surfaces, with the fields whose meaning does not change from version to version.
const LISTS: &[(&str, &str, &[&str])] = &[
    (
        "admin",
        "get_lines",
        &[
            "id",
            "username",
            "password",
            "exp_date",
            "max_connections",
            "admin_notes",
            "forced_country",
            "allowed_ips",
            "bouquets",
            "package_id",
        ],
    ),
    ("admin", "get_packages", &["id", "package_name", "official_credits", "official_duration", "groups", "bouquets"]),
    ("admin", "get_groups", &["id", "group_name", "is_reseller", "total_allowed_gen_trials", "packages"]),
    ("admin", "get_bouquets", &["id", "bouquet_name", "bouquet_channels"]),
    (
        "admin",
        "get_streams",
        &["id", "stream_display_name", "stream_source", "category_id", "channel_id", "stream_icon"],
    ),
    ("reseller", "get_lines", &["id", "username", "password", "exp_date", "package_id"]),
    ("reseller", "packages", &["id", "package_name", "official_credits"]),
];

#[tokio::test]
async fn a_folder_of_an_older_version_opens_and_keeps_all_it_has() {
    for packed in fixtures() {
        let old = Old::unpacked(&packed);
        // The second start finds everything brought up to date.
        for _ in 0..2 {
            let serving = old.station.serve();
            the_panels_say_what_they_said(&old, &serving).await;
            the_player_sees_what_it_saw(&old, &serving).await;
            serving.terminate();
        }
        the_commands_find_what_there_was(&old.station);
    }
}

async fn the_panels_say_what_they_said(old: &Old, serving: &Serving) {
    for (surface, action, fields) in LISTS {
        let who = if *surface == "admin" { "admin" } else { "seller" };
        let (now, before) = (old.panel(serving, surface, action).await, old.fact(&format!("{who}-{action}")));
        assert_eq!(rows(&now, fields), rows(&before, fields), "{surface}/{action}");
    }
    let (now, before) = (old.panel(serving, "reseller", "user_info").await, old.fact("seller-user_info"));
    for field in ["id", "username", "credits", "member_group_id"] {
        assert_eq!(now["data"][field], before["data"][field], "{field}");
    }
    let (now, before) = (old.panel(serving, "admin", "get_settings").await, old.fact("admin-get_settings"));
    for (field, value) in before["data"].as_object().unwrap() {
        assert_eq!(&now["data"][field], value, "{field}");
    }
}

async fn the_player_sees_what_it_saw(old: &Old, serving: &Serving) {
    let (now, before) = (old.player(serving, "").await, old.fact("player-"));
    for field in ["auth", "status", "exp_date", "max_connections", "created_at"] {
        assert_eq!(now["user_info"][field], before["user_info"][field], "{field}");
    }
    let fields = ["stream_id", "name", "epg_channel_id", "category_id", "added"];
    let now = old.player(serving, "get_live_streams").await;
    assert_eq!(rows(&now, &fields), rows(&old.fact("player-get_live_streams"), &fields));
    let fields = ["start", "end", "title", "description", "channel_id"];
    let now = old.player(serving, "get_short_epg&stream_id=1").await;
    let listed = |answer: &Value| rows(&answer["epg_listings"], &fields);
    assert_eq!(listed(&now), listed(&old.fact("player-get_short_epg")));
}

fn the_commands_find_what_there_was(station: &Station) {
    assert_eq!(station.json(&["verify"])["broken"], serde_json::json!([]));
    let names = |rows: Value, field: &str| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
    };
    let codes = names(station.json(&["access-code", "list", "--tenant", "acme"]), "code");
    assert!(codes.contains(&"second-door".to_owned()), "{codes:?}");
    let keys = names(station.json(&["key", "list", "--tenant", "acme", "--user", "seller"]), "name");
    assert!(keys.contains(&"scripts".to_owned()), "{keys:?}");
    let plugins = names(station.json(&["plugin", "list", "--tenant", "acme"]), "name");
    assert!(plugins.contains(&"welcome".to_owned()), "{plugins:?}");
    // Surfaces that were one plugin each are several by now.
    assert!(
        ["admin", "admin-lines", "reseller-lines"].iter().all(|name| plugins.iter().any(|it| it == name)),
        "{plugins:?}"
    );
    let settings = station.json(&["plugin", "settings", "welcome", "--tenant", "acme"]);
    assert_eq!(settings["greeting"], "Good morning");
    let users = names(station.json(&["user", "list", "--tenant", "acme"]), "username");
    assert!(users.contains(&"under".to_owned()), "{users:?}");
    assert_eq!(station.json(&["tenant", "show", "acme"])["quotas"]["lines"], 5000);
    assert_ne!(station.json(&["why", "bound", "--tenant", "acme"])["refusals"], serde_json::json!([]));
}
