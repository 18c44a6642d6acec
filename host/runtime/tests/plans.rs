//! What a call writes is committed when its plugin answered success, and only then.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::caller::Caller;
use host_core::object::Object;
use host_core::plan::{Change, Database, Plan};
use host_core::port::Store;
use host_core::tenant::Tenant;
use host_core::time::Unix;
use host_core::{TenantId, Version};
use host_runtime::{Call, CallError, Reply, Runtime};
use host_store::{Options, Writers, open_stepped};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::Panel;
use support::guest::{Guest, REPLY, data};
use support::panel::{TENANT, call, engine_over, options};

/// Creates a bouquet; then traps when its parameters are longer than 400 bytes, refuses when longer than 200.
fn writer() -> Guest {
    let document = r#"{"name":"made"}"#;
    Guest {
        imports: r#"(import "linecard:records/records@0.1.0" "create" (func $create (param i32 i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.records]\nreason = \"To try.\"\nlimits = [\"bouquet:write\"]\n",
        fields: [data(8192, REPLY), data(9000, "bouquet"), data(9100, document), data(9200, "not_found")].join("\n"),
        ..Guest::with_action(
            format!(
                "(call $create (i32.const 9000) (i32.const 7) (i32.const 9100) (i32.const {}) (i32.const 64))
                 (if (i32.load8_u (i32.const 64)) (then (unreachable)))
                 (if (i32.gt_u (local.get $parameters_len) (i32.const 400)) (then (unreachable)))
                 (if (i32.gt_u (local.get $parameters_len) (i32.const 200))
                   (then (return (call $refuse (i32.const 9200) (i32.const 9) (i32.const 9200) (i32.const 9)))))
                 (call $ok (i32.const 8192) (i32.const {}))",
                document.len(),
                REPLY.len()
            ),
            json!({ "kind": "write" }),
        )
    }
}

fn long(tenant: TenantId, length: usize) -> Call {
    let mut call = call(tenant);
    call.parameters.insert("x".into(), "x".repeat(length).into());
    call
}

async fn bouquets(panel: &Panel, tenant: TenantId) -> Value {
    let query = serde_json::Map::new();
    let list = async |work: &mut host_engine::Work| host_engine::record::list(work, "bouquet", &query).await;
    panel.engine.act(Caller::system(tenant, "test"), "look", list).await.unwrap()["matching"].clone()
}

#[tokio::test]
async fn a_trap_or_a_refusal_after_a_write_changes_nothing() {
    let panel = Panel::with(vec![writer().file()]);
    let tenant = panel.tenant("acme").await;
    let before = bouquets(&panel, tenant).await.as_u64().unwrap();
    let trapped = panel.call_with("probe", "go", long(tenant, 500)).await;
    assert!(matches!(trapped, Err(CallError::Fault { .. })));
    let refused = panel.call_with("probe", "go", long(tenant, 250)).await;
    assert!(matches!(refused, Err(CallError::Refusal(_))));
    assert_eq!(bouquets(&panel, tenant).await, before);
    panel.call_with("probe", "go", call(tenant)).await.unwrap();
    assert_eq!(bouquets(&panel, tenant).await, before + 1);
}

fn born(id: TenantId) -> Plan {
    let tenant = Tenant {
        id,
        version: Version(0),
        name: "acme".into(),
        hosts: Vec::new(),
        suspended: false,
        quotas: Default::default(),
        created_at: Unix(0),
    };
    Plan { changes: vec![Change::Insert(Box::new(Object::Tenant(tenant)))], ..Plan::default() }
}

/// Lets writers write while the flag says so, until nobody else has it.
#[expect(clippy::disallowed_methods, reason = "the writers of the test go with the real time")]
fn drive(mut writers: Writers, writes: &Arc<AtomicBool>) {
    let (begin, writes) = (Instant::now(), Arc::clone(writes));
    std::thread::spawn(move || {
        while Arc::strong_count(&writes) > 1 {
            if writes.load(Ordering::SeqCst) {
                writers.step(begin.elapsed());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}

#[tokio::test]
async fn a_store_that_keeps_a_plugin_waiting_is_busy_and_no_fault_of_the_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let (opened, writers) = open_stepped(&folder.path().join("data"), Options::default()).unwrap();
    let writes = Arc::new(AtomicBool::new(true));
    drive(writers, &writes);
    opened.store.commit(Database::Control, born(TENANT)).await.unwrap();
    // From here on the first id of the tenant has to be waited for.
    writes.store(false, Ordering::SeqCst);
    let engine = engine_over(opened);
    let runtime = Runtime::new(Arc::clone(&engine), options(&folder, vec![writer().file()])).unwrap();
    let panel = Panel { engine, runtime, folder };
    let ask = || panel.call_with("probe", "go", call(TENANT));
    let answers: [_; 6] = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask()).into();
    assert!(answers.iter().all(|answer| matches!(answer, Err(CallError::Busy { .. }))));
    assert!(panel.runtime.tripped().is_empty());
    writes.store(true, Ordering::SeqCst);
    ask().await.unwrap();
}

#[tokio::test]
async fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let panel = Panel::with(vec![writer().file()]);
    let tenant = panel.tenant("acme").await;
    let before = bouquets(&panel, tenant).await;
    let reply = panel.call_with("probe", "go", Call { dry_run: true, ..call(tenant) }).await.unwrap();
    let Reply::Data { plan: Some(plan), .. } = reply else { panic!("no plan") };
    assert_eq!(plan["changes"][0]["after"]["name"], "made");
    assert_eq!(bouquets(&panel, tenant).await, before);
}

#[tokio::test]
async fn a_write_whose_answer_breaks_its_shape_is_found_out_before_anything_is_done() {
    let document = r#"{"name":"made"}"#;
    let reply = "[10]";
    let guest = Guest {
        imports: r#"(import "linecard:records/records@0.1.0" "create" (func $create (param i32 i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.records]\nreason = \"To try.\"\nlimits = [\"bouquet:write\"]\n",
        fields: [data(8192, reply), data(9000, "bouquet"), data(9100, document)].join("\n"),
        ..Guest::with_action(
            format!(
                "(call $create (i32.const 9000) (i32.const 7) (i32.const 9100) (i32.const {}) (i32.const 64))
                 (call $ok (i32.const 8192) (i32.const {}))",
                document.len(),
                reply.len()
            ),
            json!({ "kind": "write", "reply": { "shape": "list", "fields": { "id": { "type": "id" } } } }),
        )
    };
    let panel = Panel::with(vec![guest.file()]);
    let tenant = panel.tenant("acme").await;
    let before = bouquets(&panel, tenant).await;
    let failed = panel.call_with("probe", "go", call(tenant)).await;
    assert!(matches!(failed, Err(CallError::Fault { .. })));
    assert_eq!(bouquets(&panel, tenant).await, before);
    assert_eq!(panel.runtime.health(tenant)[0].calls.unwrap().faults, 1, "it counts as the plugin's fault");
}
