//! A flush that fails, made by strace: whoever was told that nothing was done finds nothing done,
//! after a crash too. The test runs itself as the process whose flushes fail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::ledger::Account;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::plan::Database;
use host_core::port::{CommitError, Store, StoreError, Trouble};
use host_core::*;
use host_store::{Options, open};
use panel::*;
use std::path::Path;
use std::process::Command;

const DATA: &str = "LINECARD_FAILED_FLUSH_TEST_DATA";
const CREDITS: i64 = 1_000;
const SALES: u32 = 6;

/// Sells lines one after the other, says what it was told of each, and dies without an end.
#[test]
#[ignore = "run by the tests below as the process whose flushes fail"]
fn seller() {
    let Ok(data) = std::env::var(DATA) else { return };
    let opened = open(Path::new(&data), Options::default()).unwrap();
    for id in 1..=SALES {
        let sale = plan([insert(line(id, RESELLER)), transfer(Account::User(RESELLER), Account::System, 1)]);
        let told = match wait(opened.store.commit(HERE, sale)) {
            Ok(_) => "done",
            Err(CommitError::Store(StoreError::Unknown(_))) => "unknown",
            Err(_) => "failed",
        };
        println!("{id} {told}");
        let unwritable = matches!(&opened.store.troubles()[..], [(HERE, Trouble::Unwritable(_))]);
        println!("{id} {}", if unwritable { "stopped" } else { "goes-on" });
        // Readers see what they were told.
        let lines = wait(opened.store.count(HERE, Kind::Line)).unwrap();
        println!("{id} sees {lines}");
    }
    std::process::abort();
}

/// What each sale was told when these flushes of the tenant's log fail, in strace's words, and
/// the data directory as the crash left it.
fn told(flushes: &str) -> (tempfile::TempDir, Vec<(u32, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().canonicalize().unwrap().join("data");
    let opened = open(&data, Options::default()).unwrap();
    Panel::new(&*opened.store).top_up(RESELLER, CREDITS);
    drop(opened);
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-P"])
        .arg(data.join("tenants/demo/panel.db-wal"))
        .args(["-e", "trace=fsync,fdatasync", "-e"])
        .arg(format!("inject=fsync,fdatasync:error=EIO:when={flushes}"))
        .arg(std::env::current_exe().unwrap())
        .args(["seller", "--exact", "--ignored", "--nocapture"])
        .env(DATA, &data)
        .output()
        .expect("strace makes the flushes fail: install it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut told: Vec<(u32, String)> = Vec::new();
    let mut done = 0;
    for words in said.lines().map(|said| said.split(' ').collect::<Vec<_>>()) {
        match words[..] {
            [id, "sees", lines] => assert_eq!(lines, done.to_string(), "{flushes}: sale {id} of {said}"),
            // Nothing is written exactly as long as a doubt is left.
            [id, word @ ("stopped" | "goes-on")] => {
                let settled = told.iter().rposition(|(_, told)| told == "done");
                let doubt = told.iter().rposition(|(_, told)| told == "unknown");
                assert_eq!(word == "stopped", doubt > settled, "{flushes}: sale {id} of {said}");
            }
            [id, word @ ("done" | "failed" | "unknown")] => {
                done += u32::from(word == "done");
                told.push((id.parse().unwrap(), word.to_owned()));
            }
            _ => {}
        }
    }
    assert_eq!(told.len(), SALES as usize, "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    (folder, told)
}

/// Opens what the crash left: what was told must be true.
fn holds(flushes: &str, folder: &tempfile::TempDir, told: &[(u32, String)]) {
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    assert!(opened.directory.was_unclean());
    let panel = Panel { store: &*opened.store };
    for (id, word) in told {
        let is_there = panel.get::<Line>(LineId(*id)).is_some();
        match word.as_str() {
            "done" => assert!(is_there, "{flushes}: line {id} was acknowledged: {told:?}"),
            "failed" => assert!(!is_there, "{flushes}: line {id} was told to have failed: {told:?}"),
            _ => {}
        }
    }
    let lines = i64::from(wait(opened.store.count(HERE, Kind::Line)).unwrap());
    assert_eq!(panel.balance(RESELLER), CREDITS - lines, "each line was paid, and nothing else");
    assert_eq!(panel.verify(), []);
    assert_eq!(wait(opened.store.verify(Database::Control)).unwrap().findings, []);
}

fn how_many(told: &[(u32, String)], word: &str) -> usize {
    told.iter().filter(|(_, told)| told == word).count()
}

#[test]
fn what_was_told_to_have_failed_is_not_there_after_a_crash() {
    // The first flushes are those of the log's head and of the first sale.
    for flush in 1..=4 {
        let flushes = flush.to_string();
        let (folder, told) = told(&flushes);
        assert_eq!((how_many(&told, "failed"), how_many(&told, "unknown")), (1, 0), "{flushes}: {told:?}");
        holds(&flushes, &folder, &told);
    }
}

#[test]
fn what_cannot_be_undone_for_good_is_told_to_be_unknown_and_nothing_is_written_until_it_is() {
    // One that fails, and then as many attempts at undoing it as it takes.
    let (folder, first) = told("3..4");
    assert_eq!(how_many(&first, "unknown"), 1, "{first:?}");
    assert!(first.iter().skip_while(|(_, word)| word != "unknown").skip(1).all(|(_, word)| word == "done"));
    holds("3..4", &folder, &first);

    let (folder, ever) = told("3+");
    let after: Vec<_> = ever.iter().skip_while(|(_, word)| word != "unknown").map(|(_, word)| word.as_str()).collect();
    assert!(after.len() > 1 && after[0] == "unknown" && after[1..].iter().all(|word| *word == "failed"), "{ever:?}");
    holds("3+", &folder, &ever);
}
