//! Playlists that are imported again: which entry is which stream, and where the streams go.

mod cancelled;

use super::with_tenant;
use crate::panel::{TestPanel, TestTenant, run};
use crate::process::{Outcome, Station};
use flate2::Compression;
use flate2::write::GzEncoder;
use linecard::request::import::{FromFile, Import, M3u};
use linecard::request::{Request, perform};
use serde_json::{Value, json};
use std::io::Write;

/// More entries than one plan takes.
const MANY: u32 = 600;

/// One entry: its `tvg-id`, which may be empty, its name and the end of its address.
fn entry(tvg_id: &str, name: &str, address: &str) -> String {
    format!("#EXTINF:-1 tvg-id=\"{tvg_id}\" group-title=\"News\",{name}\nhttp://192.0.2.1/{address}.ts\n")
}

fn many() -> String {
    (0..MANY).map(|number| entry(&format!("f{number}"), &format!("Filler {number}"), &format!("f{number}"))).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn attempt(station: &Station, content: impl AsRef<[u8]>, more: &[&str]) -> Outcome {
    let file = station.file("list.m3u", content);
    station.run(&[&["import", "m3u", &file, "--tenant", "acme", "--json"], more].concat())
}

/// Imports one content after the other as a source of its own; the last one's counts.
fn counts(station: &Station, source: &str, contents: &[String]) -> Value {
    let import = |content| attempt(station, content, &["--source", source]).json()["counts"].clone();
    contents.iter().map(import).collect::<Vec<_>>().pop().unwrap()
}

#[test]
fn a_stream_stays_with_its_own_address_wherever_that_stands_in_the_file() {
    let (station, _) = with_tenant("acme");
    let (one, other) = (entry("a", "A", "one"), entry("a", "A", "other"));
    let later = format!("{other}{}{one}", many());
    assert_eq!(counts(&station, "list", &[one, later]), json!({ "added": MANY + 1, "unchanged": 1 }));
}

#[test]
fn an_entry_at_a_new_address_is_the_only_stream_of_its_id_and_name_or_a_new_one() {
    let (station, _) = with_tenant("acme");
    let (a, solo) = (|address: &str| entry("a", "A", address), |address: &str| entry("", "Solo", address));
    for (what, first, second, expected) in [
        ("the same id and name", a("1"), a("2"), json!({ "changed": 1 })),
        ("neither has an id, both have the name", solo("1"), solo("2"), json!({ "changed": 1 })),
        ("only one has an id", solo("1"), entry("s", "Solo", "2"), json!({ "added": 1, "missing": 1 })),
        ("two entries: which of them is it?", a("1"), a("2") + &a("3"), json!({ "added": 2, "missing": 1 })),
        ("two streams: which of them was it?", a("1") + &a("2"), a("3"), json!({ "added": 1, "missing": 2 })),
    ] {
        assert_eq!(counts(&station, what, &[first, second]), expected, "{what}");
    }
}

#[test]
fn a_packed_file_is_looked_through_as_well_and_one_that_breaks_off_takes_nothing() {
    let (station, _) = with_tenant("acme");
    let moved = format!("{}{}", entry("a", "A", "2"), many());
    attempt(&station, entry("a", "A", "1") + &many(), &[]).json();
    let mut cut = packed(&moved);
    cut.truncate(cut.len() * 3 / 4);
    let broken = attempt(&station, cut, &[]);
    assert_eq!((broken.code, broken.err.lines().count()), (1, 1), "{}", broken.err);
    let dry = attempt(&station, packed(&moved), &["--dry-run"]).json();
    assert_eq!(dry["counts"], json!({ "changed": 1, "unchanged": MANY }), "the broken file added no second A");
    let whole = attempt(&station, packed(&moved), &[]).json();
    assert_eq!(whole["counts"], dry["counts"]);
    assert_eq!(station.json(&["verify"])["broken"], json!([]));
}

/// Imports a playlist into a bouquet of the shared panel by the command's own request.
async fn import(tenant: &TestTenant, bouquet: &str, content: &str) -> Value {
    let file = tenant.panel.folder.path().join(format!("{}.m3u", tenant.name));
    std::fs::write(&file, content).unwrap();
    let (tenant_name, source) = (tenant.name.clone(), Some("list".into()));
    let from = FromFile { file, tenant: tenant_name, source, dry_run: false, report: None };
    let request = M3u { from, bouquet: Some(bouquet.into()), prune: false };
    let request = Request::Import(Import::M3u(request));
    perform(&tenant.panel.panel, &request, |_, _| ()).await.unwrap()["counts"].clone()
}

#[test]
fn all_streams_of_the_file_go_into_the_bouquet_that_is_named_in_the_files_order() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let one_and_two = entry("1", "One", "1") + &entry("2", "Two", "2");
        import(&tenant, "First", &one_and_two).await;
        let more = entry("3", "Three", "3") + &entry("2", "Two", "2b") + &entry("1", "One", "1");
        let counts = import(&tenant, "Second", &more).await;
        assert_eq!(counts, json!({ "added": 1, "changed": 1, "unchanged": 1 }));
        let bouquets = tenant.admin().ok("get_bouquets", &[]).await;
        let line = async |name: &str| {
            let found = bouquets.as_array().unwrap().iter().find(|bouquet| bouquet["bouquet_name"] == name);
            let id = found.unwrap_or_else(|| panic!("no {name} in {bouquets}"))["id"].clone();
            tenant.line(json!({ "username": name, "bouquets": [id] })).await
        };
        let (first, second) = (line("First").await, line("Second").await);
        assert_eq!(tenant.channels(&first).await, ["One", "Two"]);
        assert_eq!(tenant.channels(&second).await, ["Three", "Two", "One"]);
        let generation = tenant.panel.engine().store().catalogue_generation(tenant.id, None);
        assert_eq!(import(&tenant, "Second", &more).await, json!({ "unchanged": 3 }));
        let after = tenant.panel.engine().store().catalogue_generation(tenant.id, None);
        assert_eq!(after, generation, "nothing is written for streams that the bouquet has");
    });
}
