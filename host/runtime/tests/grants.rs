//! What a plugin may do is what was granted of one file: functions, and the actions, paths and times that its
//! description asks for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_core::caller::Caller;
use host_runtime::watch::Nomination;
use host_runtime::{Outcome, PluginStatus, Reply};
use serde_json::{Value, json};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use support::Panel;
use support::guest::{Guest, action, surface};
use support::panel::call;

fn operator(tenant: TenantId) -> Caller {
    Caller::system(tenant, "test")
}

/// A shipped surface whose callers show a key, with an action for lines, and one for all.
fn shipped() -> Guest {
    let mut guest = Guest::answering(r#""shipped""#);
    guest.name = "shipped";
    guest.description["surface"][0]["mounts"][0]["path"] = "/probe/{action}".into();
    guest.description["surface"][0]["credentials"] = json!([{ "kind": "api_key", "parameter": "api_key" }]);
    guest.description["action"][0]["roles"] = json!(["line"]);
    guest
}

/// A foreign plugin that answers `probe/go`, with these fields of the action besides the least.
fn foreign(version: &'static str, more: Value) -> Guest {
    let mut guest = Guest::answering(&format!("\"{version}\""));
    (guest.name, guest.version) = ("mine", version);
    let mut go = action("probe", "go");
    go["roles"] = json!(["line"]);
    go.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    guest.description = json!({ "action": [go] });
    guest
}

async fn said(panel: &Panel, tenant: TenantId) -> String {
    match panel.call_with("probe", "go", call(tenant)).await.unwrap() {
        Reply::Data { data, .. } => serde_json::from_str(&data).unwrap(),
        Reply::Body(_) => panic!("a body"),
    }
}

async fn installed(panel: &Panel, tenant: TenantId, guest: &Guest) -> PluginStatus {
    panel.runtime.install(operator(tenant), guest.file().into()).await.unwrap().status
}

#[tokio::test]
async fn a_plugin_that_imports_nothing_waits_before_it_answers_anothers_action() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let status = installed(&panel, tenant, &foreign("1.0.0", json!({}))).await;
    assert_eq!(status, PluginStatus::WaitingForGrant { missing: vec!["route:probe/go".into()] });
    assert_eq!(said(&panel, tenant).await, "shipped");
    panel.runtime.grant(operator(tenant), "mine", &["route:probe/go".into()], None).await.unwrap();
    assert_eq!(said(&panel, tenant).await, "1.0.0");
}

#[tokio::test]
async fn a_version_whose_description_reaches_further_waits_for_a_grant() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("1.0.0", json!({}))).await;
    assert_eq!(
        installed(&panel, tenant, &foreign("1.0.1", json!({}))).await,
        PluginStatus::Active,
        "it asks for no more"
    );
    for (more, word) in [
        (json!({ "roles": ["line", "stranger"] }), "route:probe/go"),
        (json!({ "also_for": ["banned"] }), "route:probe/go"),
        (json!({ "kind": "write" }), "route:probe/go"),
        (json!({ "rate": "panel" }), "route:probe/go"),
        (json!({ "budget": "job" }), "budget:job"),
    ] {
        let status = installed(&panel, tenant, &foreign("1.1.0", more.clone())).await;
        assert_eq!(status, PluginStatus::WaitingForGrant { missing: vec![word.into()] }, "{more}");
        assert_eq!(said(&panel, tenant).await, "1.0.1", "{more}");
    }
    let mut more = foreign("1.1.0", json!({}));
    more.description["surface"] = json!([surface("own", "/x/mine/{action}")]);
    let status = installed(&panel, tenant, &more).await;
    assert_eq!(status, PluginStatus::WaitingForGrant { missing: vec!["mount:/x/mine/{action}".into()] });
}

#[tokio::test]
async fn an_action_reaches_no_further_than_the_one_that_it_replaces_whatever_is_granted() {
    let panel = Panel::with(vec![shipped().file()]);
    for (number, (more, word)) in [
        (json!({ "roles": ["line", "stranger"] }), "stranger"),
        (json!({ "also_for": ["banned"] }), "banned"),
        (json!({ "kind": "write" }), "changes"),
        (json!({ "rate": "panel" }), "panel"),
    ]
    .into_iter()
    .enumerate()
    {
        let tenant = panel.tenant(&format!("tenant-{number}")).await;
        let status = panel.admit(tenant, &foreign("1.0.0", more)).await;
        let PluginStatus::Failed { reason } = status else { panic!("{word}: {status:?}") };
        assert!(reason.contains("probe/go") && reason.contains(word), "{reason}");
        assert_eq!(said(&panel, tenant).await, "shipped");
    }
}

#[tokio::test]
async fn no_parameter_takes_what_callers_of_anothers_surface_show() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let notes = json!({ "parameters": { "notes": { "type": "text", "aliases": ["api_key"] } } });
    let PluginStatus::Failed { reason } = panel.admit(tenant, &foreign("1.0.0", notes)).await else { panic!() };
    assert!(reason.contains("api_key"), "{reason}");
    assert_eq!(said(&panel, tenant).await, "shipped");
}

