//! What proves itself: books that only transfers move, an audit chain that cannot be cut or made
//! anew, and troubles that are known without being asked for.
#![allow(clippy::unwrap_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::ledger::Account;
use host_core::plan::{Database, Plan};
use host_core::port::{Store, Trouble};
use host_core::time::Unix;
use host_core::*;
use host_store::{Opened, Options, open};
use panel::*;
use std::path::{Path, PathBuf};

fn opened(path: &Path) -> Opened {
    open(path, Options::default()).unwrap()
}

fn database(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

fn audited(action: &str) -> Plan {
    let entry = audit::AuditEntry {
        at: Unix(1),
        actor: None,
        key_prefix: None,
        address: None,
        action: action.into(),
        object: None,
        before: serde_json::json!({}),
        after: serde_json::json!({"a": 1}),
        request: String::new(),
    };
    Plan { audit: vec![entry], ..Plan::default() }
}

/// A data directory with a sold line and six links, closed in order; and its tenant's database.
fn furnished() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let first = opened(&path);
    let panel = Panel::new(&*first.store);
    panel.done([insert(line(1, RESELLER))]);
    panel.top_up(RESELLER, 50);
    panel.done([transfer(Account::User(RESELLER), Account::User(BELOW), 20)]);
    for number in 0..6 {
        panel.commit(audited(&format!("act {number}"))).unwrap();
    }
    assert_eq!(panel.verify(), []);
    drop(first);
    let database = path.join("tenants/demo/panel.db");
    (folder, path, database)
}

fn findings(path: &Path) -> Vec<String> {
    let again = opened(path);
    Panel { store: &*again.store }
        .verify()
        .iter()
        .map(|found| format!("{}: {}", found.invariant, found.detail))
        .collect()
}

#[test]
fn verify_finds_planted_damage() {
    for (invariant, sql) in [
        (
            "ledger sum",
            "DROP TRIGGER balances_follow_from_transfers; UPDATE accounts SET balance = balance + 5 WHERE account = 2",
        ),
        (
            "balance",
            "DROP TRIGGER balances_follow_from_transfers; UPDATE accounts SET balance = balance + 5 WHERE account = 2; \
             UPDATE accounts SET balance = balance - 5 WHERE account = 0",
        ),
        ("balance", "DROP TRIGGER transfers_are_fixed; UPDATE transfers SET from_after = 1 WHERE id = 2"),
        ("foreign key", "PRAGMA foreign_keys = OFF; UPDATE lines SET owner = 404 WHERE id = 1"),
        ("row count", "UPDATE row_blocks SET rows = 7 WHERE list = 'line line'"),
        ("user reach", "DELETE FROM user_reach WHERE user = 2"),
        ("user reach", "INSERT INTO user_reach VALUES (3, 2)"),
        ("line reach", "DELETE FROM line_reach WHERE line = 1"),
        ("line reach", "INSERT INTO line_reach VALUES (3, 'line', 1)"),
        ("bouquet link", "INSERT INTO line_bouquets VALUES (404, 1)"),
        ("search index", "DELETE FROM lines_search WHERE rowid = 1"),
        ("user tree", "DROP TRIGGER a_user_moves; UPDATE users SET parent = 3 WHERE id = 2"),
        ("audit chain", "DROP TRIGGER audit_is_fixed; UPDATE audit SET after = '{}' WHERE id = 2"),
        ("audit chain", "DROP TRIGGER audit_is_kept; DELETE FROM audit WHERE id = 2"),
        ("audit chain", "INSERT INTO audit (at, action, before, after, request) VALUES (1, 'x', '', '', '')"),
    ] {
        let (_folder, path, panel) = furnished();
        database(&panel).execute_batch(sql).unwrap();
        let found = findings(&path);
        assert!(found.iter().any(|found| found.starts_with(invariant)), "{invariant}: {found:?}");
    }
}

