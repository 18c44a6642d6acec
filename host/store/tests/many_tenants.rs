//! More tenants than databases may be open: descriptors keep their bound, and nothing is lost.
#![allow(clippy::unwrap_used)]

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
use std::path::Path;

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
