//! What one caller's wishes cost the others: parts of a list, dry runs, new keys without end, and callers who leave.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use futures_util::FutureExt;
use host_core::TenantId;
use host_runtime::{Call, CallError, Coding};
use serde_json::{Value, json};
use support::Panel;
use support::guest::{Guest, data};
use support::viewer::{body, bytes, call_of, counts};

const LIST: &str = r#"[{"n":0},{"n":1},{"n":2},{"n":3},{"n":4}]"#;

/// Writes a list, whatever is asked.
fn listing(cache: Value) -> Guest {
    let number = json!({ "type": "int", "min": 0, "default": 0 });
    let more = json!({ "cache": cache, "reply": { "shape": "raw", "content_type": "application/json" },
        "parameters": { "category": number, "offset": number, "count": number } });
    Guest {
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        fields: data(9000, LIST),
        ..Guest::with_action(
            format!(
                "(call $write (i32.const 9000) (i32.const {}) (i32.const 64))
                 (call $body)",
                LIST.len()
            ),
            more,
        )
    }
}

fn windowed() -> Guest {
    listing(json!({ "depends": ["bouquets"], "window": { "skip": "offset", "most": "count" } }))
}

fn asking(panel: &Panel, tenant: TenantId, line: u32, parameters: Value) -> Call {
    let parameters = parameters.as_object().unwrap().clone();
    Call { parameters, ..call_of(panel, tenant, line, "ann", "x") }
}

#[tokio::test]
async fn parts_of_a_list_are_cut_out_of_one_build() {
    let panel = Panel::with(vec![windowed().file()]);
    let tenant = panel.tenant("acme").await;
    let mut tags = std::collections::HashSet::new();
    for (offset, count, wanted) in [
        (0, 0, json!([0, 1, 2, 3, 4])),
        (1, 2, json!([1, 2])),
        (3, 0, json!([3, 4])),
        (0, 1, json!([0])),
        (4, 9, json!([4])),
        (u32::MAX, u32::MAX, json!([])),
    ] {
        let call = asking(&panel, tenant, 1, json!({ "category": 0, "offset": offset, "count": count }));
        let part = body(&panel, call).await;
        let sent: Value = serde_json::from_slice(&bytes(part.content(Coding::Identity).unwrap()).await).unwrap();
        let numbers: Vec<_> = sent.as_array().unwrap().iter().map(|entry| entry["n"].clone()).collect();
        assert_eq!(Value::from(numbers), wanted, "{offset} {count}");
        assert!(tags.insert(part.etag), "another part has another tag");
    }
    assert_eq!((counts(&panel, tenant).answered, counts(&panel, tenant).kept), (1, 5));
}

#[tokio::test]
async fn parts_are_cut_out_of_what_is_not_kept_as_well() {
    let panel = Panel::with(vec![windowed().file()]);
    let tenant = panel.tenant("acme").await;
    // The host itself has no bouquets, so nothing is kept for it.
    let parameters = json!({ "category": 0, "offset": 3, "count": 1 }).as_object().unwrap().clone();
    let part = body(&panel, Call { parameters, ..support::panel::call(tenant) }).await;
    assert_eq!(part.identity(), r#"[{"n":3}]"#);
    assert_eq!(panel.runtime.body_bytes(tenant), 0);
}

#[tokio::test]
async fn only_the_named_parameters_make_another_body() {
    let panel = Panel::with(vec![listing(json!({ "depends": [], "key": ["category"] })).file()]);
    let tenant = panel.tenant("acme").await;
    for (category, offset) in [(1, 1), (1, 2), (1, 3), (2, 3)] {
        body(&panel, asking(&panel, tenant, 1, json!({ "category": category, "offset": offset, "count": 0 }))).await;
    }
    assert_eq!((counts(&panel, tenant).answered, counts(&panel, tenant).kept), (2, 2));
}

#[tokio::test]
async fn a_dry_run_of_a_read_is_the_read() {
    let panel = Panel::with(vec![listing(json!({ "depends": [] })).file()]);
    let tenant = panel.tenant("acme").await;
    let call = asking(&panel, tenant, 1, json!({}));
    body(&panel, call.clone()).await;
    body(&panel, Call { dry_run: true, ..call }).await;
    assert_eq!((counts(&panel, tenant).answered, counts(&panel, tenant).kept), (1, 1));
}

#[tokio::test]
async fn a_line_that_wants_ever_new_bodies_is_told_to_wait_and_no_other_line_is() {
    let panel = Panel::with(vec![listing(json!({ "depends": [] })).file()]);
    let tenant = panel.tenant("acme").await;
    let wanted = |line, category| asking(&panel, tenant, line, json!({ "category": category }));
    let mut told = None;
    for category in 0..2_000 {
        if let Err(error) = panel.call_with("probe", "go", wanted(1, category)).await {
            told = Some((category, error));
            break;
        }
    }
    let (first, error) = told.expect("there is an end");
    assert!(matches!(error, CallError::Busy { retry_after: 1.. }), "{error:?}");
    assert!(first >= 200, "a player may ask for each category of its lists");
    // What is kept it still gets, and another line gets what is new.
    body(&panel, wanted(1, first - 1)).await;
    body(&panel, wanted(2, first + 1)).await;
    body(&panel, wanted(1, first + 1)).await;
}

#[tokio::test]
async fn a_build_goes_on_when_its_caller_leaves() {
    let panel = Panel::with(vec![listing(json!({ "depends": [] })).file()]);
    let tenant = panel.tenant("acme").await;
    let call = asking(&panel, tenant, 1, json!({}));
    let left = panel.call_with("probe", "go", call.clone()).now_or_never();
    assert!(left.is_none(), "it had to wait, and left");
    while counts(&panel, tenant).answered == 0 {
        tokio::task::yield_now().await;
    }
    body(&panel, call).await;
    assert_eq!((counts(&panel, tenant).answered, counts(&panel, tenant).kept), (1, 1));
}
