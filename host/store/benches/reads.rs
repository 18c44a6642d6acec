//! What reads cost inline on the calling thread, in CPU time: sign-in look-ups among many lines, a scoped row, a
//! catalogue of 20,000. Prints figures; there are no thresholds.
#![allow(clippy::unwrap_used)]

#[path = "../tests/conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::bouquet::Member;
use host_core::caller::Scope;
use host_core::object::Key;
use host_core::plan::Change;
use host_core::port::Store;
use host_core::stream::StreamKind;
use host_core::unique::Unique;
use host_core::{BouquetId, LineId, StreamId};
use host_store::{Options, open};
use panel::*;
use std::time::Instant;

const LINES: u32 = 100_000;
const STREAMS: u32 = 20_000;

/// Prints microseconds of a repeated read; the least of several batches.
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn measured(what: &str, times: u32, mut read: impl FnMut(u32)) {
    let batch = |read: &mut dyn FnMut(u32)| {
        let begin = Instant::now();
        (0..times).for_each(read);
        begin.elapsed().as_secs_f64() * 1e6 / f64::from(times)
    };
    let least = (0..5).map(|_| batch(&mut read)).fold(f64::INFINITY, f64::min);
    println!("{what}: {least:.1} µs");
}

fn main() {
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    let opened = open(&folder.path().join("data"), Options::default()).unwrap();
    let (panel, store) = (Panel::new(&*opened.store), &opened.store);
    for first in (1..LINES).step_by(5_000) {
        panel.done((first..first + 5_000).map(|id| insert(line(id, BELOW))));
    }
    for first in (1..STREAMS).step_by(5_000) {
        panel.done((first..first + 5_000).map(|id| insert(stream(id, StreamKind::Live))));
    }
    let members = (1..=STREAMS).rev().map(|id| Member::Stream(StreamId(id))).collect();
    panel.done([insert(bouquet(1)), Change::SetMembers(BouquetId(1), members)]);

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let some = |n: u32| n.wrapping_mul(2_654_435_761) % LINES + 1;
    measured("find a line by its user name", 20_000, |n| {
        let found = runtime.block_on(store.find(HERE, Unique::LineUsername(format!("line{}", some(n))))).unwrap();
        assert!(found.is_some());
    });
    measured("get a line in a tree", 20_000, |n| {
        let key = Key::Line(LineId(some(n)));
        assert!(runtime.block_on(store.get(HERE, Scope::Tree(RESELLER), key)).unwrap().is_some());
    });
    measured("whether a bouquet carries a stream", 20_000, |n| {
        let stream = StreamId(some(n) % STREAMS + 1);
        assert!(runtime.block_on(store.carries(TENANT, vec![BouquetId(1)], stream)).unwrap());
    });
    let catalogue = || {
        runtime
            .block_on(store.catalogue(TENANT, vec![BouquetId(1), BouquetId(2)], vec![StreamKind::Live], None))
            .unwrap()
    };
    measured("a catalogue of 20,000", 5, |_| assert_eq!(catalogue().len(), STREAMS as usize));
    let ids = catalogue();
    measured("its 20,000 streams", 2, |_| {
        assert_eq!(runtime.block_on(store.streams(TENANT, ids.clone())).unwrap().len(), STREAMS as usize);
    });
}
