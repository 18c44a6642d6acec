//! Users who get another place in the tree.

use super::{as_caller, below, create, edit, refused, top, view};
use crate::panel::{Panel, map};
use host_core::UserId;
use host_engine::{Finished, user};
use serde_json::json;

/// Resellers, each below the one before.
async fn chain(panel: &Panel, first: UserId, names: &[&str]) -> Vec<UserId> {
    let mut users = vec![first];
    for name in names {
        users.push(below(panel, *users.last().unwrap(), name).await);
    }
    users
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_moves_a_reseller_with_everything_below_them() {
    let panel = Panel::new().await;
    let users = chain(&panel, panel.reseller_id(), &["second", "third"]).await;
    let other = top(&panel, "other").await;
    let moved = edit(&panel, &panel.admin, users[1], json!({ "parent": other })).await.unwrap();
    assert_eq!(moved["parent"], other.0);
    let sees = async |by: UserId| {
        let none = serde_json::Map::new();
        let verb = async |work: &mut host_engine::Work| user::list(work, &none).await;
        let page = panel.engine.act(as_caller(&panel, by), "list", verb).await.unwrap();
        page["rows"].as_array().unwrap().iter().map(super::number).collect::<Vec<_>>()
    };
    assert_eq!((sees(users[0]).await, sees(other).await), (vec![], vec![users[1], users[2]]));
    edit(&panel, &panel.admin, users[1], json!({ "parent": null })).await.unwrap();
    assert_eq!((sees(other).await, view(&panel, users[1]).await.unwrap()["parent"].clone()), (vec![], json!(null)));
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_to_stand_below_themselves_below_nobody_or_too_deep() {
    let panel = Panel::new().await;
    let users = chain(&panel, panel.reseller_id(), &["second", "third"]).await;
    let other = chain(&panel, top(&panel, "other").await, &["o2", "o3"]).await;
    for (wanted, who, parent) in [
        ("invalid_input", users[0], users[0]),
        ("invalid_input", users[0], users[2]),
        ("invalid_input", users[0], UserId(987_654)),
        // Three levels below the third one are one more than there may be.
        ("not_permitted", users[0], other[2]),
    ] {
        let outcome = edit(&panel, &panel.admin, who, json!({ "parent": parent })).await;
        assert_eq!(refused(outcome), (wanted.into(), Some("parent".into())), "{who} {parent}");
    }
    edit(&panel, &panel.admin, users[0], json!({ "parent": other[1] })).await.unwrap();
    let deepest = create(&panel, &as_caller(&panel, users[2]), json!({ "username": "sixth" })).await;
    assert_eq!(refused(deepest), ("not_permitted".into(), Some("parent".into())), "five deep");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gets_somebody_below_them_while_they_are_moved_is_looked_at_again() {
    let panel = Panel::new().await;
    let users = chain(&panel, panel.reseller_id(), &["second"]).await;
    let other = chain(&panel, top(&panel, "other").await, &["o2", "o3"]).await;
    let options = map(json!({ "parent": other[2] }));
    let mut run = panel.engine.begin(panel.admin.clone(), "edit");
    let mut work = run.attempt();
    user::edit(&mut work, users[0], &options).await.unwrap();
    below(&panel, users[1], "third-level").await;
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    let again = user::edit(&mut run.attempt(), users[0], &options).await;
    assert_eq!(refused(again), ("not_permitted".into(), Some("parent".into())));
}
