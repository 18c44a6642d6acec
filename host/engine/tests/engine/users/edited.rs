//! What is changed of a user, by whom, and what follows from it.

use super::{as_caller, below, create, edit, refused, rights, top, view};
use crate::panel::{Panel, code, from, map};
use crate::signed_in::{SURFACE, enter, issue, sign_in};
use host_core::UserId;
use host_core::caller::Caller;
use host_core::secret::Secret;
use host_engine::{Error, Work, line, record, user};
use serde_json::{Map, Value, json};

async fn key_of(panel: &Panel, user: UserId) -> Secret {
    let none = Map::new();
    let verb = async |work: &mut Work| user::create_key(work, user, &none).await;
    let made = panel.engine.act(panel.admin.clone(), "key", verb).await.unwrap();
    Secret::new(made["key"].as_str().unwrap())
}

async fn is_let_in(panel: &Panel, key: &Secret) -> bool {
    panel.engine.sign_in_key(panel.tenant, key, true, &from("10.0.0.1")).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_sets_what_is_sent_and_nothing_else_and_never_the_balance() {
    let panel = Panel::new().await;
    let sub = below(&panel, panel.reseller_id(), "sub").await;
    panel.give(sub, "7").await;
    let before = view(&panel, sub).await.unwrap();
    let options = json!({ "email": "sub@example.org", "reseller_dns": "TV.Example.org", "notes": "pays late" });
    let edited = edit(&panel, &panel.reseller, sub, options).await.unwrap();
    assert_eq!((&edited["email"], &edited["reseller_dns"]), (&json!("sub@example.org"), &json!("tv.example.org")));
    assert_eq!((&edited["notes"], &edited["credits"]), (&json!("pays late"), &json!("7.00")));
    for same in ["username", "group", "parent", "enabled", "created_at", "package_prices"] {
        assert_eq!(edited[same], before[same], "{same}");
    }
    assert_eq!(edited["version"].as_u64(), before["version"].as_u64().map(|version| version + 1));
    let stale = edit(&panel, &panel.reseller, sub, json!({ "notes": "x", "version": before["version"] })).await;
    assert_eq!(code(stale), "stale");
    let named = edit(&panel, &panel.reseller, sub, json!({ "username": "SUB" })).await.unwrap();
    assert_eq!(named["username"], "SUB", "their own name in other letters is theirs");
    for (wanted, field, options) in [
        ("username_taken", "username", json!({ "username": "Seller" })),
        ("invalid_username", "username", json!({ "username": "a b" })),
        ("invalid_password", "password", json!({ "password": "short" })),
        ("invalid_input", "email", json!({ "email": "nobody" })),
        ("invalid_input", "reseller_dns", json!({ "reseller_dns": "http://x" })),
        ("invalid_input", "group", json!({ "group": 987_654 })),
        ("invalid_input", "credits", json!({ "credits": "5" })),
        ("invalid_input", "role", json!({ "role": "admin" })),
        ("not_permitted", "parent", json!({ "parent": null })),
        ("not_permitted", "package_prices", json!({ "package_prices": {} })),
    ] {
        let outcome = edit(&panel, &panel.reseller, sub, options).await;
        assert_eq!(refused(outcome), (wanted.to_owned(), Some(field.to_owned())));
    }
    assert_eq!(view(&panel, sub).await.unwrap()["version"], named["version"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_tree_is_answered_like_what_is_not_there_by_every_verb() {
    let panel = Panel::new().await;
    let rival = top(&panel, "rival").await;
    let options = map(json!({ "enabled": false }));
    let none = Map::new();
    for verb in ["get", "edit", "delete"] {
        let [of_rival, of_missing] = [rival, UserId(999_999)].map(|id| {
            let (panel, options, none) = (&panel, &options, &none);
            async move {
                let act = async |work: &mut Work| match verb {
                    "get" => user::get(work, id).await.map(drop),
                    "edit" => user::edit(work, id, options).await.map(drop),
                    _ => user::delete(work, id, none).await,
                };
                match panel.engine.act(panel.reseller.clone(), verb, act).await {
                    Err(Error::Refusal(refusal)) => refusal,
                    other => panic!("{verb}: {other:?}"),
                }
            }
        });
        let refusal = of_rival.await;
        assert_eq!((refusal.code.as_str(), &refusal), ("not_found", &of_missing.await), "{verb}");
    }
    assert_eq!(view(&panel, rival).await.unwrap()["enabled"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_switched_off_and_all_below_them_are_refused_until_they_are_on_again() {
    let panel = Panel::new().await;
    let sub = below(&panel, panel.reseller_id(), "sub").await;
    let (own, of_sub) = (key_of(&panel, panel.reseller_id()).await, key_of(&panel, sub).await);
    let session = enter(&panel, "seller", "long enough").await.unwrap();
    assert!(is_let_in(&panel, &own).await && is_let_in(&panel, &of_sub).await);
    edit(&panel, &panel.admin, panel.reseller_id(), json!({ "enabled": false })).await.unwrap();
    assert!(!is_let_in(&panel, &own).await && !is_let_in(&panel, &of_sub).await);
    assert_eq!(code(sign_in(&panel, SURFACE, &session, None).await), "auth_failed");
    edit(&panel, &panel.admin, panel.reseller_id(), json!({ "enabled": true })).await.unwrap();
    assert!(is_let_in(&panel, &own).await && is_let_in(&panel, &of_sub).await);
    assert_eq!(code(sign_in(&panel, SURFACE, &session, None).await), "auth_failed", "their session has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_the_sessions_and_another_name_does_not() {
    let panel = Panel::new().await;
    let session = enter(&panel, "seller", "long enough").await.unwrap();
    let others = issue(&panel, &panel.admin, json!({})).await.unwrap();
    edit(&panel, &panel.admin, panel.reseller_id(), json!({ "username": "shop" })).await.unwrap();
    sign_in(&panel, SURFACE, &session, None).await.unwrap();
    edit(&panel, &panel.admin, panel.reseller_id(), json!({ "password": "even longer" })).await.unwrap();
    assert_eq!(code(sign_in(&panel, SURFACE, &session, None).await), "auth_failed");
    sign_in(&panel, SURFACE, &others, None).await.unwrap();
    assert_eq!(code(enter(&panel, "shop", "long enough").await), "auth_failed");
    enter(&panel, "shop", "even longer").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sets_of_themselves_what_is_for_those_above() {
    let panel = Panel::new().await;
    let own = panel.reseller_id();
    let admin = panel.admin.user().unwrap();
    for (name, value) in
        [("group", json!(panel.group)), ("enabled", json!(false)), ("enabled", json!(true)), ("notes", json!("good"))]
    {
        let outcome = edit(&panel, &panel.reseller, own, json!({ name: value })).await;
        assert_eq!(refused(outcome), ("not_permitted".into(), Some(name.into())));
        let outcome = edit(&panel, &panel.admin, admin, json!({ name: value })).await;
        assert_eq!(refused(outcome), ("not_permitted".into(), Some(name.into())));
    }
    edit(&panel, &panel.reseller, own, json!({ "email": "me@example.org" })).await.unwrap();
    edit(&panel, &panel.admin, admin, json!({ "email": "me@example.org" })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_no_other_admin_and_the_host_does() {
    let panel = Panel::new().await;
    let system = Caller::system(panel.tenant, "test");
    let other = create(&panel, &system, json!({ "username": "other", "role": "admin" })).await.unwrap();
    for options in [json!({ "enabled": false }), json!({ "password": "a new password" })] {
        assert_eq!(refused(edit(&panel, &panel.admin, other, options).await), ("not_permitted".into(), None));
    }
    edit(&panel, &system, other, json!({ "enabled": false })).await.unwrap();
    assert_eq!(view(&panel, other).await.unwrap()["enabled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_may_not_create_users_still_switches_them() {
    let panel = Panel::new().await;
    let sub = below(&panel, panel.reseller_id(), "sub").await;
    rights(&panel, json!({ "create_users": false })).await;
    assert_eq!(code(edit(&panel, &panel.reseller, sub, json!({ "notes": "x" })).await), "not_permitted");
    let both = json!({ "enabled": false, "password": "a new password" });
    assert_eq!(code(edit(&panel, &panel.reseller, sub, both).await), "not_permitted");
    for enabled in [false, true] {
        let edited = edit(&panel, &panel.reseller, sub, json!({ "enabled": enabled })).await.unwrap();
        assert_eq!(edited["enabled"], enabled);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_gives_only_groups_that_their_own_may_give() {
    let panel = Panel::new().await;
    let sub = below(&panel, panel.reseller_id(), "sub").await;
    let (name, none) = (map(json!({ "name": "gold" })), Map::new());
    let verb = async |work: &mut Work| record::create(work, "group", &name).await;
    let gold = panel.engine.act(panel.admin.clone(), "group", verb).await.unwrap()["id"].clone();
    let give = json!({ "group": gold });
    assert_eq!(code(edit(&panel, &panel.reseller, sub, give.clone()).await), "invalid_input");
    rights(&panel, json!({ "user_groups": [gold] })).await;
    assert_eq!(edit(&panel, &panel.reseller, sub, give.clone()).await.unwrap()["group"], gold);
    let back = json!({ "group": panel.group });
    assert_eq!(code(edit(&panel, &panel.reseller, sub, back.clone()).await), "invalid_input");
    assert_eq!(edit(&panel, &panel.admin, sub, back).await.unwrap()["group"], panel.group);
    let verb = async |work: &mut Work| user::list(work, &none).await;
    let page = panel.engine.act(panel.reseller.clone(), "list", verb).await.unwrap();
    assert_eq!(page["rows"][0]["allowed_pages"], json!(["lines", "mag", "enigma", "activecodes"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_of_their_own_is_what_a_reseller_pays() {
    let panel = Panel::new().await;
    let id = panel.reseller_id();
    let prices = |prices: Value| edit(&panel, &panel.admin, id, json!({ "package_prices": prices }));
    for wrong in [
        json!({ "987654": "1" }),
        json!({ "x": "1" }),
        json!({ panel.package.to_string(): "-1" }),
        json!({ panel.package.to_string(): "a lot" }),
        json!({ panel.package.to_string(): [] }),
        json!([]),
    ] {
        assert_eq!(refused(prices(wrong).await), ("invalid_input".into(), Some("package_prices".into())));
    }
    let edited = prices(json!({ panel.package.to_string(): 2.5 })).await.unwrap();
    assert_eq!(edited["package_prices"], json!({ panel.package.to_string(): "2.50" }));
    let (package, none) = (host_core::PackageId(panel.package), Map::new());
    let sell = async |work: &mut Work| line::sell(work, package, false, &none).await;
    panel.engine.act(panel.reseller.clone(), "sell", sell).await.unwrap();
    assert_eq!(panel.balance(id).await, "97.50");
    assert_eq!(prices(json!({})).await.unwrap()["package_prices"], json!({}));
    panel.engine.act(panel.reseller.clone(), "sell", sell).await.unwrap();
    assert_eq!(panel.balance(id).await, "87.50");
    assert_eq!(as_caller(&panel, id).user(), panel.reseller.user());
}
