//! Guests that ask for more than one call may have: their callers are refused, and the log says which limit it was.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_runtime::CallError;
use support::Panel;
use support::guest::{Guest, REPLY, data};
use support::panel::TENANT;

/// Which limit a guest ran into: the caller is refused, the log says which.
async fn limit_of(guest: Guest, code: host_core::Code) -> String {
    let panel = Panel::with(vec![guest.file()]);
    let result = panel.call("probe", "go").await;
    assert!(matches!(&result, Err(CallError::Refusal(refusal)) if refusal.code == code), "{:?}", result.err());
    let counts = panel.runtime.health(TENANT)[0].calls.unwrap();
    assert_eq!((counts.at_limit, counts.faults), (1, 0));
    panel.last_words("probe")
}

#[tokio::test]
async fn an_endless_loop_ends_at_its_deadline() {
    let words =
        limit_of(Guest::new("(loop $for_ever (br $for_ever)) (unreachable)"), host_core::Code::Unavailable).await;
    assert!(words.contains("time"), "{words}");
}

#[tokio::test]
async fn memory_beyond_the_limit_is_refused() {
    let grow = "(loop $more (drop (memory.grow (i32.const 64))) (br $more)) (unreachable)";
    let words = limit_of(Guest::new(grow), host_core::Code::TooLarge).await;
    assert!(words.contains("64 MiB of memory"), "{words}");
}

#[tokio::test]
async fn table_growth_beyond_the_limit_is_refused() {
    let guest = Guest {
        fields: "(table $t 1 funcref)".into(),
        ..Guest::new("(loop $more (drop (table.grow $t (ref.null func) (i32.const 5000))) (br $more)) (unreachable)")
    };
    let words = limit_of(guest, host_core::Code::TooLarge).await;
    assert!(words.contains("table"), "{words}");
}

#[tokio::test]
async fn a_huge_reply_is_refused() {
    // A digit, and 9 MiB of spaces.
    let guest = Guest {
        pages: 160,
        ..Guest::new(
            "(memory.fill (i32.const 65536) (i32.const 32) (i32.const 9437184))
             (i32.store8 (i32.const 65536) (i32.const 49))
             (call $ok (i32.const 65536) (i32.const 9437184))",
        )
    };
    let words = limit_of(guest, host_core::Code::TooLarge).await;
    assert!(words.contains("8 MiB"), "{words}");
}

#[tokio::test]
async fn a_flood_of_host_calls_is_stopped() {
    let guest = Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "now" (func $now (result i32)))"#,
        ..Guest::new("(loop $more (drop (call $now)) (br $more)) (unreachable)")
    };
    let words = limit_of(guest, host_core::Code::TooLarge).await;
    assert!(words.contains("host calls"), "{words}");
}

#[tokio::test]
async fn a_document_of_more_than_256_kib_is_not_taken() {
    let guest = Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "list" (func $list (param i32 i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        pages: 8,
        ..Guest::new(
            "(call $list (i32.const 32) (i32.const 4) (i32.const 65536) (i32.const 262145) (i32.const 64)) (unreachable)",
        )
    };
    let words = limit_of(guest, host_core::Code::TooLarge).await;
    assert!(words.contains("256 KiB"), "{words}");
}

#[tokio::test]
async fn what_costs_the_host_more_counts_for_more_calls() {
    let guest = Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "list" (func $list (param i32 i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        fields: data(8192, REPLY),
        ..Guest::new(format!(
            "(local.set $n (i32.const 101))
             (loop $more
               (call $list (i32.const 32) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 64))
               (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (call $ok (i32.const 8192) (i32.const {}))",
            REPLY.len()
        ))
    };
    let panel = Panel::with(vec![guest.file()]);
    let tenant = panel.tenant("acme").await;
    let refused = panel.call_with("probe", "go", support::panel::call(tenant)).await;
    assert!(matches!(&refused, Err(CallError::Refusal(no)) if no.code == host_core::Code::TooLarge));
    let words = panel.runtime.logs(tenant, "probe").last().unwrap().message.clone();
    assert!(words.contains("host calls"), "{words}");
}

#[tokio::test]
async fn a_flood_of_random_bytes_is_stopped() {
    let guest = Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "random" (func $random (param i32 i32)))"#,
        ..Guest::new("(loop $more (call $random (i32.const 40000) (i32.const 64)) (br $more)) (unreachable)")
    };
    let words = limit_of(guest, host_core::Code::TooLarge).await;
    assert!(words.contains("random"), "{words}");
}

#[tokio::test]
async fn a_flood_of_log_lines_is_cut_and_hurts_nobody() {
    let guest = Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        fields: data(8192, REPLY),
        ..Guest::new(format!(
            "(local.set $n (i32.const 100))
             (loop $more
               (call $log (i32.const 1) (i32.const 8192) (i32.const 4096))
               (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (call $ok (i32.const 8192) (i32.const {}))",
            REPLY.len()
        ))
    };
    let panel = Panel::with(vec![guest.file()]);
    assert!(panel.call("probe", "go").await.is_ok());
    let logged: usize = panel.runtime.logs(TENANT, "probe").iter().map(|line| line.message.len()).sum();
    assert_eq!(logged, 64 << 10);
}

#[tokio::test]
async fn empty_log_lines_do_not_push_the_evidence_out() {
    let guest = Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        fields: data(8192, REPLY),
        ..Guest::new(format!(
            "(local.set $n (i32.const 990))
             (loop $more
               (call $log (i32.const 1) (i32.const 8192) (i32.const 0))
               (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (call $ok (i32.const 8192) (i32.const {}))",
            REPLY.len()
        ))
    };
    let panel = Panel::with(vec![guest.file()]);
    assert!(panel.call("probe", "go").await.is_ok());
    let lines = panel.runtime.logs(TENANT, "probe").len();
    assert_eq!(lines, 256, "of the 1,000 that are kept");
}
