//! Users who are deleted, and what becomes of what was theirs.

use super::{as_caller, below, delete, edit, refused, rights, top, view};
use crate::panel::{Panel, code, from, map};
use crate::seats::start;
use host_core::caller::Caller;
use host_core::ledger::Account;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::plan::MAX_CHANGES;
use host_core::secret::{Mac, Secret};
use host_core::{LineId, PackageId, UserId};
use host_engine::{Finished, Work, credit, line, user};
use serde_json::{Map, Value, json};

/// A line that a reseller sells.
async fn sold(panel: &Panel, by: UserId, username: &str) {
    let options = map(json!({ "username": username, "password": "secret-1" }));
    let package = PackageId(panel.package);
    let verb = async |work: &mut Work| line::sell(work, package, false, &options).await;
    panel.engine.act(as_caller(panel, by), "sell", verb).await.unwrap();
}

/// Who owns the lines that the panel has, by name.
async fn owners(panel: &Panel) -> Value {
    let none = Map::new();
    let verb = async |work: &mut Work| Ok(serde_json::to_value(line::list(work, &none).await?).unwrap());
    let page = panel.engine.act(panel.admin.clone(), "list", verb).await.unwrap();
    let owned = page["rows"].as_array().unwrap().iter();
    owned.map(|row| (row["username"].as_str().unwrap().to_owned(), row["owner"].clone())).collect()
}

