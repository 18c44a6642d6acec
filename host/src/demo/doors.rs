//! How to use the demo: every address and login, as JSON and for people.

use super::fill::Made;
use crate::view;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Every address and login, as `--json` prints them.
pub(super) fn of(made: &Made, listening: SocketAddr, management: Option<SocketAddr>) -> Value {
    let url = format!("http://{listening}");
    let line = made.lines.first().map(|(line, _)| line).unwrap_or(&Value::Null);
    let (username, password) = (text(line, "username"), text(line, "password"));
    let login = login(line);
    let file = |kind: &str, id: u32, ending: &str| format!("{url}/{kind}/{username}/{password}/{id}.{ending}");
    let seen = &made.catalogue;
    let first = seen.channels.first().map(|(id, _)| *id).unwrap_or_default();
    let channels = seen.channels.iter().map(|(id, name)| json!({ "name": name, "url": file("live", *id, "ts") }));
    let lines = made.lines.iter().map(
        |(line, what)| json!({ "username": text(line, "username"), "password": text(line, "password"), "what": what }),
    );
    let panel =
        |surface: &str| format!("{url}/{}/{surface}/index.php", text(&made.tenant, &format!("{surface}_access_code")));
    let managed = |path: &str| management.map(|address| format!("http://{address}{path}"));
    json!({
        "url": url,
        "username": username,
        "password": password,
        "play": file("live", first, "ts"),
        "play_hls": file("live", first, "m3u8"),
        "movie": file("movie", seen.movie, "ts"),
        "episode": file("series", seen.episode, "ts"),
        "player_api": format!("{url}/player_api.php?{login}"),
        "playlist": format!("{url}/get.php?{login}&type=m3u_plus&output=ts"),
        "guide": format!("{url}/xmltv.php?{login}"),
        "channels": channels.collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "admin": user(&made.tenant, "admin_", &panel("admin")),
        "reseller": user(&made.reseller, "", &panel("reseller")),
        "docs": format!("{url}/docs"),
        "health": managed("/health/ready"),
        "metrics": managed("/metrics"),
    })
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn login(line: &Value) -> String {
    format!("username={}&password={}", text(line, "username"), text(line, "password"))
}

/// A user's login and key, out of fields with this prefix, and where they are used.
fn user(made: &Value, prefix: &str, api: &str) -> Value {
    let field = |name: &str| text(made, &format!("{prefix}{name}"));
    json!({ "username": field("username"), "password": field("password"), "api_key": field("api_key"), "api": api })
}

/// Prints them for people.
pub(super) fn introduce(doors: &Value, has_ffmpeg: bool) {
    let text = |path: &str| doors.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    println!("Linecard runs. Its data is in a temporary folder and goes when it ends (Ctrl-C).\n");
    println!("Watch a channel      ffplay '{}'", text("/play"));
    println!("or as HLS            ffplay '{}'", text("/play_hls"));
    println!("Watch a movie        ffplay '{}'", text("/movie"));
    println!("or an episode        ffplay '{}'\n", text("/episode"));
    println!("Any player app       server   {}", text("/url"));
    println!("                     username {}", text("/username"));
    println!("                     password {}", text("/password"));
    println!("Account              {}", text("/player_api"));
    println!("Playlist             {}", text("/playlist"));
    println!("Guide                {}\n", text("/guide"));
    for surface in ["reseller", "admin"] {
        let of = |name: &str| text(&format!("/{surface}/{name}"));
        println!("{surface:<20} login    {} / {}", of("username"), of("password"));
        println!("{:<20} api_key  {}", "", of("api_key"));
        println!("{:<20} try      curl '{}?api_key={}&action=user_info'\n", "", of("api"), of("api_key"));
    }
    println!("The API              {}", text("/docs"));
    println!("Health               {}", text("/health"));
    println!("Metrics              {}", text("/metrics"));
    if !has_ffmpeg {
        println!("\nffmpeg is not installed: all channels show the bundled clip instead of test pictures.");
    }
    for table in ["lines", "channels"] {
        println!("\nAll {table}\n{}", view::table(doors.get(table).unwrap_or(&Value::Null)));
    }
}
