//! Rows that the host holds for a call: named in the reply, read, and misused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::action::Columns;
use host_core::caller::{Caller, Identity};
use host_core::user::Role;
use host_core::{Code, TenantId, UserId};
use host_engine::Work;
use host_runtime::{Call, CallError, Reply};
use serde_json::{Map, Value, json};
use support::Panel;
use support::guest::{Guest, data};

const LIST: &str = r#"(import "linecard:lines/lines@0.1.0" "list" (func $list (param i32 i32 i32 i32 i32)))"#;
const CREATE: &str = r#"(import "linecard:lines/lines@0.1.0" "create" (func $create (param i32 i32 i32 i32 i32)))
(import "linecard:base/base@0.1.0" "read" (func $read (param i32 i32 i32)))"#;
const OPTIONS: &str = r#"{"username":"made","password":"long enough"}"#;

/// The instruction that answers the first rows that are held.
const HELD: &str = "(call $held (i32.const 0))";
/// That answers no more than an object.
const OBJECT: &str = "(call $ok (i32.const 8192) (i32.const 2))";

/// Runs `body` and answers by `reply`; its action is described so.
fn guest(imports: &'static str, body: &str, reply: &str, described: Value) -> Guest {
    Guest {
        imports,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        fields: [data(8192, "{}"), data(9000, OPTIONS)].join("\n"),
        ..Guest::with_action(format!("{body} {reply}"), described)
    }
}

/// One that lists lines and names the page.
fn lister() -> Guest {
    let fields = json!({ "id": { "type": "id" }, "name": { "type": "text", "of": "username" },
        "password": { "type": "text" }, "on": { "type": "flag", "of": "enabled", "and": "admin_enabled" },
        "end": { "type": "text", "of": "expiry", "as": "date" }, "notes": { "type": "text", "of": "admin_notes", "role": "admin" } });
    let reply = json!({ "reply": { "shape": "list", "of": "line", "fields": fields } });
    guest(LIST, "(call $list (i32.const 32) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 64))", HELD, reply)
}

/// One that creates a line, does `then`, and answers by `reply`, described as rows of `of`.
fn creator(then: &str, reply: &str, of: Value) -> Guest {
    let body = format!(
        "(call $create (i32.const 32) (i32.const 4) (i32.const 9000) (i32.const {}) (i32.const 64)) {then}",
        OPTIONS.len()
    );
    guest(CREATE, &body, reply, json!({ "kind": "write", "reply": of }))
}

fn of_line(fields: Value) -> Value {
    json!({ "shape": "object", "of": "line", "fields": fields })
}

/// The tenant's first admin.
fn admin(tenant: TenantId) -> Caller {
    let identity = Identity::User { id: UserId(1), role: Role::Admin, key: None };
    Caller { identity, ..Caller::system(tenant, "request-1") }
}

/// A call of theirs.
fn call(tenant: TenantId) -> Call {
    Call { caller: admin(tenant), ..support::panel::call(tenant) }
}

async fn sell(panel: &Panel, tenant: TenantId, options: Value) {
    let Value::Object(options) = options else { panic!("options are an object") };
    let create = async |work: &mut Work| host_engine::line::create(work, &options).await;
    panel.engine.act(admin(tenant), "create", create).await.unwrap();
}

async fn lines(panel: &Panel, tenant: TenantId) -> u64 {
    let query = Map::new();
    let list = async |work: &mut Work| host_engine::line::list(work, &query).await;
    panel.engine.act(admin(tenant), "look", list).await.unwrap().total.unwrap()
}

async fn answer(panel: &Panel, call: Call) -> (Value, Option<u64>, Option<u64>) {
    match panel.call_with("probe", "go", call).await.unwrap() {
        Reply::Data { data, total, matching, .. } => (serde_json::from_str(&data).unwrap(), total, matching),
        Reply::Body(_) => panic!("a body"),
    }
}

#[tokio::test]
async fn a_page_that_is_named_is_written_by_the_description_and_counted_by_the_host() {
    let panel = Panel::with(vec![lister().file()]);
    let tenant = panel.tenant("acme").await;
    let line = |name: &str| {
        json!({ "username": name, "password": "c0rrect", "expiry": 1_798_675_200,
        "admin_notes": "n", "enabled": name != "ann" })
    };
    sell(&panel, tenant, line("ann")).await;
    sell(&panel, tenant, line("bob")).await;
    let (rows, total, matching) = answer(&panel, call(tenant)).await;
    let row = |row: &Value, name: &str, on: u8| {
        json!({ "id": row["id"], "name": name, "password": "c0rrect",
        "on": on, "end": "2026-12-31", "notes": "n" })
    };
    assert_eq!(rows, json!([row(&rows[0], "bob", 1), row(&rows[1], "ann", 0)]));
    assert_eq!((total, matching), (Some(2), Some(2)));
    let columns = Columns { show: vec!["name".into(), "on".into()], hide: vec!["on".into()] };
    let (rows, ..) = answer(&panel, Call { columns, ..call(tenant) }).await;
    assert_eq!(rows, json!([{ "name": "bob" }, { "name": "ann" }]));
}