#[test]
fn nothing_but_a_transfer_moves_a_balance() {
    let (_folder, path, panel) = furnished();
    let panel = database(&panel);
    for sql in [
        "UPDATE accounts SET balance = balance + 777 WHERE account = 2",
        "UPDATE accounts SET balance = 30 WHERE account = 3",
        "UPDATE accounts SET account = 99 WHERE account = 2",
        "INSERT INTO accounts (account, balance) VALUES (99, 5)",
        "DELETE FROM accounts WHERE account = 2",
        "INSERT INTO transfers (from_account, to_account, amount, from_after, to_after, reason, note, at) \
         VALUES (0, 2, 5, -1000, 1000, 'adjustment', '', 1)",
        "UPDATE transfers SET amount = 1",
        "DELETE FROM transfers",
    ] {
        assert!(panel.execute(sql, ()).is_err(), "{sql}");
    }
    let left = |id: u32| -> (u32, i64, u32, i64) {
        let sql = "SELECT from_account, from_after, to_account, to_after FROM transfers WHERE id = ?1";
        panel.query_row(sql, (id,), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap()
    };
    assert_eq!((left(1), left(2)), ((0, -50, RESELLER.0, 50), (RESELLER.0, 30, BELOW.0, 20)));
    drop(panel);
    assert_eq!(findings(&path), [""; 0]);
}

#[test]
fn a_chain_that_was_cut_at_its_end_is_found_however_long_it_grows_again() {
    let (_folder, path, panel) = furnished();
    database(&panel)
        .execute_batch(
            "DROP TRIGGER audit_is_kept; DELETE FROM audit WHERE id > 2; DELETE FROM audit_chain WHERE last > 2; \
             CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;",
        )
        .unwrap();
    assert!(findings(&path)[0].contains("was cut"));
    let again = opened(&path);
    for number in 0..10 {
        Panel { store: &*again.store }.commit(audited(&format!("later {number}"))).unwrap();
    }
    drop(again);
    assert!(findings(&path)[0].contains("was cut"), "an end in order does not note the other chain");
}

#[test]
fn what_is_noted_of_a_chain_cannot_be_made_up() {
    for sql in [
        "DELETE FROM audit_heads WHERE place = 1",
        "UPDATE audit_heads SET link = 2 WHERE place = 1",
        "UPDATE audit_heads SET link = 0, hash = zeroblob(32), seal = zeroblob(32) WHERE place = 1",
    ] {
        let (_folder, path, _) = furnished();
        database(&path.join("control.db")).execute_batch(sql).unwrap();
        assert!(findings(&path)[0].contains("missing or not ours"), "{sql}");
    }
}

#[test]
fn a_start_finds_planted_damage_in_its_sample() {
    let (_folder, path, panel) = furnished();
    let sql =
        "DROP TRIGGER balances_follow_from_transfers; UPDATE accounts SET balance = balance + 5 WHERE account = 2";
    database(&panel).execute_batch(sql).unwrap();
    let again = opened(&path);
    let broken = |trouble: &(Database, Trouble)| matches!(trouble, (HERE, Trouble::Broken(_)));
    while !again.store.troubles().iter().any(broken) {
        std::thread::yield_now();
    }
}

#[test]
fn a_missing_and_a_damaged_database_are_known_as_troubles() {
    let (_folder, path, panel) = furnished();
    let kept = path.join("kept");
    std::fs::rename(&panel, &kept).unwrap();
    let again = opened(&path);
    assert_eq!(again.store.troubles(), [(HERE, Trouble::Missing)]);
    drop(again);
    std::fs::write(&panel, "this is no database, but it is long enough to be read as one").unwrap();
    let again = opened(&path);
    assert!(matches!(&again.store.troubles()[..], [(HERE, Trouble::Damaged(_))]), "{:?}", again.store.troubles());
    drop(again);
    std::fs::rename(&kept, &panel).unwrap();
    assert_eq!(opened(&path).store.troubles(), []);
}

#[test]
fn a_second_look_finds_no_fault_with_what_was_written_since_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let opened = opened(&folder.path().join("data"));
    let panel = Panel::new(&*opened.store);
    for first in (1..20_000).step_by(500) {
        panel.done((first..first + 500).map(|id| insert(line(id, RESELLER))));
        if first % 5_000 == 1 {
            assert_eq!(panel.verify(), [], "from {first}");
        }
    }
    assert_eq!(panel.verify(), []);
}