async fn system_balance(panel: &Panel) -> String {
    panel.engine.store().balance(panel.tenant, Account::System).await.unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_return_to_the_one_above_and_lines_and_users_move_up_untouched() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    let sub = below(&panel, seller, "sub").await;
    let subsub = below(&panel, sub, "subsub").await;
    panel.give(sub, "25").await;
    panel.give(subsub, "10").await;
    sold(&panel, sub, "ofsub").await;
    sold(&panel, subsub, "ofsubsub").await;
    let key = async |work: &mut Work| user::create_key(work, sub, &Map::new()).await;
    let key = panel.engine.act(panel.admin.clone(), "key", key).await.unwrap();
    let seat = start(&panel, "ofsub", "10.0.0.1", "a").await.unwrap();
    delete(&panel, &panel.reseller, sub, json!({})).await.unwrap();
    assert_eq!(seat.is_ended(), None, "who watches goes on");
    assert_eq!(owners(&panel).await, json!({ "ofsub": seller, "ofsubsub": subsub }));
    assert_eq!((panel.balance(seller).await, panel.balance(sub).await), ("115.00".into(), "0.00".into()));
    assert_eq!(view(&panel, subsub).await.unwrap()["parent"], seller.0);
    assert_eq!(code(view(&panel, sub).await), "not_found");
    let key = Secret::new(key["key"].as_str().unwrap());
    assert_eq!(code(panel.engine.sign_in_key(panel.tenant, &key, true, &from("10.0.0.1")).await), "auth_failed");
    let last = panel.engine.store().transfers(panel.tenant, Account::User(seller), None, 1).await.unwrap();
    let last = serde_json::to_value(&last[0]).unwrap();
    assert_eq!(
        (&last["reason"], &last["amount"], &last["note"]),
        (&json!("settlement"), &json!("15.00"), &json!("sub"))
    );
    edit(&panel, &panel.reseller, subsub, json!({ "enabled": false })).await.unwrap();
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_reseller_below_the_panel_the_panel_gets_the_credits_and_an_admin_keeps_the_lines() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    let sub = below(&panel, seller, "sub").await;
    sold(&panel, seller, "guest").await;
    let other = top(&panel, "other").await;
    for (gone, by) in [(seller, panel.admin.clone()), (other, Caller::system(panel.tenant, "test"))] {
        delete(&panel, &by, gone, json!({})).await.unwrap();
    }
    assert_eq!((system_balance(&panel).await, panel.balance(seller).await), ("0.00".into(), "0.00".into()));
    assert_eq!(owners(&panel).await, json!({ "guest": panel.admin.user() }));
    assert_eq!(view(&panel, sub).await.unwrap()["parent"], json!(null));
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_says_who_gets_what_was_theirs() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    let sub = below(&panel, seller, "sub").await;
    below(&panel, sub, "subsub").await;
    let other = top(&panel, "other").await;
    let deep = below(&panel, below(&panel, below(&panel, other, "o2").await, "o3").await, "o4").await;
    sold(&panel, seller, "guest").await;
    for (wanted, heir) in [
        ("invalid_input", seller),
        ("invalid_input", sub),
        ("invalid_input", UserId(987_654)),
        // Two levels below the fourth one are one more than there may be.
        ("not_permitted", deep),
    ] {
        let outcome = delete(&panel, &panel.admin, seller, json!({ "replace_with": heir })).await;
        assert_eq!(refused(outcome), (wanted.into(), Some("replace_with".into())), "{heir}");
    }
    let outcome = delete(&panel, &panel.reseller, sub, json!({ "replace_with": other })).await;
    assert_eq!(refused(outcome), ("not_permitted".into(), Some("replace_with".into())));
    delete(&panel, &panel.admin, seller, json!({ "replace_with": other })).await.unwrap();
    assert_eq!(owners(&panel).await, json!({ "guest": other }));
    assert_eq!(view(&panel, sub).await.unwrap()["parent"], other.0);
    assert_eq!(panel.balance(other).await, "0.00", "credits go back to where they came from");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_delete_whom_is_told_so() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    let sub = below(&panel, seller, "sub").await;
    let admin = panel.admin.user().unwrap();
    for (by, whom) in [(&panel.reseller, seller), (&panel.admin, admin), (&Caller::system(panel.tenant, "test"), admin)]
    {
        assert_eq!(code(delete(&panel, by, whom, json!({})).await), "not_permitted");
    }
    rights(&panel, json!({ "delete_users": false })).await;
    assert_eq!(code(delete(&panel, &panel.reseller, sub, json!({})).await), "not_permitted");
    delete(&panel, &panel.admin, sub, json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_says_what_moved_to_whom() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    let sub = below(&panel, seller, "sub").await;
    below(&panel, sub, "subsub").await;
    panel.give(sub, "25").await;
    sold(&panel, sub, "first").await;
    sold(&panel, sub, "second").await;
    let mut work = panel.engine.begin(panel.reseller.clone(), "delete").dry_run(true).attempt();
    user::delete(&mut work, sub, &Map::new()).await.unwrap();
    let changes = work.listing()["changes"].clone();
    let about_them: Vec<_> =
        changes.as_array().unwrap().iter().filter(|row| row["object"] == format!("user {sub}")).collect();
    let after = |name: &str| about_them.iter().find_map(|row| row["after"].get(name).map(|_| row["after"].clone()));
    assert_eq!(after("lines_moved"), Some(json!({ "lines_moved": 2, "to": seller })));
    assert_eq!(after("users_moved"), Some(json!({ "users_moved": 1, "to": seller })));
    assert_eq!(after("credits").unwrap()["credits"]["amount"], "5.00");
    assert_eq!(about_them[0]["before"]["username"], "sub");
    assert_eq!(view(&panel, sub).await.unwrap()["credits"], "5.00", "a dry run does nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_them_while_they_are_deleted_moves_too() {
    let panel = Panel::new().await;
    let seller = panel.reseller_id();
    for meanwhile in ["credits", "line", "user"] {
        let sub = below(&panel, seller, &format!("sub-{meanwhile}")).await;
        panel.give(sub, "20").await;
        let before = panel.balance(seller).await;
        let mut run = panel.engine.begin(panel.reseller.clone(), "delete");
        let mut work = run.attempt();
        user::delete(&mut work, sub, &Map::new()).await.unwrap();
        match meanwhile {
            "credits" => {
                let give = async |work: &mut Work| credit::adjust(work, sub, "5", "").await;
                panel.engine.act_filled(panel.reseller.clone(), "give", give).await.unwrap();
            }
            "line" => sold(&panel, sub, "late").await,
            _ => drop(below(&panel, sub, "late").await),
        }
        assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again), "{meanwhile}");
        let mut work = run.attempt();
        user::delete(&mut work, sub, &Map::new()).await.unwrap();
        assert!(run.settle(work).await.unwrap());
        let moved = if meanwhile == "line" { 10.0 } else { 20.0 };
        let wanted = before.parse::<f64>().unwrap() + moved;
        assert_eq!(panel.balance(seller).await.parse::<f64>().unwrap(), wanted, "{meanwhile}");
    }
    assert_eq!(owners(&panel).await, json!({ "late": seller }));
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_lines_than_a_plan_may_have_changes_move_in_one_plan() {
    let panel = Panel::new().await;
    let sub = below(&panel, panel.reseller_id(), "sub").await;
    for part in 0..2 {
        let verb = async |work: &mut Work| {
            for number in 0..=MAX_CHANGES / 2 {
                let id = LineId(work.next_id(Kind::Line).await?);
                let mut line = Line::blank(id, sub, format!("line-{part}-{number}"), work.now());
                line.password_mac = Mac([7; 32]);
                work.insert(line);
            }
            Ok(())
        };
        panel.engine.act(panel.admin.clone(), "many", verb).await.unwrap();
    }
    delete(&panel, &panel.reseller, sub, json!({})).await.unwrap();
    let query = map(json!({ "limit": 1 }));
    let verb = async |work: &mut Work| Ok(serde_json::to_value(line::list(work, &query).await?).unwrap());
    let page = panel.engine.act(panel.reseller.clone(), "list", verb).await.unwrap();
    assert_eq!(page["total"], 2 * (MAX_CHANGES / 2 + 1));
    assert_eq!(page["rows"][0]["owner"], panel.reseller_id().0);
    panel.verify().await;
}