#[tokio::test]
async fn rows_of_another_kind_or_number_than_described_undo_the_write() {
    let fields = json!({ "id": { "type": "id" } });
    let of = |shape: &str, kind: &str| json!({ "shape": shape, "of": kind, "fields": fields });
    let plain = json!({ "shape": "object", "fields": fields });
    let wrong = [
        (of("object", "user"), HELD, "one row of the kind user"),
        (of("list", "line"), HELD, "a page of the kind line"),
        (plain, HELD, "no rows of a kind"),
        (of("object", "line"), "(call $held (i32.const 1))", "rows number 1"),
        (
            of("object", "line"),
            "(call $totals (i32.const 9) (i32.const 9)) (call $held (i32.const 0))",
            "beside held rows",
        ),
        (of("object", "line"), "(call $outcome (i32.const 1)) (call $held (i32.const 0))", "an outcome"),
    ];
    for (described, reply, words) in wrong {
        let panel = Panel::with(vec![creator("", reply, described).file()]);
        let tenant = panel.tenant("acme").await;
        let failed = panel.call_with("probe", "go", call(tenant)).await;
        assert!(matches!(failed, Err(CallError::Fault { .. })), "{reply}");
        let told = panel.runtime.logs(tenant, "probe").last().unwrap().message.clone();
        assert!(told.contains(words), "{told}");
        assert_eq!(lines(&panel, tenant).await, 0, "{words}");
    }
}

#[tokio::test]
async fn what_is_read_is_held_no_longer_unless_it_is_kept() {
    let read = |keep: u32| format!("(call $read (i32.const 0) (i32.const {keep}) (i32.const 128))");
    let fields = json!({ "name": { "type": "text", "of": "username" } });
    let kept = creator(&read(1), HELD, of_line(fields.clone()));
    let panel = Panel::with(vec![kept.file()]);
    let tenant = panel.tenant("acme").await;
    assert_eq!(answer(&panel, call(tenant)).await.0, json!({ "name": "made" }));
    let twice = creator(&(read(0) + &read(0)), OBJECT, json!({ "shape": "any" }));
    let panel = Panel::with(vec![twice.file()]);
    let tenant = panel.tenant("acme").await;
    assert!(matches!(panel.call_with("probe", "go", call(tenant)).await, Err(CallError::Fault { .. })));
    let told = panel.runtime.logs(tenant, "probe").last().unwrap().message.clone();
    assert!(told.contains("does not hold"), "{told}");
    assert_eq!(lines(&panel, tenant).await, 0);
}

#[tokio::test]
async fn a_repeat_under_its_key_gets_the_first_rows_under_its_own_columns() {
    let fields = json!({ "id": { "type": "id" }, "name": { "type": "text", "of": "username" } });
    let panel = Panel::with(vec![creator("", HELD, of_line(fields)).file()]);
    let tenant = panel.tenant("acme").await;
    let asking = |show: &[&str]| Call {
        columns: Columns { show: show.iter().map(|name| name.to_string()).collect(), hide: Vec::new() },
        idempotency: Some("once-and-once-only".into()),
        ..call(tenant)
    };
    let (first, ..) = answer(&panel, asking(&["name"])).await;
    assert_eq!(first, json!({ "name": "made" }));
    let (again, ..) = answer(&panel, asking(&[])).await;
    assert_eq!(again["name"], "made");
    assert!(again["id"].is_u64(), "the column that the first did not ask for: {again}");
    let others =
        [Call { body: "another".into(), ..asking(&[]) }, Call { asked_name: Some("another".into()), ..asking(&[]) }];
    for other in others {
        let Err(CallError::Refusal(refusal)) = panel.call_with("probe", "go", other).await else {
            panic!("another request got the first one's answer")
        };
        assert_eq!(refusal.code, Code::IdempotencyMismatch);
    }
    assert_eq!(lines(&panel, tenant).await, 1);
}

#[tokio::test]
async fn a_call_that_would_hold_more_rows_than_it_may_is_told_so() {
    let many = "(local.set $n (i32.const 1000))
        (loop $more
          (call $list (i32.const 32) (i32.const 4) (i32.const 9000) (i32.const 2) (i32.const 64))
          (if (i32.load8_u (i32.const 64)) (then (return (call $refuse
            (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.load (i32.const 88)) (i32.load (i32.const 92))))))
          (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))";
    let guest =
        Guest { fields: [data(8192, "{}"), data(9000, "{}")].join("\n"), ..guest(LIST, many, OBJECT, json!({})) };
    let panel = Panel::with(vec![guest.file()]);
    let tenant = panel.tenant("acme").await;
    let create = async |work: &mut Work| {
        for number in 0..60 {
            let Value::Object(line) = json!({ "username": format!("line{number}"), "password": "long enough" }) else {
                panic!("an object")
            };
            host_engine::line::create(work, &line).await?;
        }
        Ok(())
    };
    panel.engine.act(admin(tenant), "create", create).await.unwrap();
    let refused = panel.call_with("probe", "go", call(tenant)).await;
    assert!(
        matches!(&refused, Err(CallError::Refusal(no)) if no.code == Code::TooLarge && no.message.contains("2000 rows"))
    );
}
