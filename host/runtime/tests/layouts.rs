//! What tenants have in common: where the routes of the same plugins lie.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_core::caller::Caller;
use host_runtime::{PluginStatus, Reply};
use std::sync::Arc;
use support::Panel;
use support::guest::{Guest, action};
use support::panel::call;

async fn said(panel: &Panel, tenant: TenantId) -> String {
    match panel.call_with("probe", "go", call(tenant)).await.unwrap() {
        Reply::Data { data, .. } => serde_json::from_str(&data).unwrap(),
        Reply::Body(_) => panic!("a body"),
    }
}

#[tokio::test]
async fn tenants_with_the_same_plugins_share_one_layout_and_no_answer() {
    let shipped = Guest { name: "shipped", ..Guest::answering(r#""shipped""#) };
    let description = serde_json::json!({ "action": [action("probe", "go")] });
    let mine = Guest { name: "mine", description, ..Guest::answering(r#""mine""#) };
    let panel = Panel::with(vec![shipped.file()]);
    let (one, two) = (panel.tenant("one").await, panel.tenant("two").await);
    let share = || {
        let [one, two] = [one, two].map(|tenant| Arc::clone(panel.runtime.snapshot(tenant).layout()));
        assert_eq!(Arc::ptr_eq(&one, &two), one.number == two.number);
        Arc::ptr_eq(&one, &two)
    };
    assert!(share());
    assert_eq!(panel.admit(one, &mine).await, PluginStatus::Active);
    assert!(!share());
    assert_eq!([said(&panel, one).await, said(&panel, two).await], ["mine", "shipped"]);
    assert_eq!(panel.admit(two, &mine).await, PluginStatus::Active);
    assert!(share());
    panel.runtime.remove(Caller::system(one, "test"), "mine").await.unwrap();
    assert!(!share());
    assert_eq!([said(&panel, one).await, said(&panel, two).await], ["shipped", "mine"]);
}
