//! How plugins get their place: install, grant, replace, clash, swap, and the drop folder.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_core::caller::Caller;
use host_runtime::{LoadError, PluginStatus, Reply};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::Panel;
use support::guest::{Guest, action, data};
use support::panel::call;

/// A shipped surface `probe` with the action `go` and the alias `1`.
fn shipped() -> Guest {
    let mut guest = Guest::answering(r#""shipped""#);
    guest.name = "shipped";
    guest.description["surface"][0]["mounts"][0]["path"] = "/probe/{action}".into();
    guest.description["action"][0]["aliases"] = serde_json::json!(["1"]);
    guest
}

/// A foreign plugin that answers `probe/go` in its own way.
fn foreign(name: &'static str, version: &'static str, answer: &str) -> Guest {
    let mut guest = Guest::answering(&format!("\"{answer}\""));
    (guest.name, guest.version) = (name, version);
    guest.description = serde_json::json!({ "action": [action("probe", "go")] });
    guest
}

/// One that imports `lines.get`.
fn asking(version: &'static str) -> Guest {
    let answer = r#""asking""#;
    Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "get" (func $get (param i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        fields: data(8192, answer),
        handle: format!(
            "(if (i32.eqz (local.get $parameters_len)) (then (call $get (i32.const 32) (i32.const 4) (i32.const 1) (i32.const 64))))
             (call $ok (i32.const 8192) (i32.const {}))",
            answer.len()
        ),
        ..foreign("other", version, "")
    }
}

async fn said(panel: &Panel, tenant: TenantId) -> String {
    match panel.call_with("probe", "go", call(tenant)).await.unwrap() {
        Reply::Data { data, .. } => serde_json::from_str(&data).unwrap(),
        Reply::Body(_) => panic!("a body"),
    }
}

fn operator(tenant: TenantId) -> Caller {
    Caller::system(tenant, "test")
}

#[tokio::test]
async fn a_foreign_plugin_replaces_an_action_of_one_tenant_and_its_aliases() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenants = [panel.tenant("acme").await, panel.tenant("other").await];
    assert_eq!(panel.admit(tenants[0], &foreign("mine", "1.0.0", "mine")).await, PluginStatus::Active);
    assert_eq!(said(&panel, tenants[0]).await, "mine");
    assert_eq!(said(&panel, tenants[1]).await, "shipped", "the neighbour keeps theirs");
    let snapshot = panel.runtime.snapshot(tenants[0]);
    assert_eq!(snapshot.route("probe", "1").unwrap().plugin.manifest.name, "mine");
    let explained = snapshot.explain("probe", "1").unwrap();
    assert_eq!((explained.plugin.as_str(), explained.replaces.as_deref()), ("mine", Some("shipped")));
    panel.runtime.remove(operator(tenants[0]), "mine").await.unwrap();
    assert_eq!(said(&panel, tenants[0]).await, "shipped");
}

#[tokio::test]
async fn two_foreign_plugins_cannot_claim_the_same_action() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("first", "1.0.0", "first")).await;
    let second = panel.admit(tenant, &foreign("second", "1.0.0", "second")).await;
    let PluginStatus::Failed { reason } = second else { panic!("it took part") };
    assert!(reason.contains("probe/go") && reason.contains("first"), "{reason}");
    assert_eq!(said(&panel, tenant).await, "first");
}

#[tokio::test]
async fn a_foreign_plugin_cannot_take_a_shipped_name_surface_or_path() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let named = panel.runtime.install(operator(tenant), foreign("shipped", "1.0.0", "x").file().into()).await;
    assert!(matches!(named, Err(LoadError::Clash(_))));
    for (surface, mount, word) in [("probe", "/x/mine/{action}", "surface"), ("own", "/probe/{action}", "path")] {
        let mut guest = Guest::answering("1");
        (guest.name, guest.names) = ("mine", vec![format!("{surface}/go")]);
        guest.description = serde_json::json!({ "surface": [support::guest::surface(surface, mount)],
            "action": [action(surface, "go")] });
        let PluginStatus::Failed { reason } = panel.admit(tenant, &guest).await else { panic!("it took part") };
        assert!(reason.contains(word), "{reason}");
    }
}

#[tokio::test]
async fn a_word_of_one_plugin_takes_no_path_from_the_variable_segment_of_another() {
    let route = |path: &str| serde_json::json!([{ "method": "GET", "path": path }]);
    let mut owner = shipped();
    owner.description["action"][0]["routes"] = route("/rows/{id}");
    let panel = Panel::with(vec![owner.file()]);
    let tenant = panel.tenant("acme").await;
    for (path, is_taken) in [("/rows/latest", true), ("/rows/{other}", true), ("/columns", false)] {
        let mut guest = Guest::answering("1");
        (guest.name, guest.names) = ("mine", vec!["probe/more".into()]);
        let mut more = action("probe", "more");
        more["routes"] = route(path);
        guest.description = serde_json::json!({ "action": [more] });
        match panel.admit(tenant, &guest).await {
            PluginStatus::Failed { reason } => assert!(is_taken && reason.contains("leads to probe/go"), "{reason}"),
            status => assert!(!is_taken, "{path}: {status:?}"),
        }
    }
}

