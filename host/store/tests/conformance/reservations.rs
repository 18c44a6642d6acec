//! Reservations: a re-run is not overtaken by those who name the same things.

use crate::panel::*;
use host_core::line::Line;
use host_core::object::Key;
use host_core::plan::{Name, Plan};
use host_core::*;
use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn names(id: u32) -> BTreeSet<Name> {
    BTreeSet::from([Name::Row(Key::Line(LineId(id)))])
}

fn is_ready<F: Future>(future: std::pin::Pin<&mut F>) -> bool {
    matches!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_))
}

pub(crate) fn a_plan_that_names_a_held_row_waits_for_the_release(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER)), insert(line(2, RESELLER))]);
    let (one, two) = (panel.get::<Line>(LineId(1)).unwrap(), panel.get::<Line>(LineId(2)).unwrap());
    let reservation = wait(panel.store.reserve(HERE, names(1), false)).unwrap();
    let mut held = pin!(panel.store.commit(HERE, plan([update(Line { admin_notes: "other".into(), ..one.clone() })])));
    // Another row's plan passes, which also shows that the held one had its chance.
    panel.done([update(Line { admin_notes: "free".into(), ..two })]);
    assert!(!is_ready(held.as_mut()));
    let own = Plan { reservation: Some(reservation), ..plan([update(Line { admin_notes: "own".into(), ..one })]) };
    panel.commit(own).unwrap();
    panel.store.release(HERE, reservation);
    panel.store.release(HERE, reservation);
    let overtaken = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(held);
    assert!(overtaken.is_err());
    assert_eq!(panel.get::<Line>(LineId(1)).unwrap().admin_notes, "own");
}

pub(crate) fn a_reservation_ends_by_itself(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER))]);
    let one = panel.get::<Line>(LineId(1)).unwrap();
    wait(panel.store.reserve(HERE, names(1), false)).unwrap();
    // Nobody releases it; the commit is answered all the same.
    panel.done([update(one)]);
}

pub(crate) fn ids_are_taken_whatever_is_held(panel: &Panel<'_>) {
    let reservation = wait(panel.store.reserve(HERE, BTreeSet::new(), true)).unwrap();
    let mut held = pin!(panel.store.commit(HERE, plan([insert(bouquet(1))])));
    // What is alone asks for ids, which are taken by a plan of their own.
    panel.done([host_core::plan::Change::TakeIds(host_core::object::Kind::Line, 32)]);
    assert!(!is_ready(held.as_mut()), "the reservation still holds");
    panel.store.release(HERE, reservation);
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(held).unwrap();
}

pub(crate) fn alone_holds_every_other_plan_back(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER))]);
    let one = panel.get::<Line>(LineId(1)).unwrap();
    let reservation = wait(panel.store.reserve(HERE, BTreeSet::new(), true)).unwrap();
    let mut other = pin!(panel.store.commit(HERE, plan([insert(bouquet(1))])));
    let own = Plan { reservation: Some(reservation), ..plan([update(one)]) };
    panel.commit(own).unwrap();
    // Ended with its plan: the other one goes on without a release.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(other.as_mut()).unwrap();
}
