//! More tenants than databases may be open: descriptors keep their bound, nothing is lost, and a start opens only what it
//! needs. What a start opens is seen by strace; the test runs itself as the process that is watched.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::caller::Scope;
use host_core::object::Kind;
use host_core::plan::Database;
use host_core::port::{Query, Store};
use host_core::*;
use host_store::{Opened, Options, open};
use panel::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const TENANTS: u32 = 24;
const OPEN: usize = 4;

/// How often the tenants' databases are open in this process.
fn open_databases(data: &Path) -> usize {
    let links = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| entry.ok()?.path().read_link().ok());
    links.filter(|link| link.starts_with(data) && link.ends_with("panel.db")).count()
}

fn with_tenants(data: &Path) -> Opened {
    let opened = open(data, Options { databases: OPEN, writers: 1, ..Options::default() }).unwrap();
    for id in 1..=TENANTS {
        let born = insert(tenant(TenantId(id), &format!("t{id}")));
        wait(opened.store.commit(Database::Control, plan([born]))).unwrap();
        wait(opened.store.commit(Database::Tenant(TenantId(id)), plan([insert(bouquet(id))]))).unwrap();
    }
    opened
}

#[test]
fn databases_of_more_tenants_than_may_be_open_are_read_from_every_thread_within_the_bound() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let opened = with_tenants(&data);
    let store = &opened.store;
    std::thread::scope(|scope| {
        for thread in 0..6 {
            scope.spawn(move || {
                for id in (1..=TENANTS).chain(1..=TENANTS).skip(thread) {
                    let database = Database::Tenant(TenantId(id));
                    let found = wait(store.find(database, unique::Unique::BouquetName(bouquet(id).name))).unwrap();
                    assert!(found.is_some());
                    let listed = wait(store.list(database, Query::all(Kind::Bouquet, Scope::Tenant))).unwrap();
                    assert_eq!(listed.total, Some(1));
                }
            });
        }
    });
    // Twice as many, for reading and for writing, and a few that SQLite closes later, because the writer of the same
    // file has it locked.
    let open = open_databases(&data);
    assert!((1..4 * OPEN).contains(&open), "{open} of {TENANTS} databases");
}

const DATA: &str = "LINECARD_START_TEST_DATA";

/// Starts on a directory, and reads of one tenant.
#[test]
#[ignore = "run by the test below as the process that is watched"]
fn starter() {
    let Some(data) = std::env::var_os(DATA) else { return };
    let opened = open(Path::new(&data), Options::default()).unwrap();
    for _ in 0..100 {
        wait(opened.store.list(Database::Tenant(TenantId(3)), Query::all(Kind::Bouquet, Scope::Tenant))).unwrap();
    }
    assert_eq!(opened.store.troubles(), []);
}

/// The tenants whose databases a start opens.
fn opened_by_a_start(data: &Path) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("calls");
    let output = Command::new("strace")
        .args(["-f", "-e", "trace=open,openat", "-o"])
        .arg(&calls)
        .arg(std::env::current_exe().unwrap())
        .args(["starter", "--exact", "--ignored", "--nocapture"])
        .env(DATA, data)
        .output()
        .expect("strace sees what is opened: install it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = std::fs::read_to_string(calls).unwrap();
    let paths = calls.lines().filter_map(|line| line.split('"').nth(1)).filter(|path| path.ends_with("/panel.db"));
    paths.filter_map(|path| path.rsplit('/').nth(1).map(str::to_owned)).collect()
}

fn all() -> BTreeSet<String> {
    (1..=TENANTS).map(|id| format!("t{id}")).collect()
}

#[test]
fn a_start_after_an_end_in_order_opens_the_databases_that_are_read_and_those_that_were_put_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(with_tenants(&data));
    assert_eq!(opened_by_a_start(&data), BTreeSet::from(["t3".to_owned()]));
    let panel = data.join("tenants/t7/panel.db");
    let copy = panel.with_extension("copy");
    std::fs::copy(&panel, &copy).unwrap();
    std::fs::rename(&copy, &panel).unwrap();
    assert_eq!(opened_by_a_start(&data), BTreeSet::from(["t3".to_owned(), "t7".to_owned()]));
    assert_eq!(opened_by_a_start(&data), BTreeSet::from(["t3".to_owned()]), "it was looked at");
    // As a crash leaves it.
    std::fs::write(data.join("running"), "").unwrap();
    assert_eq!(opened_by_a_start(&data), all());
    let control = data.join("control.db");
    let copy = control.with_extension("copy");
    std::fs::copy(&control, &copy).unwrap();
    std::fs::rename(&copy, &control).unwrap();
    assert_eq!(opened_by_a_start(&data), all(), "another control database knows nothing of them");
}

#[test]
fn a_database_that_was_put_in_place_is_noted_when_it_has_work() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let opened = with_tenants(&data);
    let effects = vec![event::Effect::RestartStream { stream: StreamId(1) }.into()];
    let plan = plan::Plan { effects, ..plan::Plan::default() };
    wait(opened.store.commit(Database::Tenant(TenantId(7)), plan)).unwrap();
    assert_eq!(wait(opened.store.unfinished()).unwrap(), [], "the engine asks for the note");
    drop(opened);
    let panel = data.join("tenants/t7/panel.db");
    std::fs::rename(&panel, panel.with_extension("kept")).unwrap();
    std::fs::rename(panel.with_extension("kept"), &panel).unwrap();
    let opened = open(&data, Options::default()).unwrap();
    assert_eq!(wait(opened.store.unfinished()).unwrap(), [TenantId(7)]);
}
