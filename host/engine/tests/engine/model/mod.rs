//! Credits and the tree of users against a model of a few lines: random sequences of what users do to one another, each
//! answer and each balance compared. `LINECARD_SEQUENCES=10000` takes ten thousand sequences.

mod reference;

use crate::panel::{Panel, map};
use crate::users::{as_caller, create, delete, edit};
use crate::walk::Dice;
use host_core::caller::Caller;
use host_core::ledger::Account;
use host_core::{LineId, PackageId, UserId};
use host_engine::{Result, Work, credit, line, record, user};
use reference::{Deed, Model, Outcome};
use serde_json::{Map, Value, json};

/// Sequences of every run, unless `LINECARD_SEQUENCES` says how many.
const SEQUENCES: u64 = 300;
/// Deeds of a sequence.
const DEEDS: usize = 25;
/// Users there are at most: making one takes a password's hash.
const USERS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_users_do_credits_and_tree_are_as_the_model_says() {
    let panel = Panel::new().await;
    let rights = map(json!({ "create_users": true, "delete_users": true, "delete_lines": true }));
    let allow = async |work: &mut Work| record::edit(work, "group", panel.group, &rights).await;
    panel.engine.act(panel.admin.clone(), "rights", allow).await.unwrap();
    let refunds = map(json!({ "refunds": "unused" }));
    let refund = async |work: &mut Work| record::edit(work, "settings", 1, &refunds).await;
    panel.engine.act(panel.admin.clone(), "settings", refund).await.unwrap();
    let mut model = Model::new(panel.admin.user().unwrap().0, panel.reseller_id().0, 10_000);
    let sequences = std::env::var("LINECARD_SEQUENCES");
    let sequences = sequences.map_or(SEQUENCES, |text| text.parse().expect("LINECARD_SEQUENCES is a number"));
    for seed in 1..=sequences {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for step in 0..DEEDS {
            let deed = model.deed(&mut dice, USERS);
            let expected = model.outcome(&deed);
            let seen = done(&panel, &deed, seed * 1_000 + step as u64).await;
            let made = seen.as_ref().ok().copied().flatten();
            let seen = match seen {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Refused(error.refusal().expect("a refusal").code.as_str().to_owned()),
            };
            assert_eq!(seen, expected, "sequence {seed}, step {step}: {deed:?}\n{model:?}");
            if expected == Outcome::Done {
                model.apply(&deed, made);
            }
        }
        compare(&panel, &model, seed).await;
    }
    panel.verify().await;
}

/// Does a deed; the number of what was made.
async fn done(panel: &Panel, deed: &Deed, name: u64) -> Result<Option<u32>> {
    let by = |user: u32| -> Caller {
        if Some(UserId(user)) == panel.admin.user() { panel.admin.clone() } else { as_caller(panel, UserId(user)) }
    };
    let number = |view: Value| view["id"].as_u64().map(|id| u32::try_from(id).unwrap());
    match *deed {
        Deed::Create { by: who } => {
            let options = json!({ "username": format!("user{name}"), "password": "long enough" });
            create(panel, &by(who), options).await.map(|id| Some(id.0))
        }
        Deed::Adjust { by: who, user, amount } => {
            let amount =
                format!("{}{}.{:02}", if amount < 0 { "-" } else { "" }, amount.abs() / 100, amount.abs() % 100);
            let verb = async |work: &mut Work| credit::adjust(work, UserId(user), &amount, "").await;
            panel.engine.act_filled(by(who), "adjust", verb).await.map(|_| None)
        }
        Deed::Sell { by: who } => {
            let options = map(json!({ "username": format!("line{name}") }));
            let verb = async |work: &mut Work| line::sell(work, PackageId(panel.package), false, &options).await;
            panel.engine.act(by(who), "sell", verb).await.map(number)
        }
        Deed::Extend { by: who, line } => {
            let verb = async |work: &mut Work| line::extend(work, LineId(line), PackageId(panel.package), false).await;
            panel.engine.act(by(who), "extend", verb).await.map(|_| None)
        }
        Deed::DeleteLine { by: who, line } => {
            let verb = async |work: &mut Work| line::delete(work, LineId(line)).await;
            panel.engine.act(by(who), "delete", verb).await.map(|()| None)
        }
        Deed::DeleteUser { by: who, user } => delete(panel, &by(who), UserId(user), json!({})).await.map(|()| None),
        Deed::Move { user, parent } => {
            edit(panel, &panel.admin, UserId(user), json!({ "parent": parent })).await.map(|_| None)
        }
    }
}

/// What the panel has is what the model has.
async fn compare(panel: &Panel, model: &Model, seed: u64) {
    let mut sum = 0;
    for (id, known) in &model.users {
        let account = Account::User(UserId(*id));
        let balance = panel.engine.store().balance(panel.tenant, account).await.unwrap().to_string();
        assert_eq!(
            balance,
            format!("{}.{:02}", known.balance / 100, known.balance % 100),
            "sequence {seed}: user {id}"
        );
        sum += known.balance;
        let view = async |work: &mut Work| user::get(work, UserId(*id)).await;
        let view = panel.engine.act(panel.admin.clone(), "get", view).await.unwrap();
        assert_eq!(view["parent"], json!(known.parent), "sequence {seed}: user {id}");
    }
    let list = async |work: &mut Work| {
        let query = map(json!({ "limit": 1_000 }));
        Ok(serde_json::to_value(line::list(work, &query).await?).unwrap())
    };
    let lines = panel.engine.act(panel.admin.clone(), "list", list).await.unwrap();
    let rows = lines["rows"].as_array().unwrap();
    let owners: Map<String, Value> = rows.iter().map(|row| (row["id"].to_string(), row["owner"].clone())).collect();
    let known: Map<String, Value> =
        model.lines.iter().rev().map(|(id, line)| (id.to_string(), json!(line.owner))).collect();
    assert_eq!(owners, known, "sequence {seed}");
    let system = panel.engine.store().balance(panel.tenant, Account::System).await.unwrap().to_string();
    let spent: i64 = model.income;
    let due = spent - model.given;
    assert_eq!(system, format!("{}{}.{:02}", if due < 0 { "-" } else { "" }, due.abs() / 100, due.abs() % 100));
    assert_eq!(sum + due, 0, "sequence {seed}: credits came from nowhere");
}
