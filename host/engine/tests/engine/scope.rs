//! Scope: what is foreign is answered exactly like what is missing.

use crate::panel::{Panel, caller, map};
use host_core::LineId;
use host_core::user::Role;
use host_engine::{Error, Work, line, user};
use serde_json::{Map, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_line_is_answered_like_a_missing_one_by_every_verb() {
    let panel = Panel::new().await;
    let foreign = panel.line("foreign", 1).await;
    let missing = LineId(999_999);
    let none = Map::new();
    for verb in ["get", "edit", "delete", "extend"] {
        let [of_foreign, of_missing] = [foreign, missing].map(|id| {
            let (panel, none) = (&panel, &none);
            async move {
                let act = async |work: &mut Work| match verb {
                    "get" => line::get(work, id).await.map(drop),
                    "edit" => line::edit(work, id, none).await.map(drop),
                    "delete" => line::delete(work, id).await,
                    _ => line::extend(work, id, host_core::PackageId(panel.package), false).await.map(drop),
                };
                match panel.engine.act(panel.reseller.clone(), verb, act).await {
                    Err(Error::Refusal(refusal)) => refusal,
                    other => panic!("{verb}: {other:?}"),
                }
            }
        });
        assert_eq!(of_foreign.await, of_missing.await, "{verb}");
    }
    assert!(panel.sign_in("foreign", "secret-1").await.is_ok(), "it is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_sees_their_own_lines_and_those_below_and_no_others() {
    let panel = Panel::new().await;
    panel.line("foreign", 1).await;
    let below = map(json!({ "username": "below", "password": "long enough" }));
    let verb = async |work: &mut Work| user::create(work, &below).await;
    let child = panel.engine.act(panel.reseller.clone(), "create", verb).await.unwrap();
    let child = caller(panel.tenant, child["id"].as_u64().unwrap(), Role::Reseller);
    panel.give(child.user().unwrap(), "100").await;
    for (by, name) in [(&panel.reseller, "mine"), (&child, "childs")] {
        let options = map(json!({ "username": name }));
        let package = host_core::PackageId(panel.package);
        let verb = async |work: &mut Work| line::sell(work, package, false, &options).await;
        panel.engine.act(by.clone(), "sell", verb).await.unwrap();
    }
    let names = async |by: &host_core::caller::Caller| {
        let query = Map::new();
        let verb = async |work: &mut Work| line::list(work, &query).await;
        let page = panel.engine.act(by.clone(), "list", verb).await.unwrap();
        let page = serde_json::to_value(page).unwrap();
        let mut names: Vec<String> =
            page["rows"].as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap().into()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&panel.reseller).await, ["childs", "mine"]);
    assert_eq!(names(&child).await, ["childs"]);
    assert_eq!(names(&panel.admin).await, ["childs", "foreign", "mine"]);
}
