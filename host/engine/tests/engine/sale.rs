//! Sales: who pays what, and what two sellers at once can do.

use crate::panel::{PRICE, Panel, caller, code, map};
use host_core::ledger::Account;
use host_core::user::{Role, User};
use host_core::{LineId, PackageId, UserId};
use host_engine::{Work, credit, line, record, user};
use serde_json::{Map, Value, json};

async fn sell(
    panel: &Panel,
    by: &host_core::caller::Caller,
    trial: bool,
    options: Value,
) -> host_engine::Result<Value> {
    let (package, options) = (PackageId(panel.package), map(options));
    let verb = async |work: &mut Work| line::sell(work, package, trial, &options).await;
    panel.engine.act(by.clone(), "reseller/create_line", verb).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_charges_the_price_and_makes_a_line_that_signs_in() {
    let panel = Panel::new().await;
    let view = sell(&panel, &panel.reseller, false, json!({ "username": "guest" })).await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, "90.00");
    assert_eq!(view["status"], "active");
    assert_eq!(view["bouquets"], json!([panel.bouquets[0]]));
    assert!(view.get("admin_notes").is_none(), "a reseller does not see the admins' notes");
    let password = view["password"].as_str().unwrap();
    assert!(password.len() >= 12);
    let signed = panel.sign_in("guest", password).await.unwrap();
    assert_eq!(u64::from(signed.line.id.0), view["id"].as_u64().unwrap());
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_sold_for_what_it_is_for_and_lists_keep_the_types_apart() {
    let panel = Panel::new().await;
    let admin = async |fields: Value| {
        let edit = async |work: &mut Work| record::edit(work, "package", panel.package, &map(fields.clone())).await;
        panel.engine.act(panel.admin.clone(), "edit", edit).await.unwrap();
    };
    admin(json!({ "for_mag": false })).await;
    let mag = json!({ "username": "box-1", "delivery": "mag", "mac": "00:1A:79:00:00:01" });
    let refused = sell(&panel, &panel.reseller, false, mag.clone()).await;
    assert_eq!(refused.as_ref().unwrap_err().refusal().unwrap().field.as_deref(), Some("package"));
    assert_eq!(code(refused), "invalid_package");
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
    admin(json!({ "for_mag": true })).await;
    let sold = sell(&panel, &panel.reseller, false, mag).await.unwrap();
    assert_eq!(sold["delivery"], "mag");
    sell(&panel, &panel.reseller, false, json!({ "username": "line-1" })).await.unwrap();
    let listed = async |query: Value| {
        let verb =
            async |work: &mut Work| Ok(serde_json::to_value(line::list(work, &map(query.clone())).await?).unwrap());
        panel.engine.act(panel.reseller.clone(), "list", verb).await
    };
    let names =
        |page: &Value| page["rows"].as_array().unwrap().iter().map(|row| row["username"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&listed(json!({ "delivery": "mag" })).await.unwrap()), ["box-1"]);
    assert!(!names(&listed(json!({})).await.unwrap()).contains(&json!("box-1")));
    assert_eq!(code(listed(json!({ "delivery": "tv" })).await), "invalid_input");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_is_given_back_once_however_many_ask_at_once() {
    let panel = Panel::new().await;
    sell(&panel, &panel.reseller, false, json!({})).await.unwrap();
    let account = Account::User(panel.reseller_id());
    let paid = panel.engine.store().transfers(panel.tenant, account, None, 1).await.unwrap()[0].transfer.id;
    let reverse = async |by: &host_core::caller::Caller, amount: Option<&str>| {
        let amount = amount.map(|text| text.parse().unwrap());
        let verb = async |work: &mut Work| credit::reverse(work, paid, amount, "mistake").await;
        panel.engine.act(by.clone(), "reverse", verb).await
    };
    assert_eq!(code(reverse(&panel.reseller, None).await), "not_permitted");
    assert_eq!(code(reverse(&panel.admin, Some("10.01")).await), "invalid_input");
    let twice = async |work: &mut Work| {
        credit::reverse(work, paid, Some("1".parse().unwrap()), "").await?;
        credit::reverse(work, paid, Some("1".parse().unwrap()), "").await
    };
    assert_eq!(code(panel.engine.act(panel.admin.clone(), "twice", twice).await), "invalid_input");
    let long = "x".repeat(1_001);
    let noted = async |work: &mut Work| credit::reverse(work, paid, None, &long).await;
    assert_eq!(code(panel.engine.act(panel.admin.clone(), "noted", noted).await), "invalid_input");
    let both = tokio::join!(reverse(&panel.admin, Some("4")), reverse(&panel.admin, Some("4")));
    let refused = if both.0.is_ok() { both.1 } else { both.0 };
    assert_eq!(code(refused), "invalid_input");
    assert_eq!(panel.balance(panel.reseller_id()).await, "94.00");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_credits_buy_one_line_even_when_two_buy_at_once() {
    let panel = Panel::new().await;
    let verb = async |work: &mut Work| credit::adjust(work, panel.reseller_id(), "-90", "").await;
    panel.engine.act(panel.admin.clone(), "take", verb).await.unwrap();
    for _ in 0..10 {
        let (one, two) = tokio::join!(
            sell(&panel, &panel.reseller, false, json!({})),
            sell(&panel, &panel.reseller, false, json!({}))
        );
        let refused = if one.is_ok() { two } else { one };
        assert_eq!(code(refused), "insufficient_credits");
        assert_eq!(panel.balance(panel.reseller_id()).await, "0.00");
        panel.give(panel.reseller_id(), PRICE).await;
    }
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_price_replaces_the_packages_and_admins_pay_nothing() {
    let panel = Panel::new().await;
    let verb = async |work: &mut Work| {
        let before: User = work.get(panel.reseller_id()).await?;
        let package_prices = [(PackageId(panel.package), "7.5".parse().unwrap())].into();
        work.update(&before, User { package_prices, ..before.clone() });
        Ok(())
    };
    panel.engine.act(panel.admin.clone(), "price", verb).await.unwrap();
    sell(&panel, &panel.reseller, false, json!({})).await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, "92.50");
    let view = sell(&panel, &panel.admin, false, json!({})).await.unwrap();
    assert_eq!(view["owner"], json!(panel.admin.user()));
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trials_stop_at_the_quota_and_come_back_when_the_window_has_moved_on() {
    let panel = Panel::new().await;
    let quota = map(json!({ "trials": { "count": 2, "window": { "count": 1, "unit": "days" } } }));
    let verb = async |work: &mut Work| record::edit(work, "group", panel.group, &quota).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    for _ in 0..2 {
        sell(&panel, &panel.reseller, true, json!({})).await.unwrap();
        panel.clock.pass(60);
    }
    assert_eq!(code(sell(&panel, &panel.reseller, true, json!({})).await), "no_trials");
    panel.clock.pass(86_400);
    sell(&panel, &panel.reseller, true, json!({})).await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_group_does_not_allow_is_refused() {
    let panel = Panel::new().await;
    let rights = map(json!({ "change_usernames": false, "change_passwords": false, "change_bouquets": false,
        "delete_lines": false, "restrict_lines": false }));
    let verb = async |work: &mut Work| record::edit(work, "group", panel.group, &rights).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    let bound = [
        json!({ "allowed_addresses": ["10.0.0.1"] }),
        json!({ "allowed_agents": ["vlc"] }),
        json!({ "country": "AT" }),
    ];
    let named = [json!({ "username": "guest" }), json!({ "password": "secret-1" }), json!({ "bouquets": [] })];
    for options in named.into_iter().chain(bound.clone()) {
        assert_eq!(code(sell(&panel, &panel.reseller, false, options).await), "not_permitted");
    }
    let view = sell(&panel, &panel.reseller, false, json!({})).await.unwrap();
    let id = LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap());
    let delete = async |work: &mut Work| line::delete(work, id).await;
    assert_eq!(code(panel.engine.act(panel.reseller.clone(), "delete", delete).await), "not_permitted");
    let admins = [json!({ "max_connections": 9 }), json!({ "owner": 1 }), json!({ "admin_enabled": true })];
    for options in admins.into_iter().chain(bound) {
        let options = map(options);
        let verb = async |work: &mut Work| line::edit(work, id, &options).await;
        assert_eq!(code(panel.engine.act(panel.reseller.clone(), "edit", verb).await), "not_permitted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bouquets_outside_the_package_are_refused() {
    let panel = Panel::new().await;
    let outside = json!({ "bouquets": [panel.bouquets[1]] });
    assert_eq!(code(sell(&panel, &panel.reseller, false, outside).await), "invalid_input");
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_counts_from_the_end_of_the_running_term() {
    let panel = Panel::new().await;
    let view = sell(&panel, &panel.reseller, false, json!({})).await.unwrap();
    let id = LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap());
    let package = PackageId(panel.package);
    let verb = async |work: &mut Work| line::extend(work, id, package, false).await;
    let extended = panel.engine.act(panel.reseller.clone(), "extend", verb).await.unwrap();
    let days = (extended["expiry"].as_i64().unwrap() - view["expiry"].as_i64().unwrap()) / 86_400;
    assert!((28..=31).contains(&days), "{days}");
    assert_eq!(panel.balance(panel.reseller_id()).await, "80.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_move_down_and_back_with_balances_as_of_the_commit() {
    let panel = Panel::new().await;
    let below = map(json!({ "username": "below", "password": "long enough" }));
    let verb = async |work: &mut Work| user::create(work, &below).await;
    let child = panel.engine.act(panel.reseller.clone(), "create", verb).await.unwrap();
    let child = UserId(u32::try_from(child["id"].as_u64().unwrap()).unwrap());
    let adjust = async |by: &host_core::caller::Caller, user: UserId, amount: &str| {
        let verb = async |work: &mut Work| credit::adjust(work, user, amount, "note").await;
        panel.engine.act_filled(by.clone(), "adjust", verb).await
    };
    let moved = adjust(&panel.reseller, child, "30.5").await.unwrap();
    assert_eq!((moved["before"].as_f64(), moved["after"].as_f64()), (Some(0.0), Some(30.5)));
    assert_eq!(panel.balance(panel.reseller_id()).await, "69.50");
    adjust(&panel.reseller, child, "-30.5").await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
    assert_eq!(code(adjust(&panel.reseller, child, "-0.0001").await), "insufficient_credits");
    assert_eq!(code(adjust(&panel.reseller, child, "100.0001").await), "insufficient_credits");
    assert_eq!(code(adjust(&panel.reseller, child, "0").await), "invalid_input");
    assert_eq!(code(adjust(&panel.reseller, child, "1e3").await), "invalid_input");
    assert_eq!(code(adjust(&panel.reseller, panel.reseller_id(), "1").await), "not_permitted");
    let below = caller(panel.tenant, u64::from(child.0), Role::Reseller);
    let further = map(json!({ "username": "further", "password": "long enough" }));
    let verb = async |work: &mut Work| user::create(work, &further).await;
    let grandchild = panel.engine.act(below.clone(), "create", verb).await.unwrap();
    let grandchild = UserId(u32::try_from(grandchild["id"].as_u64().unwrap()).unwrap());
    for amount in ["1", "-1"] {
        assert_eq!(
            code(adjust(&panel.reseller, grandchild, amount).await),
            "not_permitted",
            "only to their own children"
        );
    }
    adjust(&panel.reseller, child, "2").await.unwrap();
    adjust(&below, grandchild, "1").await.unwrap();
    adjust(&panel.admin, grandchild, "-1").await.unwrap();
    assert_eq!(code(adjust(&below, panel.reseller_id(), "1").await), "not_found");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_listed_at_the_callers_price_without_what_resellers_may_not_see() {
    let panel = Panel::new().await;
    let other = map(json!({ "name": "not the caller's" }));
    let verb = async |work: &mut Work| record::create(work, "group", &other).await;
    let other = panel.engine.act(panel.admin.clone(), "create", verb).await.unwrap()["id"].clone();
    let verb = async |work: &mut Work| record::get(work, "package", panel.package).await;
    let own = panel.engine.act(panel.admin.clone(), "get", verb).await.unwrap()["groups"][0].clone();
    let both = map(json!({ "groups": [own, other] }));
    let verb = async |work: &mut Work| record::edit(work, "package", panel.package, &both).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    let verb = async |work: &mut Work| host_engine::package::list(work).await;
    let seen = panel.engine.act(panel.reseller.clone(), "packages", verb).await.unwrap();
    assert_eq!(seen[0]["price"], PRICE);
    assert_eq!(seen[0]["groups"], json!([own]));
    let none = map(json!({ "groups": [] }));
    let verb = async |work: &mut Work| record::edit(work, "package", panel.package, &none).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    let verb = async |work: &mut Work| host_engine::package::list(work).await;
    assert_eq!(panel.engine.act(panel.reseller.clone(), "packages", verb).await.unwrap(), json!([]));
    let sold = sell(&panel, &panel.reseller, false, Value::Object(Map::new())).await;
    assert_eq!(code(sold), "invalid_package");
}
