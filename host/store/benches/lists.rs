//! What a page of lines costs, among a million lines of ten thousand resellers against the same among a thousand, in
//! CPU time of the thread. Prints figures; there are no thresholds.
//!
//! `BENCH_LINES` says how many lines the large panel has.
#![allow(clippy::unwrap_used)]

#[path = "../tests/conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::UserId;
use host_core::caller::Scope;
use host_core::line::{DeliveryType, Line};
use host_core::object::Kind;
use host_core::port::{Filter, Query, Store};
use host_core::user::Role;
use host_store::{Options, open};
use panel::*;

/// Pages asked for in a round.
const ASKED: u32 = 40;
/// Lines created beside those that are there.
const CREATED: u32 = 20_000;
const RESELLERS: u32 = 10_000;
/// Each of them is below one of the first hundred.
const FIRST: u32 = 100;

/// A panel with many lines.
struct Large {
    _folder: tempfile::TempDir,
    opened: host_store::Opened,
    lines: u32,
}

impl Large {
    fn new(lines: u32, resellers: u32) -> Large {
        let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
        let opened = open(&folder.path().join("data"), Options::default()).unwrap();
        let panel = Panel::new(&*opened.store);
        let above = |number: u32| if number < FIRST { RESELLER } else { UserId(100 + number % FIRST) };
        for first in (0..resellers).step_by(1_000) {
            let some = first..(first + 1_000).min(resellers);
            panel.done(some.map(|n| insert(user(UserId(100 + n), Some(above(n)), Role::Reseller))));
        }
        for first in (1..=lines).step_by(1_000) {
            let owner = |id: u32| UserId(100 + id.wrapping_mul(2_654_435_761) % resellers);
            panel.done((first..first + 1_000).map(|id| {
                let username = format!("u{:08x}{id}", id.wrapping_mul(0x9E37_79B1));
                let reseller_notes = format!("room {}", id % 9_973);
                insert(Line { username, reseller_notes, ..line(id, owner(id)) })
            }));
        }
        Large { _folder: folder, opened, lines }
    }

    /// Microseconds of a page; the least of several rounds.
    fn page(&self, query: &Query) -> f64 {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let round = || {
            let begin = cpu();
            for _ in 0..ASKED {
                runtime.block_on(self.opened.store.list(HERE, query.clone())).unwrap();
            }
            (cpu() - begin) / f64::from(ASKED)
        };
        (0..5).map(|_| round()).fold(f64::INFINITY, f64::min)
    }

    /// Microseconds of a new line, 64 in flight.
    fn create(&mut self) -> f64 {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let begin = cpu();
        runtime.block_on(async {
            let mut in_flight = tokio::task::JoinSet::new();
            for id in self.lines + 1..=self.lines + CREATED {
                if in_flight.len() == 64 {
                    in_flight.join_next().await.unwrap().unwrap();
                }
                let store = std::sync::Arc::clone(&self.opened.store);
                let new = plan([insert(line(id, UserId(100 + id % FIRST)))]);
                in_flight.spawn(async move { store.commit(HERE, new).await.map(drop).unwrap() });
            }
            in_flight.join_all().await;
        });
        self.lines += CREATED;
        (cpu() - begin) / f64::from(CREATED)
    }
}

/// CPU time of this process, in microseconds.
fn cpu() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    std::time::Duration::try_from(now).unwrap().as_secs_f64() * 1e6
}

fn main() {
    let lines = std::env::var("BENCH_LINES").map_or(1_000_000, |text| text.parse().unwrap());
    let (mut large, mut small) = (Large::new(lines, RESELLERS), Large::new(1_000, FIRST));
    let report = |what: &str, large: f64, small: f64| {
        println!("{what}: {large:.1} µs among {lines}, {small:.1} µs among 1,000: {:.2}", large / small);
    };
    let lines_of = |filters| [vec![Filter::Delivery(DeliveryType::Line)], filters].concat();
    let page = |scope: Scope, start: u32| Query {
        filters: lines_of(Vec::new()),
        scope,
        start,
        limit: 50,
        descending: true,
        ..Query::all(Kind::Line, scope)
    };
    let behind = |id: u32| Query { filters: lines_of(vec![Filter::After(id)]), ..page(Scope::Tree(RESELLER), 0) };
    let first = small.page(&page(Scope::Tree(RESELLER), 0));
    for (what, query) in [
        ("page 1 of all", page(Scope::Tenant, 0)),
        ("page 10,000 of all", page(Scope::Tenant, lines / 2)),
        ("page 1 of a tree", page(Scope::Tree(RESELLER), 0)),
        ("page 100 of a tree", page(Scope::Tree(RESELLER), 5_000)),
        ("page 10,000 of a tree", page(Scope::Tree(RESELLER), lines / 2)),
        ("page behind a cursor", behind(lines / 2)),
        ("page 1 of a reseller in the tree", page(Scope::Tree(UserId(103)), 0)),
    ] {
        report(what, large.page(&query), first);
    }
    for (what, text, scope) in [
        ("a search with 1 match", format!("u{:08x}77", 77_u32.wrapping_mul(0x9E37_79B1)), Scope::Tree(RESELLER)),
        ("a search with 10,000 matches of all", "room 97".to_owned(), Scope::Tenant),
        ("a search with 10,000 matches in a tree", "room 97".to_owned(), Scope::Tree(RESELLER)),
    ] {
        let query = Query { search: Some(text), ..page(scope, 0) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(large.opened.store.list(HERE, query.clone())).unwrap().matching.unwrap();
        println!("{what}: {:.1} µs, {found} found", large.page(&query));
    }
    report("a new line, 64 in flight", large.create(), small.create());
}
