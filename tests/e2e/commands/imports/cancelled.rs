//! Imports that end in the middle, because the panel or the command does: what was committed
//! stays, and running them again completes them.

use super::entry;
use crate::commands::with_tenant;
use crate::panel::PROGRAM;
use crate::process::{Serving, Station};
use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Enough entries for a test to interfere long before the last one.
const MANY: u32 = 60_000;

fn playlist() -> String {
    (0..MANY).map(|number| entry(&format!("n{number}"), &format!("Channel {number}"), &format!("c{number}"))).collect()
}

/// Begins an import.
fn import(station: &Station, file: &str) -> Child {
    Command::new(PROGRAM)
        .arg("--data")
        .arg(station.data())
        .args(["--config", station.folder.path().join("linecard.toml").to_str().unwrap()])
        .args(["import", "m3u", file, "--tenant", "acme", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the first entries of an import are there.
async fn begun(serving: &Serving, made: &Value) {
    let text = |name: &str| made[name].as_str().unwrap();
    let admin = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let is_empty = async || {
        let answer = serving.post("acme.test", &format!("{admin}&action=get_streams&limit=1")).await;
        answer.json::<Value>().await.unwrap()["data"].as_array().unwrap().is_empty()
    };
    for _ in 0..600 {
        if !is_empty().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing is imported:\n{}", serving.log());
}

/// The number behind a word.
fn number(text: &str, behind: &str) -> u32 {
    let (_, rest) = text.split_once(behind).unwrap_or_else(|| panic!("no {behind:?} in {text}"));
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// Imports the whole file. What the cancelled import had added is there, the rest is added.
fn complete(station: &Station, file: &str, had: u32) {
    let report = station.json(&["import", "m3u", file, "--tenant", "acme"]);
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    assert_eq!((count("unchanged"), count("added")), (had.into(), (MANY - had).into()), "{report}");
    assert_eq!(report["state"], "done");
    assert_eq!(station.json(&["verify"])["broken"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_that_is_told_to_end_cancels_an_import_which_says_what_it_kept() {
    let (station, made) = with_tenant("acme");
    let serving = station.serve();
    let file = station.file("list.m3u", playlist());
    let import = import(&station, &file);
    begun(&serving, &made).await;
    let (status, took, log) = serving.terminate();
    assert!(status.success() && took < Duration::from_secs(15), "{status} after {took:?}:\n{log}");
    let said = import.wait_with_output().unwrap();
    let error = String::from_utf8(said.stderr).unwrap();
    assert_eq!((said.status.code(), said.stdout.len(), error.lines().count()), (Some(1), 0, 1), "{error}");
    assert!(error.contains("cancelled") && error.contains("stays") && error.contains("again"), "{error}");
    let had = number(&error, "\"added\":");
    assert!(0 < had && had < MANY, "{error}");
    complete(&station, &file, had);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_command_is_killed_is_cancelled_and_the_panel_goes_on() {
    let (station, made) = with_tenant("acme");
    let serving = station.serve();
    let file = station.file("list.m3u", playlist());
    let mut import = import(&station, &file);
    begun(&serving, &made).await;
    import.kill().unwrap();
    import.wait().unwrap();
    let line = serving.line_with("an import was cancelled");
    let had = number(&line.replace("\\\"", "\""), "\"added\":");
    assert!(0 < had && had < MANY, "{line}");
    complete(&station, &file, had);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_panel_is_killed_is_told_of_after_the_next_start() {
    let (station, made) = with_tenant("acme");
    let file = station.file("list.m3u", playlist());
    let serving = station.serve();
    let import = import(&station, &file);
    begun(&serving, &made).await;
    serving.kill();
    let said = import.wait_with_output().unwrap();
    let error = String::from_utf8(said.stderr).unwrap();
    assert!(said.status.code() == Some(1) && error.contains("ended before it answered"), "{error}");
    let serving = station.serve();
    serving.line_with("an import was interrupted");
    let dry = station.json(&["import", "m3u", &file, "--tenant", "acme", "--dry-run"]);
    let had = dry["counts"]["unchanged"].as_u64().unwrap();
    assert!(0 < had && had < u64::from(MANY), "{dry}");
    complete(&station, &file, u32::try_from(had).unwrap());
}
