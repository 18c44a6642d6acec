//! Guests that ask for more than they may have, and why the host says that it ended them. What the neighbours of such a
//! guest notice, the whole-panel tests look at.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_runtime::{CallError, Reply};
use serde_json::json;
use support::Panel;
use support::guest::mirror::CALL;
use support::guest::{Guest, REPLY, data};
use support::panel::{TENANT, call};

fn json_of(reply: Reply) -> serde_json::Value {
    match reply {
        Reply::Data { data, .. } => serde_json::from_str(&data).unwrap(),
        Reply::Body(body) => serde_json::from_slice(&body.identity()).unwrap(),
    }
}

/// How a guest failed: the caller hears an incident, the log why.
async fn fault_of(guest: Guest) -> String {
    let panel = Panel::with(vec![guest.file()]);
    let result = panel.call("probe", "go").await;
    assert!(matches!(&result, Err(CallError::Fault { incident }) if &**incident == "request-1"), "{:?}", result.err());
    panel.last_words("probe")
}

#[tokio::test]
async fn an_honest_guest_answers() {
    let panel = Panel::with(vec![Guest::answering(REPLY).file()]);
    assert_eq!(json_of(panel.call("probe", "go").await.unwrap()), json!({ "ok": true }));
}

#[tokio::test]
async fn a_guest_gets_the_parameters_and_asks_for_the_rest_of_the_call() {
    let panel = Panel::with(vec![Guest::new(format!("(call $ok {CALL})")).with_call_mirror().file()]);
    let mut call = call(TENANT);
    call.parameters.insert("name".into(), "a \"b\"".into());
    call.asked_name = Some("gone".into());
    let mut seen = json_of(panel.call_with("probe", "go", call).await.unwrap());
    assert!(seen["request"]["now"].as_i64().unwrap() > 1_700_000_000);
    seen["request"]["now"] = 0.into();
    // What a verb is called with means nothing where there is none.
    seen.as_object_mut().unwrap().remove("does");
    assert_eq!(
        seen,
        json!({ "surface": "probe", "action": "go", "asked": "gone", "parameters": { "name": "a \"b\"" },
            "settings": {},
            "caller": { "role": "admin", "user": null, "line": null },
            "request": { "id": "request-1", "scheme": "http", "host": "tv.example.org", "port": 8080,
                "address": "127.0.0.1", "agent": "probe", "now": 0 },
            "dry_run": false })
    );
}

#[tokio::test]
async fn a_guest_gets_no_parameters_of_a_common_action_and_asks_what_its_verb_is_called_with() {
    let described = json!({ "kind": "write", "roles": ["admin"], "does": { "edit": "line" }, "parameters": {
        "id": { "type": "id", "required": true }, "notes": { "type": "text", "sets": "admin_notes" } },
        "reply": { "shape": "object", "of": "line", "fields": { "notes": { "type": "text", "of": "admin_notes" } } } });
    // It tells its log.
    let guest = Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        fields: data(8192, r#"{"notes":"late"}"#),
        ..Guest::with_action(
            format!("(call $log (i32.const 1) {CALL}) (call $ok (i32.const 8192) (i32.const 16))"),
            described,
        )
    };
    let guest = guest.with_call_mirror();
    let panel = Panel::with(vec![guest.file()]);
    let parameters = json!({ "id": 7, "notes": "late" }).as_object().unwrap().clone();
    let call = host_runtime::Call { parameters, dry_run: true, ..call(TENANT) };
    panel.call_with("probe", "go", call).await.unwrap();
    let seen: serde_json::Value = serde_json::from_str(&panel.last_words("probe")).unwrap();
    assert_eq!(seen["does"], json!({ "id": 7, "fields": { "admin_notes": "late" } }));
    assert_eq!((&seen["parameters"], &seen["dry_run"]), (&json!({}), &json!(true)));
}

#[tokio::test]
async fn an_endless_loop_does_not_hold_its_thread() {
    let panel = Panel::with(vec![Guest::new("(loop $for_ever (br $for_ever)) (unreachable)").file()]);
    let turns = async {
        let mut turns = 0;
        loop {
            tokio::task::yield_now().await;
            turns += 1;
            if turns == 5 {
                return turns;
            }
        }
    };
    // Both on one thread: the other task gets its turns while the guest loops.
    let (ended, turns) = tokio::join!(panel.call("probe", "go"), turns);
    assert!(matches!(ended, Err(CallError::Refusal(_))));
    assert_eq!(turns, 5);
}

#[tokio::test]
async fn endless_recursion_traps() {
    let guest = Guest {
        fields: "(func $down (param i64) (result i64) (i64.add (call $down (local.get 0)) (i64.const 1)))".into(),
        ..Guest::new("(drop (call $down (i64.const 1))) (unreachable)")
    };
    let words = fault_of(guest).await;
    assert!(words.contains("stack"), "{words}");
}

#[tokio::test]
async fn a_trap_costs_one_call_and_nothing_else() {
    // Traps when its parameters have more than 400 bytes.
    let guest = Guest {
        fields: data(8192, REPLY),
        ..Guest::new(format!(
            "(if (i32.gt_u (local.get $parameters_len) (i32.const 400)) (then (unreachable)))
             (call $ok (i32.const 8192) (i32.const {}))",
            REPLY.len()
        ))
    };
    let panel = Panel::with(vec![guest.file()]);
    let mut long = call(TENANT);
    long.parameters.insert("x".into(), "x".repeat(400).into());
    for _ in 0..3 {
        let trapped = panel.call_with("probe", "go", long.clone()).await;
        assert!(matches!(trapped, Err(CallError::Fault { .. })));
        assert!(panel.call("probe", "go").await.is_ok());
    }
}

