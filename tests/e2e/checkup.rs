//! `linecard doctor`: what it looks at, what it advises, and that a real problem is an exit code.

use crate::process::{Outcome, Station, expose};
use serde_json::Value;
use std::net::TcpListener;

fn look(station: &Station, more: &[&str]) -> (Outcome, Vec<Value>) {
    let any = ["doctor", "--json", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"];
    let outcome = if more.is_empty() { station.run(&any) } else { station.run(more) };
    let rows = serde_json::from_str::<Value>(&outcome.out).unwrap_or_else(|error| panic!("{error}: {}", outcome.err));
    (outcome, rows.as_array().unwrap().clone())
}

/// The things with a problem.
fn problems(rows: &[Value]) -> Vec<&str> {
    let bad = rows.iter().filter(|row| row["state"] == "problem");
    bad.map(|row| row["what"].as_str().unwrap()).collect()
}

#[test]
fn a_sound_machine_is_told_what_was_looked_at() {
    let station = Station::new();
    let (outcome, rows) = look(&station, &[]);
    assert_eq!((outcome.code, problems(&rows)), (0, vec![]), "{}", outcome.out);
    for what in [
        "configuration",
        "data folder",
        "free space",
        "address 127.0.0.1:0",
        "ISP database",
        "country database",
        "ffmpeg",
        "open files",
    ] {
        assert!(rows.iter().any(|row| row["what"] == what), "{what} is not in {}", outcome.out);
    }
}

#[test]
fn what_keeps_a_panel_from_running_is_a_problem_and_an_exit_code() {
    let station = Station::new();
    station.json(&["tenant", "create", "acme"]);
    expose(&station.data());
    station.file(
        "linecard.toml",
        "[http]\ntls_cert = '/nowhere/cert.pem'\ntls_key = '/nowhere/key.pem'\n[media]\nroot = '/nowhere/films'\n\
         isp_database = '/nowhere/isp.mmdb'\ncountry_database = '/etc/hostname'\n",
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (outcome, rows) = look(&station, &["doctor", "--json", "--listen", &address, "--management", "127.0.0.1:0"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.starts_with("linecard: "), "{}", outcome.err);
    let own = format!("address {address}");
    let expected =
        ["data folder", &own, "certificate", "certificate", "media root", "ISP database", "country database"];
    assert_eq!(problems(&rows), expected, "{}", outcome.out);
    station.file("linecard.toml", "[http]\npublic_uri = 'x'\n");
    drop(taken);
    let (outcome, rows) = look(&station, &[]);
    assert_eq!((outcome.code, problems(&rows)), (1, vec!["configuration", "data folder"]), "{}", outcome.out);
    assert!(rows[0]["detail"].as_str().unwrap().contains("public_uri"), "{}", rows[0]);
}

#[test]
fn the_ports_of_the_running_panel_are_no_problem() {
    let station = Station::new();
    let serving = station.serve();
    let (listen, management) = (serving.url.replace("http://", ""), serving.management.replace("http://", ""));
    let (outcome, rows) = look(&station, &["doctor", "--json", "--listen", &listen, "--management", &management]);
    assert_eq!((outcome.code, problems(&rows)), (0, vec![]), "{}", outcome.out);
}