#[tokio::test]
async fn a_plugin_that_asks_waits_for_its_grant_and_ends_without_it() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let installed = panel.runtime.install(operator(tenant), asking("1.0.0").file().into()).await.unwrap();
    let missing = vec!["linecard:lines/lines.get".to_owned(), "route:probe/go".to_owned()];
    assert_eq!(installed.status, PluginStatus::WaitingForGrant { missing: missing.clone() });
    assert_eq!(said(&panel, tenant).await, "shipped");
    let wrong = panel.runtime.grant(operator(tenant), "other", &["linecard:lines/lines.sell".into()], None).await;
    assert!(wrong.unwrap_err().to_string().contains("lines.sell"));
    panel.runtime.grant(operator(tenant), "other", &[], None).await.unwrap();
    assert_eq!(said(&panel, tenant).await, "asking");
    panel.runtime.revoke(operator(tenant), "other", &missing).await.unwrap();
    assert_eq!(said(&panel, tenant).await, "shipped");
}

#[tokio::test]
async fn a_version_that_asks_for_more_waits_beside_the_one_that_runs_even_over_a_restart() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("other", "1.0.0", "old")).await;
    let newer = panel.runtime.install(operator(tenant), asking("2.0.0").file().into()).await.unwrap();
    assert!(matches!(newer.status, PluginStatus::WaitingForGrant { .. }));
    assert_eq!(said(&panel, tenant).await, "old");
    let panel = panel.restarted(vec![shipped().file()]);
    panel.runtime.start().await.unwrap();
    assert_eq!(said(&panel, tenant).await, "old");
    let waits = |health: &host_runtime::PluginHealth| {
        health.version == "2.0.0" && matches!(health.status, PluginStatus::WaitingForGrant { .. })
    };
    assert!(panel.runtime.health(tenant).iter().any(waits));
    panel.runtime.grant(operator(tenant), "other", &[], None).await.unwrap();
    assert_eq!(said(&panel, tenant).await, "asking");
    assert!(!panel.runtime.health(tenant).iter().any(waits));
}

#[tokio::test]
async fn a_broken_file_leaves_the_running_version_and_says_why() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("mine", "1.0.0", "one")).await;
    let mut newer = foreign("mine", "2.0.0", "two");
    newer.names = vec!["probe/other".into()];
    let broken = panel.runtime.install(operator(tenant), newer.file().into()).await;
    assert!(matches!(broken, Err(LoadError::Description(_))));
    assert_eq!(said(&panel, tenant).await, "one");
}