#[tokio::test]
async fn nothing_in_guest_memory_survives_a_call() {
    // Answers how often it was called, as far as its memory knows.
    let guest = Guest {
        fields: data(8192, "0"),
        ..Guest::new(
            "(i32.store8 (i32.const 8192) (i32.add (i32.load8_u (i32.const 8192)) (i32.const 1)))
             (call $ok (i32.const 8192) (i32.const 1))",
        )
    };
    let panel = Panel::with(vec![guest.file()]);
    for _ in 0..20 {
        assert_eq!(json_of(panel.call("probe", "go").await.unwrap()), json!(1));
    }
}

#[tokio::test]
async fn the_last_words_of_a_guest_are_kept() {
    let guest = Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "fault" (func $fault (param i32 i32)))"#,
        fields: data(8192, "index out of bounds at src/lib.rs:7"),
        ..Guest::new("(call $fault (i32.const 8192) (i32.const 35)) (unreachable)")
    };
    let panel = Panel::with(vec![guest.file()]);
    assert!(panel.call("probe", "go").await.is_err());
    let lines: Vec<_> = panel.runtime.logs(TENANT, "probe").into_iter().map(|line| line.message).collect();
    assert_eq!(lines[0], "index out of bounds at src/lib.rs:7");
    assert!(lines[1].contains("unreachable"), "{lines:?}");
}

#[tokio::test]
async fn a_made_up_refusal_code_is_a_fault_and_a_known_one_is_a_refusal() {
    let refusing = |code: &str| Guest {
        fields: data(8192, code),
        ..Guest::new(format!(
            "(call $refuse (i32.const 8192) (i32.const {0}) (i32.const 8192) (i32.const {0}))",
            code.len()
        ))
    };
    assert!(fault_of(refusing("made_up")).await.contains("7 bytes"));
    let panel = Panel::with(vec![refusing("not_found").file()]);
    let refused = panel.call("probe", "go").await;
    assert!(matches!(refused, Err(CallError::Refusal(refusal)) if refusal.code == host_core::Code::NotFound));
}

#[tokio::test]
async fn a_call_cannot_reach_another_tenants_routes() {
    let panel = Panel::with(vec![Guest::answering(REPLY).file()]);
    let snapshot = panel.runtime.snapshot(TENANT);
    let route = snapshot.route("probe", "go").unwrap();
    let crossed = panel.runtime.call(&snapshot, route, call(host_core::TenantId(2))).await;
    assert!(matches!(crossed, Err(CallError::Ours(_))));
}

#[tokio::test]
async fn a_reading_action_cannot_write() {
    let guest = Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "delete" (func $delete (param i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        ..Guest::new("(call $delete (i32.const 32) (i32.const 4) (i32.const 7) (i32.const 64)) (unreachable)")
    };
    let words = fault_of(guest).await;
    assert!(words.contains("`write`"), "{words}");
}

#[tokio::test]
async fn records_that_are_not_granted_are_refused_by_name() {
    // Passes the host's refusal on.
    let guest = Guest {
        imports: r#"(import "linecard:records/records@0.1.0" "get" (func $get (param i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.records]\nreason = \"To try.\"\nlimits = [\"stream:read\"]\n",
        fields: data(8192, "settings"),
        ..Guest::new(
            "(call $get (i32.const 8192) (i32.const 8) (i32.const 1) (i32.const 64))
             (call $refuse (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.load (i32.const 88)) (i32.load (i32.const 92)))",
        )
    };
    let panel = Panel::with(vec![guest.file()]);
    let refused = panel.call("probe", "go").await.err().unwrap().to_string();
    assert!(refused.contains("settings:read") && refused.contains("not_permitted"), "{refused}");
}

#[tokio::test]
async fn a_document_that_writes_another_kind_as_well_needs_the_grant_for_both() {
    let document = r#"{"name":"sellers","packages":[]}"#;
    let guest = Guest {
        imports: r#"(import "linecard:records/records@0.1.0" "create" (func $create (param i32 i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.records]\nreason = \"To try.\"\nlimits = [\"group:write\"]\n",
        fields: [data(8192, "group"), data(8300, document)].join("\n"),
        ..Guest::with_action(
            format!(
                "(call $create (i32.const 8192) (i32.const 5) (i32.const 8300) (i32.const {}) (i32.const 64))
                 (call $refuse (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.load (i32.const 88)) (i32.load (i32.const 92)))",
                document.len()
            ),
            serde_json::json!({ "kind": "write" }),
        )
    };
    let panel = Panel::with(vec![guest.file()]);
    let refused = panel.call("probe", "go").await.err().unwrap().to_string();
    assert!(refused.contains("package:write") && refused.contains("not_permitted"), "{refused}");
}

/// Page faults of this thread without I/O: each slot that is given back to the system and taken again costs some.
fn faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    after_name.split(' ').nth(7).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_warm_dispatch_leaves_the_memory_of_its_slot_in_place() {
    let panel = Panel::with(vec![Guest::answering(REPLY).file()]);
    let calls = async |count: u32| {
        for _ in 0..count {
            panel.call("probe", "go").await.unwrap();
        }
    };
    calls(500).await;
    let before = faults();
    calls(1_000).await;
    let taken = faults() - before;
    assert!(taken < 200, "{taken} page faults in 1,000 calls");
}
