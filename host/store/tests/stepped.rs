//! A store whose writers are driven by hand: nothing is written, granted or answered between steps,
//! and time is what the test says.
#![allow(clippy::unwrap_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::BouquetId;
use host_core::bouquet::Bouquet;
use host_core::caller::Scope;
use host_core::object::{Key, Kind};
use host_core::plan::{Database, Name, Plan};
use host_core::port::{CommitError, Committed, Pending, Store, StoreError};
use host_store::{Opened, Options, Writers, open, open_stepped};
use panel::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn polled<T, E>(answer: &mut Pending<'_, T, E>) -> Option<Result<T, E>> {
    match Pin::new(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

fn is_ready(answer: &mut Pending<'_, Committed, CommitError>) -> bool {
    polled(answer).is_some_and(|result| result.is_ok())
}

fn rows(opened: &Opened, kind: Kind) -> u32 {
    wait(opened.store.count(HERE, kind)).unwrap()
}

/// A stepped store with one tenant.
fn stepped(data: &Path) -> (Opened, Writers) {
    let (opened, mut writers) = open_stepped(data, Options { writers: 3, ..Options::default() }).unwrap();
    let mut born = opened.store.commit(Database::Control, plan([insert(tenant(TENANT, "demo"))]));
    writers.step(ms(0));
    assert!(is_ready(&mut born));
    drop(born);
    (opened, writers)
}

#[test]
fn plans_are_seen_and_answered_after_the_step_that_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    let (opened, mut writers) = stepped(&folder.path().join("data"));
    let before = writers.answered();
    assert!(!writers.has_orders());
    let mut one = opened.store.commit(HERE, plan([insert(bouquet(1))]));
    let mut two = opened.store.commit(HERE, plan([insert(bouquet(2))]));
    assert!(writers.has_orders());
    assert!(polled(&mut one).is_none() && polled(&mut two).is_none());
    assert_eq!((rows(&opened, Kind::Bouquet), writers.answered()), (0, before));
    assert_eq!(writers.step(ms(1)), None);
    assert_eq!((rows(&opened, Kind::Bouquet), writers.answered()), (2, before + 2));
    assert!(is_ready(&mut one) && is_ready(&mut two));
    assert!(!writers.has_orders());
}

#[test]
fn a_reservation_ends_at_the_step_whose_time_is_up() {
    let folder = tempfile::tempdir().unwrap();
    let (opened, mut writers) = stepped(&folder.path().join("data"));
    let mut first = opened.store.commit(HERE, plan([insert(bouquet(1))]));
    writers.step(ms(1));
    assert!(is_ready(&mut first));
    let names = BTreeSet::from([Name::Row(Key::Bouquet(BouquetId(1)))]);
    let mut reservation = opened.store.reserve(HERE, names, false);
    assert!(polled(&mut reservation).is_none());
    assert_eq!(writers.step(ms(10)), Some(ms(260)), "it says when the reservation ends by itself");
    let reservation = polled(&mut reservation).unwrap().unwrap();
    let read = wait(opened.store.get(HERE, Scope::Tenant, Key::Bouquet(BouquetId(1)))).unwrap();
    let one = read.and_then(<Bouquet as host_core::object::Stored>::from_object).unwrap();
    let mut held = opened.store.commit(HERE, plan([update(Bouquet { name: "other".into(), ..one.clone() })]));
    assert_eq!(writers.step(ms(259)), Some(ms(260)));
    assert!(polled(&mut held).is_none());
    assert_eq!(writers.step(ms(260)), None);
    assert!(is_ready(&mut held));
    // The time is over and the row has changed: the run that had the reservation must start again.
    let late = Plan { reservation: Some(reservation), ..plan([update(Bouquet { name: "own".into(), ..one })]) };
    let mut late = opened.store.commit(HERE, late);
    writers.step(ms(261));
    assert!(matches!(polled(&mut late), Some(Err(CommitError::Conflict(_)))));
}

#[test]
fn a_deleted_tenant_is_gone_when_nothing_more_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (opened, mut writers) = stepped(&folder.path().join("data"));
    let read = wait(opened.store.get(Database::Control, Scope::Tenant, Key::Tenant(TENANT))).unwrap().unwrap();
    let end = plan([host_core::plan::Change::Delete(read.key(), read.version())]);
    let mut end = opened.store.commit(Database::Control, end);
    let mut now = ms(1);
    while let Some(again) = writers.step(now) {
        now = again.max(now) + ms(1);
    }
    assert!(is_ready(&mut end));
    assert!(is_missing(wait(opened.store.count(HERE, Kind::Line))));
    assert!(!opened.directory.root().join("tenants/demo").exists());
}

#[test]
fn what_is_queued_is_written_by_an_end_in_order_and_lost_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (opened, writers) = stepped(&data);
    let mut one = opened.store.commit(HERE, plan([insert(bouquet(1))]));
    writers.finish(ms(1));
    assert!(is_ready(&mut one));
    let mut refused = opened.store.commit(HERE, plan([insert(bouquet(2))]));
    assert!(matches!(polled(&mut refused), Some(Err(CommitError::Store(StoreError::Busy)))));
    drop((one, refused));
    drop(opened);

    let (opened, writers) = open_stepped(&data, Options::default()).unwrap();
    let mut lost = opened.store.commit(HERE, plan([insert(bouquet(3))]));
    drop(writers);
    assert!(matches!(polled(&mut lost), Some(Err(CommitError::Store(StoreError::Busy)))));
    drop(lost);
    drop(opened);

    let opened = open(&data, Options::default()).unwrap();
    assert_eq!(rows(&opened, Kind::Bouquet), 1);
}
