//! `linecard demo`: what it prints is true. That everything plays, `.ci/demo` tries with ffprobe.

use crate::panel::PROGRAM;
use crate::process::client;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running demo; it is asked to end, so that it takes its folder with it.
struct Demo {
    child: Child,
    doors: Value,
}

impl Demo {
    fn start() -> Demo {
        Demo::with(Command::new(PROGRAM))
    }

    fn with(mut command: Command) -> Demo {
        command.args(["demo", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0", "--json"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let doors = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Demo { child, doors }
    }

    fn text(&self, name: &str) -> &str {
        self.doors[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.doors))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_login_and_address_that_the_demo_prints_is_good() {
    let demo = Demo::start();
    let web = client();
    let get = async |url: &str| web.get(url).send().await.unwrap();
    let json = async |url: &str| get(url).await.json::<Value>().await.unwrap();
    let url = demo.text("url");
    let lines = demo.doors["lines"].as_array().unwrap();
    let mut statuses = Vec::new();
    for line in lines {
        let (username, password) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
        let account = json(&format!("{url}/player_api.php?username={username}&password={password}")).await;
        statuses.push(account["user_info"]["status"].clone());
    }
    assert_eq!(statuses, [json!("Active"), json!("Active"), json!("Expired")]);
    for surface in ["admin", "reseller"] {
        let of = |name: &str| demo.doors[surface][name].as_str().unwrap();
        let told = json(&format!("{}?api_key={}&action=user_info", of("api"), of("api_key"))).await;
        assert_eq!((&told["status"], &told["data"]["username"]), (&json!("STATUS_SUCCESS"), &json!(of("username"))));
    }
    let account = demo.text("player_api");
    let series = json(&format!("{account}&action=get_series")).await;
    assert_eq!(series[0]["name"], "Corridors", "{series}");
    for file in ["movie", "episode"] {
        let bytes = get(demo.text(file)).await.bytes().await.unwrap();
        assert!(bytes.len() > 100_000 && bytes.chunks(188).all(|packet| packet[0] == 0x47), "{file}");
    }
    assert!(demo.doors["channels"].as_array().unwrap().len() >= 4);
    for (name, part) in [
        ("playlist", "Campus News"),
        ("guide", "news.campus"),
        ("docs", "data-surface"),
        ("health", "ready"),
        ("metrics", "linecard_"),
    ] {
        let answer = get(demo.text(name)).await;
        assert_eq!(answer.status(), 200, "{name}");
        assert!(answer.text().await.unwrap().contains(part), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_films_play_whatever_the_configuration_says_of_other_films() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("linecard.toml");
    std::fs::write(&config, format!("[media]\nroot = {:?}\n", folder.path())).unwrap();
    let mut command = Command::new(PROGRAM);
    command.arg("--config").arg(config);
    let demo = Demo::with(command);
    for file in ["movie", "episode"] {
        let answer = client().get(demo.text(file)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{file}");
    }
}
