//! How many flushes plans cost, counted by strace: one for a whole group of them, and never one
//! for each. The test runs itself as the process that is watched. Counts only, no times.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::ledger::Account;
use host_core::object::Kind;
use host_core::port::Store;
use host_store::{Options, open};
use panel::*;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const IN_FLIGHT: &str = "LINECARD_FLUSH_TEST_IN_FLIGHT";
const PLANS: &str = "LINECARD_FLUSH_TEST_PLANS";

/// Sells lines to a number of buyers at a time: each buyer comes back as soon as they are answered.
#[test]
#[ignore = "run by the tests below as the process that is watched"]
fn seller() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u32>().ok());
    let (Some(in_flight), Some(plans)) = (number(IN_FLIGHT), number(PLANS)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    Panel::new(&*opened.store).top_up(RESELLER, i64::from(plans));
    let next = Arc::new(AtomicU32::new(1));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let buyer = |_| {
            let (store, next) = (Arc::clone(&opened.store), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    if id > plans {
                        break;
                    }
                    let sale = [insert(line(id, RESELLER)), transfer(Account::User(RESELLER), Account::System, 1)];
                    store.commit(HERE, plan(sale)).await.unwrap();
                }
            })
        };
        for buyer in (0..in_flight).map(buyer).collect::<Vec<_>>() {
            buyer.await.unwrap();
        }
    });
    assert_eq!(wait(opened.store.count(HERE, Kind::Line)).unwrap(), plans);
}

/// Flushes of a whole run.
fn flushes(in_flight: u32, plans: u32) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts");
    let output = Command::new("strace")
        .args(["-f", "-c", "-U", "name,calls", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&counts)
        .arg(std::env::current_exe().unwrap())
        .args(["seller", "--exact", "--ignored", "--nocapture"])
        .env(IN_FLIGHT, in_flight.to_string())
        .env(PLANS, plans.to_string())
        .output()
        .expect("strace counts the flushes: install it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counts = std::fs::read_to_string(counts).unwrap();
    let calls = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["fsync" | "fdatasync", calls] => calls.parse::<u32>().ok(),
        _ => None,
    };
    counts.lines().filter_map(calls).sum()
}

/// Plans for each flush. What a run costs besides is taken off by a shorter one.
fn plans_per_flush(in_flight: u32, short: u32, long: u32) -> u32 {
    let (few, many) = (flushes(in_flight, short), flushes(in_flight, long));
    assert!(few > 0 && many > few, "{few} flushes of {short} plans, {many} of {long}: strace has seen nothing");
    eprintln!("{in_flight} in flight: {few} flushes of {short} plans, {many} of {long}");
    (long - short) / (many - few)
}

#[test]
fn with_64_plans_in_flight_one_flush_does_for_32_and_more() {
    assert!(plans_per_flush(64, 640, 6_400) >= 32);
}

#[test]
fn with_4096_plans_in_flight_one_flush_does_for_1000_and_more() {
    assert!(plans_per_flush(4_096, 4_096, 20_480) >= 1_000);
}
