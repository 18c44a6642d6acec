//! Rows that are numbered for as long as a panel lives: guides that are replaced every hour, effects,
//! transfers. The counters are moved to where years would bring them.
#![allow(clippy::unwrap_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::event::Effect;
use host_core::guide::{Build, GuideChannel, GuideSource, Programme};
use host_core::ledger::Account;
use host_core::plan::{Change, Plan, Settled};
use host_core::time::Unix;
use host_core::*;
use host_store::{Options, open};
use panel::*;

/// Beyond what 32 bits hold, and what a number of JSON may hold in JavaScript.
const FAR: i64 = 1 << 54;

#[test]
fn guides_effects_and_transfers_go_on_beyond_what_32_bits_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let first = open(&path, Options::default()).unwrap();
    let panel = Panel::new(&*first.store);
    panel.done([insert(source())]);
    panel.top_up(RESELLER, 5);
    panel.commit(Plan { effects: vec![Effect::CheckConnections.into()], ..Plan::default() }).unwrap();
    drop(first);
    move_counters(&path.join("tenants/demo/panel.db"));

    let again = open(&path, Options::default()).unwrap();
    let panel = Panel { store: &*again.store };
    panel.done([guide()]);
    let before = panel.get::<GuideSource>(GuideSourceId(1)).unwrap();
    panel.done([update(GuideSource { current: Build(1), latest: Build(1), ..before })]);
    let channels = vec!["one".into()];
    let found = wait(panel.store.programmes(TENANT, None, channels, Unix(0), Unix(9), 9)).unwrap();
    assert!(found[0].id > FAR && found[0].title == "News", "{found:?}");

    panel.top_up(RESELLER, 7);
    let transfers = wait(panel.store.transfers(TENANT, Account::User(RESELLER), None, 9)).unwrap();
    assert_eq!(
        (transfers[0].transfer.id.0 > FAR, transfers[0].transfer.amount.units(), panel.balance(RESELLER)),
        (true, 7, 12)
    );

    panel.commit(Plan { effects: vec![Effect::CheckConnections.into()], ..Plan::default() }).unwrap();
    let waiting = || wait(panel.store.outbox(HERE, NODE, Unix(i64::MAX), 9)).unwrap();
    assert!(waiting().last().unwrap().id.0 > FAR);
    panel.done(waiting().into_iter().map(|waiting| Change::Settle(waiting.id, Settled::Done)));
    assert!(waiting().is_empty());
    assert_eq!(panel.verify(), []);
}

/// Sets the counters as if that many rows had been made and deleted.
fn move_counters(database: &std::path::Path) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let moved = connection.execute("UPDATE sqlite_sequence SET seq = ?1 WHERE name IN ('outbox', 'transfers')", (FAR,));
    assert_eq!(moved.unwrap(), 2);
    let other = "INSERT INTO programmes (id, source, build, channel, start, stop, title, description, language) \
                 VALUES (?1, 9, 1, 'other', 0, 1, '', '', '')";
    connection.execute(other, (FAR,)).unwrap();
}

fn source() -> GuideSource {
    GuideSource::new(1, "guide".into(), Unix(0))
}

fn guide() -> Change {
    let channel = GuideChannel { id: "one".into(), name: "One".into(), icon: String::new() };
    let programme = Programme {
        id: 0,
        channel: "one".into(),
        start: Unix(0),
        stop: Unix(10),
        title: "News".into(),
        description: String::new(),
        language: "en".into(),
    };
    Change::Guide(GuideSourceId(1), Build(1), vec![channel], vec![programme])
}
