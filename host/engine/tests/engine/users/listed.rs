//! Lists of users.

use super::{as_caller, below, edit, top};
use crate::panel::{Panel, from, map};
use host_core::caller::Caller;
use host_core::secret::Secret;
use host_engine::{Work, user};
use serde_json::{Map, Value, json};

async fn names(panel: &Panel, by: &Caller, query: Value) -> (Vec<String>, Value) {
    let query = map(query);
    let verb = async |work: &mut Work| user::list(work, &query).await;
    let page = panel.engine.act(by.clone(), "list", verb).await.unwrap();
    let names = page["rows"].as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap().to_owned());
    (names.collect(), json!([page["total"], page["matching"]]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_sees_those_below_them_and_an_admin_all_each_by_what_they_are() {
    let panel = Panel::new().await;
    let sub = below(&panel, panel.reseller_id(), "sub").await;
    below(&panel, sub, "subsub").await;
    top(&panel, "rival").await;
    edit(&panel, &panel.admin, sub, json!({ "enabled": false })).await.unwrap();
    let (admin, seller, lowest) = (&panel.admin, &panel.reseller, as_caller(&panel, sub));
    for (by, query, wanted, counts) in [
        (seller, json!({}), &["sub", "subsub"][..], json!([2, 2])),
        (&lowest, json!({}), &["subsub"], json!([1, 1])),
        (seller, json!({ "search": "subs" }), &["subsub"], json!([2, 1])),
        (seller, json!({ "filter": "disabled" }), &["sub"], json!([1, 1])),
        (seller, json!({ "filter": "active", "role": "reseller" }), &["subsub"], json!([1, 1])),
        (seller, json!({ "filter": "expired" }), &[], json!([0, 0])),
        (seller, json!({ "role": "admin" }), &[], json!([0, 0])),
        (seller, json!({ "start": 1 }), &["subsub"], json!([2, 2])),
        (admin, json!({ "role": "reseller" }), &["seller", "sub", "subsub", "rival"], json!([4, 4])),
        (admin, json!({ "role": "reseller", "limit": 1, "start": 2 }), &["subsub"], json!([4, 4])),
    ] {
        let (found, counted) = names(&panel, by, query.clone()).await;
        assert_eq!((found, counted), (wanted.iter().map(|name| (*name).to_owned()).collect(), counts), "{query}");
    }
    for query in [json!({ "filter": "odd" }), json!({ "filter": 1 }), json!({ "role": "king" })] {
        let query = map(query);
        let verb = async |work: &mut Work| user::list(work, &query).await;
        let refused = panel.engine.act(panel.admin.clone(), "list", verb).await;
        assert_eq!(super::refused(refused).0, "invalid_input");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_shown_with_their_last_sign_in() {
    let panel = Panel::new().await;
    let key = async |work: &mut Work| user::create_key(work, panel.reseller_id(), &Map::new()).await;
    let key = panel.engine.act(panel.admin.clone(), "key", key).await.unwrap();
    let seen = async |query: Value| {
        let query = map(query);
        let verb = async |work: &mut Work| user::list(work, &query).await;
        panel.engine.act(panel.admin.clone(), "list", verb).await.unwrap()["rows"][1]["seen"].clone()
    };
    assert_eq!(seen(json!({})).await, json!(null));
    let key = Secret::new(key["key"].as_str().unwrap());
    panel.engine.sign_in_key(panel.tenant, &key, true, &from("10.0.0.7")).await.unwrap();
    for query in [json!({}), json!({ "fields": ["seen"] })] {
        assert_eq!(seen(query).await["address"], "10.0.0.7");
    }
    assert_eq!(super::view(&panel, panel.reseller_id()).await.unwrap()["seen"]["address"], "10.0.0.7");
}
