//! A tenant's settings of a plugin: in every call of that tenant, in no other's, and never stale in a kept body.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_core::caller::Caller;
use host_runtime::{LoadError, PluginStatus, Reply};
use serde_json::{Map, Value, json};
use support::Panel;
use support::guest::Guest;
use support::guest::mirror::CALL;
use support::panel::call;

/// Writes all that it knows of the call into its body.
fn mirror(more: Value) -> Guest {
    let guest = Guest {
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        ..Guest::with_action(format!("(call $write {CALL} (i32.const 64)) (call $body)"), more)
    };
    guest.with_call_mirror()
}

fn reply() -> Value {
    json!({ "shape": "raw", "content_type": "application/json" })
}

/// The settings that the plugin was told.
async fn seen(panel: &Panel, tenant: TenantId) -> Value {
    match panel.call_with("probe", "go", call(tenant)).await.unwrap() {
        Reply::Body(body) => serde_json::from_slice::<Value>(&body.identity()).unwrap()["settings"].clone(),
        Reply::Data { .. } => panic!("data"),
    }
}

async fn set(panel: &Panel, tenant: TenantId, change: Value) -> Result<Map<String, Value>, LoadError> {
    panel.runtime.set_settings(Caller::system(tenant, "test"), "probe", change.as_object().unwrap()).await
}

#[tokio::test]
async fn each_tenants_calls_carry_its_own_settings() {
    let panel = Panel::with(vec![mirror(json!({ "reply": reply() })).file()]);
    let (acme, beta) = (panel.tenant("acme").await, panel.tenant("beta").await);
    assert_eq!(seen(&panel, acme).await, json!({}), "nothing is set");
    set(&panel, acme, json!({ "greeting": "Hello", "stars": 4 })).await.unwrap();
    set(&panel, beta, json!({ "greeting": "Servus" })).await.unwrap();
    for _ in 0..2 {
        assert_eq!(seen(&panel, acme).await, json!({ "greeting": "Hello", "stars": 4 }));
        assert_eq!(seen(&panel, beta).await, json!({ "greeting": "Servus" }));
    }
    let left = set(&panel, acme, json!({ "greeting": null })).await.unwrap();
    assert_eq!(Value::from(left.clone()), json!({ "stars": 4 }));
    assert_eq!(panel.runtime.settings(acme, "probe").await.unwrap(), left);
    assert_eq!(seen(&panel, acme).await, json!({ "stars": 4 }));
}

#[tokio::test]
async fn a_body_that_was_kept_under_other_settings_is_not_answered() {
    let panel = Panel::with(vec![mirror(json!({ "cache": { "depends": [] }, "reply": reply() })).file()]);
    let (acme, beta) = (panel.tenant("acme").await, panel.tenant("beta").await);
    let kept = || panel.runtime.health(acme)[0].calls.unwrap().kept;
    assert_eq!(seen(&panel, acme).await, json!({}));
    for greeting in ["Hello", "Good morning"] {
        set(&panel, acme, json!({ "greeting": greeting })).await.unwrap();
        assert_eq!(seen(&panel, acme).await, json!({ "greeting": greeting }));
        assert_eq!((seen(&panel, acme).await, kept()), (json!({ "greeting": greeting }), 1), "it is kept");
    }
    assert_eq!(seen(&panel, beta).await, json!({}));
    // The first body is there yet, and right again.
    set(&panel, acme, json!({ "greeting": "Hello" })).await.unwrap();
    assert_eq!(seen(&panel, acme).await, json!({ "greeting": "Hello" }));
}

#[tokio::test]
async fn settings_outlive_a_restart_and_another_version() {
    let panel = Panel::with(Vec::new());
    let tenant = panel.tenant("acme").await;
    let operator = || Caller::system(tenant, "test");
    let version = |version| Guest { version, ..mirror(json!({ "reply": reply() })) };
    panel.runtime.install(operator(), version("1.0.0").file().into()).await.unwrap();
    panel.runtime.grant(operator(), "probe", &[], None).await.unwrap();
    set(&panel, tenant, json!({ "greeting": "Hello" })).await.unwrap();
    let installed = panel.runtime.install(operator(), version("1.1.0").file().into()).await.unwrap();
    assert_eq!(installed.status, PluginStatus::Active);
    assert_eq!(seen(&panel, tenant).await, json!({ "greeting": "Hello" }));
    let panel = panel.restarted(Vec::new());
    panel.runtime.start().await.unwrap();
    assert_eq!(seen(&panel, tenant).await, json!({ "greeting": "Hello" }));
}

#[tokio::test]
async fn unknown_plugins_and_endless_settings_are_refused() {
    let panel = Panel::with(vec![mirror(json!({ "reply": reply() })).file()]);
    let tenant = panel.tenant("acme").await;
    let caller = Caller::system(tenant, "test");
    let none = Map::new();
    let unknown = panel.runtime.set_settings(caller, "nothing", &none).await.unwrap_err().to_string();
    assert!(unknown.contains("nothing"), "{unknown}");
    assert!(panel.runtime.settings(tenant, "nothing").await.is_err());
    let endless = set(&panel, tenant, json!({ "greeting": "x".repeat(20_000) })).await.unwrap_err().to_string();
    assert!(endless.contains("bytes"), "{endless}");
    assert_eq!(seen(&panel, tenant).await, json!({}));
}
