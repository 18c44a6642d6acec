//! Late values: what is known only at commit, in answers, replies and audit rows.

use crate::panel::*;
use host_core::audit::AuditEntry;
use host_core::ledger::Account;
use host_core::plan::{Idempotency, Late, LateValue, Plan};
use host_core::time::Unix;
use serde_json::json;

fn late(token: &str, value: LateValue) -> Late {
    Late { token: token.into(), value }
}

fn entry(after: serde_json::Value) -> AuditEntry {
    AuditEntry {
        at: Unix(1),
        actor: Some(ADMIN),
        key_prefix: None,
        address: Some("10.0.0.1".into()),
        action: "reseller/adjust".into(),
        object: None,
        before: json!({}),
        after,
        request: "r1".into(),
    }
}

pub(crate) fn late_values_are_those_of_the_commit(panel: &Panel<'_>) {
    panel.top_up(RESELLER, 4_850_000);
    let account = Account::User(RESELLER);
    let wanted = vec![
        late("a", LateValue::BalanceBefore(account)),
        late("b", LateValue::BalanceAfter(account)),
        late("c", LateValue::AuditHash),
    ];
    let spend =
        |late| Plan { late, audit: vec![entry(json!({}))], ..plan([transfer(account, Account::System, 1_255)]) };
    let done = panel.commit(spend(wanted.clone())).unwrap().late;
    assert_eq!(done[..2], ["485.00", "484.8745"]);
    let hash: String = serde_json::from_str(&done[2]).unwrap();
    assert_eq!(hash.len(), 64);
    let next = panel.commit(spend(wanted)).unwrap().late;
    assert_eq!(next[0], "484.8745");
    assert_ne!(next[2], done[2], "each group has its own link");
    assert_eq!(panel.verify(), []);
}

pub(crate) fn tokens_are_replaced_in_the_kept_reply_and_the_audit(panel: &Panel<'_>) {
    let account = Account::User(RESELLER);
    let record = Idempotency {
        user: ADMIN,
        key: "k".into(),
        request: [1; 32],
        reply: br#"{"after":"late-b","hash":"late-c","text":"late-b in a sentence"}"#.to_vec(),
        at: Unix(1),
    };
    let done = panel
        .commit(Plan {
            late: vec![late("late-b", LateValue::BalanceAfter(account)), late("late-c", LateValue::AuditHash)],
            audit: vec![entry(json!({"balance": "late-b"}))],
            idempotency: Some(record),
            ..plan([transfer(Account::System, account, 20_000)])
        })
        .unwrap();
    let replayed = wait(panel.store.replayed(TENANT, ADMIN, "k".into())).unwrap().unwrap();
    let expected = format!(r#"{{"after":2.00,"hash":{},"text":"late-b in a sentence"}}"#, done.late[1]);
    assert_eq!(String::from_utf8(replayed.reply).unwrap(), expected);
    assert_eq!(panel.verify(), []);
}
