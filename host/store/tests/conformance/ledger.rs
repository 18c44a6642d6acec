//! The ledger: credits only move, and every balance follows from its transfers.

use crate::panel::*;
use host_core::TransferId;
use host_core::credit::Credits;
use host_core::ledger::{Account, Transfer};
use host_core::plan::{Change, Guard};
use host_core::user::User;

const SYSTEM: Account = Account::System;

fn of(user: host_core::UserId) -> Account {
    Account::User(user)
}

pub(crate) fn credits_move_and_the_sum_stays_zero(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 1_000);
    panel.done([transfer(of(RESELLER), of(BELOW), 400), transfer(of(BELOW), SYSTEM, 100)]);
    assert_eq!((panel.balance(RESELLER), panel.balance(BELOW)), (600, 300));
    assert_eq!(wait(panel.store.balance(TENANT, SYSTEM)).unwrap().units(), -900);
    let moved = wait(panel.store.transfers(TENANT, of(BELOW), None, 10)).unwrap();
    assert_eq!(
        moved
            .iter()
            .map(|t| (t.transfer.from, t.transfer.amount.units(), t.from_after.units(), t.to_after.units()))
            .collect::<Vec<_>>(),
        [(of(BELOW), 100, 300, -900), (of(RESELLER), 400, 600, 400)]
    );
    assert!(moved.iter().all(|t| t.transfer.id.0 > 0 && t.transfer.note == "test"));
    let behind = wait(panel.store.transfers(TENANT, of(BELOW), Some(moved[0].transfer.id), 10)).unwrap();
    assert_eq!(behind, moved[1..]);
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_balance_never_falls_below_zero(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 1_000);
    let covers = |units| Guard::Covers(of(RESELLER), Credits::from_units(units));
    let spend = |units| transfer(of(RESELLER), SYSTEM, units);
    assert_eq!(conflict(panel.commit(plan([spend(1_001)]))), covers(1_001));
    // The second is not covered any more: neither is done.
    assert_eq!(conflict(panel.commit(plan([spend(600), spend(600)]))), covers(600));
    assert_eq!(conflict(panel.commit(guarded(covers(2_000), [spend(1)]))), covers(2_000));
    assert_eq!(panel.balance(RESELLER), 1_000);
    panel.done([spend(1_000)]);
    assert_eq!(panel.balance(RESELLER), 0);
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_transfer_of_nothing_or_to_itself_is_invalid(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 10);
    for change in [
        transfer(SYSTEM, of(RESELLER), 0),
        transfer(SYSTEM, of(RESELLER), -5),
        transfer(of(RESELLER), of(RESELLER), 5),
        transfer(SYSTEM, of(host_core::UserId(99)), 5),
        transfer(SYSTEM, of(RESELLER), i64::MAX),
    ] {
        assert!(is_invalid(panel.commit(plan([change.clone()]))), "{change:?}");
    }
    assert_eq!(panel.balance(RESELLER), 10);
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_transfer_is_taken_back_once_and_at_most_whole(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 1_000);
    panel.done([transfer(of(RESELLER), SYSTEM, 400)]);
    let [sale, gift] = &wait(panel.store.transfers(TENANT, of(RESELLER), None, 10)).unwrap()[..] else { panic!() };
    let (sale, gift) = (sale.transfer.id, gift.transfer.id);
    let back = |change: Change, id: TransferId| match change {
        Change::Transfer(moved) => {
            guarded(Guard::NotReversed(id), [Change::Transfer(Transfer { reverses: Some(id), ..moved })])
        }
        other => panic!("{other:?}"),
    };
    assert!(is_invalid(panel.commit(back(transfer(SYSTEM, of(RESELLER), 401), sale))), "more than it moved");
    assert!(is_invalid(panel.commit(back(transfer(of(RESELLER), SYSTEM, 1), sale))), "another way");
    assert!(is_invalid(panel.commit(back(transfer(SYSTEM, of(RESELLER), 1), TransferId(99)))), "of nothing");
    panel.commit(back(transfer(SYSTEM, of(RESELLER), 300), sale)).unwrap();
    assert_eq!(panel.balance(RESELLER), 900);
    let again = panel.commit(back(transfer(SYSTEM, of(RESELLER), 100), sale));
    assert_eq!(conflict(again), Guard::NotReversed(sale));
    let (_, reversed_by) = wait(panel.store.transfer(TENANT, sale)).unwrap().unwrap();
    let refund = reversed_by.unwrap();
    assert!(is_invalid(panel.commit(back(transfer(of(RESELLER), SYSTEM, 300), refund))), "a reversal stays");
    assert_eq!(wait(panel.store.transfer(TENANT, gift)).unwrap().unwrap().1, None);
    assert!(wait(panel.store.transfer(TENANT, TransferId(99))).unwrap().is_none());
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_user_with_credits_cannot_be_deleted(panel: &Panel<'_>) {
    panel.top_up(RIVAL, 10);
    let gone = |panel: &Panel<'_>| -> Change { delete(&panel.get::<User>(RIVAL).unwrap()) };
    assert!(is_invalid(panel.commit(plan([gone(panel)]))));
    let has_users = conflict(panel.commit(plan([delete(&panel.get::<User>(RESELLER).unwrap())])));
    assert_eq!(has_users, Guard::Referred, "has users below");
    panel.done([transfer(of(RIVAL), SYSTEM, 10), gone(panel)]);
    assert!(panel.get::<User>(RIVAL).is_none());
    assert_eq!(wait(panel.store.transfers(TENANT, of(RIVAL), None, 10)).unwrap().len(), 2, "the ledger is kept");
    assert_eq!(panel.verify(), []);
}
