//! One call that several guests answer, one after the other: one plan, one budget.
//! Uses the host by its public doors alone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::caller::Caller;
use host_core::{Code, TenantId};
use host_runtime::{CallError, Reply};
use serde_json::{Map, json};
use support::Panel;
use support::guest::{Guest, REPLY, data, surface};
use support::panel::call;

/// Creates a bouquet with its own name, asks the host for the time so often, and then does `then`.
fn guest(name: &'static str, asks: u32, then: &str) -> Guest {
    let document = format!("{{\"name\":\"of {name}\"}}");
    let code = format!(
        "(call $create (i32.const 9000) (i32.const 7) (i32.const 9100) (i32.const {}) (i32.const 64))
         (if (i32.load8_u (i32.const 64)) (then (unreachable)))
         (local.set $n (i32.const {asks}))
         (loop $more (drop (call $now)) (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
         {then}",
        document.len()
    );
    let mut guest = Guest {
        name,
        names: vec![format!("{name}/go")],
        imports: r#"(import "linecard:records/records@0.1.0" "create" (func $create (param i32 i32 i32 i32 i32)))
            (import "linecard:base/base@0.1.0" "now" (func $now (result i32)))"#,
        capabilities: "[capabilities.records]\nreason = \"To try.\"\nlimits = [\"bouquet:write\"]\n",
        fields: [data(8192, REPLY), data(8300, "not_found"), data(9000, "bouquet"), data(9100, &document)].join("\n"),
        ..Guest::with_action(code, json!({ "kind": "write" }))
    };
    guest.description["action"][0]["surface"] = name.into();
    guest.description["surface"][0] = surface(name, &format!("/x/{name}/{{action}}"));
    guest
}

fn done() -> String {
    format!("(call $ok (i32.const 8192) (i32.const {}))", REPLY.len())
}

fn refused() -> String {
    "(call $refuse (i32.const 8300) (i32.const 9) (i32.const 8300) (i32.const 9))".to_owned()
}

/// A panel with two plugins, and a tenant that has them.
async fn panel(first: Guest, second: Guest) -> (Panel, TenantId) {
    let panel = Panel::with(vec![first.file(), second.file()]);
    let tenant = panel.tenant("acme").await;
    (panel, tenant)
}

/// Calls the second, with the first before it.
async fn both(panel: &Panel, tenant: TenantId) -> Result<Reply, CallError> {
    let snapshot = panel.runtime.snapshot(tenant);
    let route = |name| snapshot.route(name, "go").unwrap().clone();
    panel.runtime.call(&snapshot, &route("second").after(route("first")), call(tenant)).await
}

/// The names of the bouquets that the guests made.
async fn made(panel: &Panel, tenant: TenantId) -> Vec<String> {
    let query = Map::new();
    let list = async |work: &mut host_engine::Work| host_engine::record::list(work, "bouquet", &query).await;
    let rows = panel.engine.act(Caller::system(tenant, "test"), "look", list).await.unwrap();
    let names = rows["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("of ")).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_change_is_one_plan() {
    let (panel, tenant) = panel(guest("first", 1, &done()), guest("second", 1, &done())).await;
    assert!(both(&panel, tenant).await.is_ok());
    assert_eq!(made(&panel, tenant).await, ["of first", "of second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_either_leaves_nothing_of_both() {
    for (first, second) in [(refused(), done()), (done(), refused())] {
        let (panel, tenant) = panel(guest("first", 1, &first), guest("second", 1, &second)).await;
        let refused = both(&panel, tenant).await;
        assert!(matches!(refused, Err(CallError::Refusal(no)) if no.code == Code::NotFound));
        assert_eq!(made(&panel, tenant).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_have_one_meter() {
    let (panel, tenant) = panel(guest("first", 600, &done()), guest("second", 600, &done())).await;
    let ended = both(&panel, tenant).await.err().unwrap();
    assert!(matches!(&ended, CallError::Refusal(no) if no.code == Code::TooLarge), "{ended:?}");
    let words = panel.runtime.logs(tenant, "second").last().unwrap().message.clone();
    assert!(words.contains("host calls"), "{words}");
    assert_eq!(made(&panel, tenant).await, Vec::<String>::new());
    assert!(panel.call_with("second", "go", call(tenant)).await.is_ok(), "alone it fits");
    assert_eq!(made(&panel, tenant).await, ["of second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_ends_all_of_it_whoever_spent_it() {
    let endless = "(loop $for_ever (br $for_ever)) (unreachable)";
    for (first, second) in [(endless.to_owned(), done()), (done(), endless.to_owned())] {
        let (panel, tenant) = panel(guest("first", 1, &first), guest("second", 1, &second)).await;
        let ended = both(&panel, tenant).await;
        assert!(matches!(ended, Err(CallError::Refusal(no)) if no.code == Code::Unavailable));
        assert_eq!(made(&panel, tenant).await, Vec::<String>::new());
    }
}