#[tokio::test]
async fn foreign_plugins_are_not_loaded_unless_that_is_allowed() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    panel.admit(tenant, &foreign("mine", "1.0.0", "mine")).await;
    let panel = panel.restarted_with(vec![shipped().file()], |options| options.allow_unsigned = false);
    panel.runtime.start().await.unwrap();
    assert_eq!(said(&panel, tenant).await, "shipped");
    let refused = panel.runtime.install(operator(tenant), foreign("more", "1.0.0", "more").file().into()).await;
    assert!(matches!(refused, Err(LoadError::Unsigned)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swap_under_load_loses_no_call_and_mixes_no_versions() {
    let panel = Arc::new(Panel::with(vec![shipped().file()]));
    let tenant = panel.tenant("acme").await;
    let ended = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (panel, ended) = (Arc::clone(&panel), Arc::clone(&ended));
            tokio::spawn(async move {
                let mut answers = std::collections::BTreeSet::new();
                while !ended.load(Ordering::Relaxed) {
                    let snapshot = panel.runtime.snapshot(tenant);
                    let route = snapshot.route("probe", "go").unwrap();
                    let reply = panel.runtime.call(&snapshot, route, call(tenant)).await.unwrap();
                    let Reply::Data { data, .. } = reply else { panic!("a body") };
                    let said: String = serde_json::from_str(&data).unwrap();
                    let version = &route.plugin.manifest.version;
                    assert!(said == "shipped" || said == *version, "{said} came from version {version}");
                    answers.insert(said);
                    tokio::task::yield_now().await;
                }
                answers
            })
        })
        .collect();
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        panel.admit(tenant, &foreign("mine", version, version)).await;
        assert_eq!(said(&panel, tenant).await, version);
    }
    ended.store(true, Ordering::Relaxed);
    for caller in callers {
        assert!(!caller.await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_file_is_picked_up_whole_and_a_cut_one_never_is() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let folder = panel.folder.path().join("data/tenants/acme/plugins");
    std::fs::create_dir_all(&folder).unwrap();
    let _watching = panel.runtime.watch().unwrap();
    let file = foreign("mine", "1.0.0", "mine").file();
    std::fs::write(folder.join("mine.wasm"), &file[..file.len() / 2]).unwrap();
    let reported = |health: &host_runtime::PluginHealth| {
        health.name == "mine.wasm"
            && matches!(&health.status, PluginStatus::Failed { reason } if reason.contains("incomplete"))
    };
    until(|| panel.runtime.health(tenant).iter().any(reported)).await;
    assert_eq!(said(&panel, tenant).await, "shipped");
    std::fs::write(folder.join(".mine.part"), &file).unwrap();
    std::fs::rename(folder.join(".mine.part"), folder.join("mine.wasm")).unwrap();
    let digest = || {
        let health = panel.runtime.health(tenant);
        let own = health.into_iter().find(|health| health.name == "mine");
        own.map(|health| health.digest)
    };
    until(|| digest().is_some()).await;
    panel.runtime.grant(operator(tenant), "mine", &[], digest().as_deref()).await.unwrap();
    until(|| panel.runtime.snapshot(tenant).route("probe", "go").unwrap().plugin.manifest.name == "mine").await;
    assert_eq!(said(&panel, tenant).await, "mine");
    assert!(!panel.runtime.health(tenant).iter().any(reported), "what is repaired is no longer reported");
    panel.runtime.remove(operator(tenant), "mine").await.unwrap();
    assert!(!folder.join("mine.wasm").exists(), "it would come back");
}

/// Waits until something is true; the harness ends a test that waits for ever.
async fn until(met: impl Fn() -> bool) {
    for _ in 0..500 {
        if met() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it never came true");
}

/// A shipped plugin without a surface, which answers `probe/more`.
fn family(name: &'static str) -> Guest {
    let mut guest = Guest::answering(r#""more""#);
    (guest.name, guest.names) = (name, vec!["probe/more".into()]);
    guest.description = serde_json::json!({ "action": [action("probe", "more")] });
    guest
}

#[tokio::test]
async fn a_surface_is_described_by_one_plugin_and_answered_by_several_whichever_comes_first() {
    let both = [shipped().file(), family("a-family").file()];
    for files in [both.clone().to_vec(), both.iter().rev().cloned().collect()] {
        let panel = Panel::with(files);
        let tenant = panel.tenant("acme").await;
        let snapshot = panel.runtime.snapshot(tenant);
        assert_eq!((snapshot.surfaces().len(), snapshot.surfaces()[0].plugin.as_str()), (1, "shipped"));
        assert_eq!(snapshot.explain("probe", "more").unwrap().plugin, "a-family");
        assert_eq!(panel.admit(tenant, &foreign("mine", "1.0.0", "mine")).await, PluginStatus::Active);
        assert_eq!(said(&panel, tenant).await, "mine");
    }
    let panel = Panel::with(vec![family("alone").file()]);
    let health = panel.runtime.health(panel.tenant("acme").await);
    let PluginStatus::Failed { reason } = &health[0].status else { panic!("it took part: {health:?}") };
    assert!(reason.contains("no plugin owns the surface probe"), "{reason}");
}

#[tokio::test]
async fn a_foreign_plugin_that_came_before_the_owner_of_its_surface_takes_part_with_it() {
    let panel = Panel::with(vec![shipped().file()]);
    let tenant = panel.tenant("acme").await;
    let mut early = family("early");
    early.names = vec!["mine/more".into()];
    early.description = serde_json::json!({ "action": [action("mine", "more")] });
    let PluginStatus::Failed { reason } = panel.admit(tenant, &early).await else { panic!("it has no surface") };
    assert!(reason.contains("mine"), "{reason}");
    let mut owner = Guest::answering(r#""own""#);
    (owner.name, owner.names) = ("mine", vec!["mine/go".into()]);
    owner.description = serde_json::json!({ "surface": [support::guest::surface("mine", "/x/mine/{action}")],
        "action": [action("mine", "go")] });
    assert_eq!(panel.admit(tenant, &owner).await, PluginStatus::Active);
    assert_eq!(panel.runtime.snapshot(tenant).explain("mine", "more").unwrap().plugin, "early");
}

#[tokio::test]
async fn a_shipped_plugin_that_became_several_keeps_what_the_tenant_set_and_replaced() {
    let mut whole = shipped();
    whole.names.push("probe/more".into());
    whole.description["action"].as_array_mut().unwrap().push(action("probe", "more"));
    let panel = Panel::with(vec![whole.file()]);
    let tenant = panel.tenant("acme").await;
    let greeting = serde_json::Map::from_iter([("greeting".to_owned(), serde_json::json!("hello"))]);
    panel.runtime.set_settings(operator(tenant), "shipped", &greeting).await.unwrap();
    panel.admit(tenant, &foreign("mine", "1.0.0", "mine")).await;
    let panel = panel.restarted(vec![shipped().file(), family("shipped-more").file()]);
    panel.runtime.start().await.unwrap();
    assert!(panel.runtime.health(tenant).iter().all(|health| health.status == PluginStatus::Active));
    assert_eq!(panel.runtime.settings(tenant, "shipped").await.unwrap(), greeting);
    assert_eq!(said(&panel, tenant).await, "mine");
    let snapshot = panel.runtime.snapshot(tenant);
    assert_eq!(snapshot.explain("probe", "go").unwrap().replaces.as_deref(), Some("shipped"));
    assert_eq!(snapshot.explain("probe", "more").unwrap().plugin, "shipped-more");
}
