//! Plans are whole or not at all, alone and in company.

use crate::panel::*;
use host_core::bouquet::{Bouquet, Member};
use host_core::ledger::Account;
use host_core::line::Line;
use host_core::plan::{Change, Guard};
use host_core::port::CommitError;
use host_core::*;

pub(crate) fn a_plan_that_fails_late_leaves_nothing_and_harms_no_other(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 100);
    // Each second plan writes a line and then cannot pay for it.
    let plans = (1..=200).map(|id| {
        let price = if id % 2 == 0 { 1_000 } else { 1 };
        plan([insert(line(id, RESELLER)), transfer(Account::User(RESELLER), Account::System, price)])
    });
    let answers: Vec<_> = plans.map(|plan| panel.store.commit(HERE, plan)).collect();
    for (id, answer) in (1..).zip(answers) {
        let done = wait(answer);
        assert_eq!(done.is_ok(), id % 2 == 1, "{id}: {done:?}");
        assert_eq!(panel.get::<Line>(LineId(id)).is_some(), id % 2 == 1, "{id}");
    }
    assert_eq!(panel.balance(RESELLER), 0);
    // A plan that storage itself refuses is no conflict.
    let nowhere = Change::SetMembers(BouquetId(404), Vec::new());
    assert!(is_invalid(panel.commit(plan([insert(bouquet(1)), nowhere]))));
    // One that names what has gone meanwhile is.
    let nobody = Change::SetMembers(BouquetId(1), vec![Member::Stream(StreamId(404))]);
    assert_eq!(conflict(panel.commit(plan([insert(bouquet(1)), nobody]))), Guard::Referred);
    assert!(panel.get::<Bouquet>(BouquetId(1)).is_none());
    assert_eq!(panel.verify(), []);
}

pub(crate) fn many_plans_at_once_are_each_whole(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 1_000);
    panel.done([insert(line(1, RESELLER))]);
    // 64 at once want the same row at the same version: one gets it.
    let read = panel.get::<Line>(LineId(1)).unwrap();
    let answers: Vec<_> = (0..64)
        .map(|n| {
            let changed = update(Line { admin_notes: n.to_string(), ..read.clone() });
            panel.store.commit(HERE, plan([changed, transfer(Account::User(RESELLER), Account::System, 10)]))
        })
        .collect();
    let verdicts: Vec<_> = answers.into_iter().map(wait).collect();
    assert_eq!(verdicts.iter().filter(|verdict| verdict.is_ok()).count(), 1);
    let guard = Guard::Unchanged(object::Key::Line(LineId(1)), Version(1));
    for verdict in verdicts.into_iter().filter(Result::is_err) {
        assert!(matches!(verdict, Err(CommitError::Conflict(named)) if named == guard));
    }
    assert_eq!(panel.balance(RESELLER), 990);
    assert_eq!(panel.verify(), []);
}
