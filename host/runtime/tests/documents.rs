//! What documents tell of a tenant's plugins, and what they tell to everybody.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_runtime::{PluginStatus, Told};
use serde_json::{Value, json};
use support::Panel;
use support::guest::{Guest, action, surface};

/// A shipped plugin with a surface and an action.
fn shipped() -> Guest {
    let mut guest = Guest::answering(r#""shipped""#);
    guest.name = "shipped";
    guest.description["surface"][0]["mounts"][0]["path"] = "/probe/{action}".into();
    guest
}

/// A foreign plugin that answers the shipped action in its own way, one more on the same surface, and one on its own.
fn foreign() -> Guest {
    let mut guest = Guest::answering(r#""mine""#);
    guest.name = "mine";
    let mut go = action("probe", "go");
    go["summary"] = "Goes in our own way.".into();
    guest.description = json!({ "surface": [surface("own", "/x/mine/{action}")], "action": [go, action("probe", "jump"), action("own", "run")] });
    guest.names = vec!["probe/go".into(), "probe/jump".into(), "own/run".into()];
    guest
}

fn document(panel: &Panel, tenant: TenantId, surface: &str, told: Told) -> Option<Value> {
    panel.runtime.snapshot(tenant).document(surface, told)
}

#[tokio::test]
async fn what_everybody_is_told_is_what_came_with_the_host_whoever_answers_now() {
    let panel = Panel::with(vec![shipped().file()]);
    let (own, plain) = (panel.tenant("own").await, panel.tenant("plain").await);
    assert_eq!(panel.admit(own, &foreign()).await, PluginStatus::Active);
    let told = document(&panel, own, "probe", Told::Shipped);
    assert!(told.is_some() && told == document(&panel, plain, "probe", Told::Shipped));
    assert!(!told.unwrap().to_string().contains("mine"));
    assert_eq!(document(&panel, own, "own", Told::Shipped), None);
    let made_of = |tenant, told| panel.runtime.snapshot(tenant).made_of(told);
    assert_eq!(made_of(own, Told::Shipped), made_of(plain, Told::Shipped));
    assert_ne!(made_of(own, Told::All), made_of(plain, Told::All));
    let names = |tenant, told| {
        let snapshot = panel.runtime.snapshot(tenant);
        snapshot.documented(told).map(|surface| surface.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(own, Told::Shipped), ["probe"]);
    assert_eq!(names(own, Told::All), ["probe", "own"]);

    let all = document(&panel, own, "probe", Told::All).unwrap();
    assert_eq!(all["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/probe/go", "/probe/jump"]);
    let go = &all["paths"]["/probe/go"]["get"];
    assert_eq!((&go["description"], &go["tags"]), (&json!("Goes in our own way."), &json!(["mine"])));
    assert!(document(&panel, own, "own", Told::All).unwrap()["paths"]["/x/mine/run"].is_object());
    assert_eq!(document(&panel, own, "other", Told::All), None);
}