fn drop_file(panel: &Panel, guest: &Guest) -> (Nomination, PathBuf) {
    let folder = panel.folder.path().join("data/tenants/acme/plugins");
    // As the panel makes its folders: nobody else may look into them.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
    let path = folder.join("mine.wasm");
    std::fs::write(&path, guest.file()).unwrap();
    (Nomination::Ready { tenant: "acme".into(), path: path.clone() }, path)
}

#[tokio::test]
async fn what_came_through_the_drop_folder_is_granted_by_its_digest() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let (nomination, _) = drop_file(&panel, &foreign("1.0.0", json!({})));
    assert_eq!(panel.runtime.nominated(nomination).await, Outcome::Settled);
    let digest = |version: &str| {
        let health = panel.runtime.health(tenant);
        health.into_iter().find(|plugin| plugin.version == version).unwrap().digest
    };
    let looked_at = digest("1.0.0");
    // Another takes its place before the operator has typed the grant.
    let (nomination, _) = drop_file(&panel, &foreign("1.0.1", json!({ "budget": "job" })));
    panel.runtime.nominated(nomination).await;
    let refused = panel.runtime.grant(operator(tenant), "mine", &[], None).await.unwrap_err().to_string();
    assert!(refused.contains("--digest"), "{refused}");
    assert!(panel.runtime.grant(operator(tenant), "mine", &[], Some(&looked_at)).await.is_err());
    assert_eq!(said(&panel, tenant).await, "shipped");
    panel.runtime.grant(operator(tenant), "mine", &[], Some(&digest("1.0.1"))).await.unwrap();
    assert_eq!(said(&panel, tenant).await, "1.0.1");
}

#[tokio::test]
async fn a_version_that_an_operator_went_back_to_stays_over_a_restart() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("1.0.0", json!({}))).await;
    let (nomination, _) = drop_file(&panel, &foreign("2.0.0", json!({})));
    panel.runtime.nominated(nomination.clone()).await;
    assert_eq!(said(&panel, tenant).await, "2.0.0");
    assert_eq!(installed(&panel, tenant, &foreign("1.0.0", json!({}))).await, PluginStatus::Active);
    let panel = panel.restarted(vec![shipped().file()]);
    panel.runtime.start().await.unwrap();
    // To a fresh watcher every file is new.
    assert_eq!(panel.runtime.nominated(nomination).await, Outcome::Settled);
    assert_eq!(said(&panel, tenant).await, "1.0.0");
}

#[tokio::test]
async fn a_file_whose_tenant_is_not_there_yet_is_tried_again() {
    let panel = Panel::with(vec![shipped().file()]);
    let (nomination, _) = drop_file(&panel, &foreign("1.0.0", json!({})));
    assert_eq!(panel.runtime.nominated(nomination.clone()).await, Outcome::Again);
    let tenant = panel.tenant("acme").await;
    assert_eq!(panel.runtime.nominated(nomination).await, Outcome::Settled);
    assert!(panel.runtime.health(tenant).iter().any(|plugin| plugin.name == "mine"));
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn files_that_no_tenant_has_any_more_are_removed() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenants = [panel.tenant("acme").await, panel.tenant("beta").await];
    let plugins = panel.folder.path().join("plugins");
    for tenant in tenants {
        panel.admit(tenant, &foreign("1.0.0", json!({}))).await;
    }
    let first = names(&plugins);
    installed(&panel, tenants[0], &foreign("2.0.0", json!({}))).await;
    assert_eq!(names(&plugins).len(), 2, "the other tenant has the first version yet");
    panel.runtime.remove(operator(tenants[1]), "mine").await.unwrap();
    let left = names(&plugins);
    assert!(left.len() == 1 && left != first, "{left:?}");
    let panel = panel.restarted(vec![shipped().file()]);
    panel.runtime.start().await.unwrap();
    assert_eq!(names(&panel.folder.path().join("cache")).len(), 2, "of the shipped plugin and of the one left");
    assert_eq!(said(&panel, tenants[0]).await, "2.0.0");
}

#[tokio::test]
async fn an_unchanged_file_is_not_read_again() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("1.0.0", json!({}))).await;
    let plugins = panel.folder.path().join("plugins");
    let file = plugins.join(&names(&plugins)[0]);
    std::fs::remove_file(&file).unwrap();
    panel.runtime.refresh(tenant).await.unwrap();
    assert_eq!(said(&panel, tenant).await, "1.0.0");
    assert!(panel.runtime.health(tenant).iter().all(|plugin| plugin.status == PluginStatus::Active));
}

#[tokio::test]
async fn a_late_request_does_not_bring_a_deleted_tenant_back() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("1.0.0", json!({}))).await;
    panel.runtime.forget(tenant).unwrap();
    let (one, other) = (panel.runtime.snapshot(tenant), panel.runtime.snapshot(tenant));
    assert_ne!(one.generation, other.generation, "what it gets is kept nowhere");
}
