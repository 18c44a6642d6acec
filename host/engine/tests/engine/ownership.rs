//! Whose a line is, and in which group a new reseller is.

use crate::panel::{Panel, map};
use host_engine::{Work, line, record, user};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_an_admin_gave_to_nobody_has_no_reseller() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let view = async |fields: serde_json::Value| {
        let fields = map(fields);
        let verb = async |work: &mut Work| line::edit(work, id, &fields).await;
        panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap()
    };
    assert_eq!(view(json!({})).await["reseller"], json!(null));
    let reseller = panel.reseller_id();
    assert_eq!(view(json!({ "owner": reseller })).await["reseller"], json!(reseller));
    let back = view(json!({ "owner": null })).await;
    assert_eq!((&back["reseller"], &back["owner"]), (&json!(null), &json!(panel.admin.user())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_without_a_group_is_in_the_first_one() {
    let panel = Panel::new().await;
    let verb = async |work: &mut Work| record::create(work, "group", &map(json!({ "name": "later" }))).await;
    panel.engine.act(panel.admin.clone(), "create", verb).await.unwrap();
    let verb = async |work: &mut Work| user::create(work, &map(json!({}))).await;
    let made = panel.engine.act(panel.admin.clone(), "create", verb).await.unwrap();
    assert_eq!(made["group"], json!(panel.group));
    assert!(!made["username"].as_str().unwrap().is_empty() && made["password"].as_str().unwrap().len() >= 10);
}
