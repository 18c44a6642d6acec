//! Tricks that want more than a call may have: time, memory, stack, handles, calls, bytes.

use super::guest::{Guest, REPLY, data};
use super::pair::Side;
use super::probe::{Ending, Probe, slow_body};
use super::role::Role;
use serde_json::json;

/// A probe whose caller does not matter.
const fn spends(trick: &'static str, guest: fn(&Side) -> Guest, ends: Ending) -> Probe {
    Probe { trick, caller: Role::Stranger, guest, ends }
}

pub const PROBES: &[Probe] = &[
    spends("an endless loop", |_| Guest::new("(loop $for_ever (br $for_ever)) (unreachable)"), Ending::Limit("time")),
    spends(
        "an endless loop inside of what the host asks for memory",
        |_| Guest { alloc: "(loop $for_ever (br $for_ever))", ..answering() },
        Ending::Limit("time"),
    ),
    spends(
        "memory without end",
        |_| Guest::new("(loop $more (drop (memory.grow (i32.const 64))) (br $more)) (unreachable)"),
        Ending::Limit("64 MiB of memory"),
    ),
    spends(
        "a table without end",
        |_| Guest {
            fields: "(table $t 1 funcref)".into(),
            ..Guest::new("(loop $more (drop (table.grow $t (ref.null func) (i32.const 500))) (br $more)) (unreachable)")
        },
        Ending::Limit("tables of more than 10000"),
    ),
    spends(
        "three tables that are small each",
        |_| Guest {
            fields: "(table $a 1 funcref) (table $b 1 funcref) (table $c 1 funcref)".into(),
            ..Guest::new(
                "(drop (table.grow $a (ref.null func) (i32.const 4000)))
                 (drop (table.grow $b (ref.null func) (i32.const 4000)))
                 (drop (table.grow $c (ref.null func) (i32.const 4000))) (unreachable)",
            )
        },
        Ending::Limit("tables of more than 10000"),
    ),
    spends(
        "endless recursion",
        |_| Guest {
            fields: "(func $down (param i64) (result i64) (i64.add (call $down (local.get 0)) (i64.const 1)))".into(),
            ..Guest::new("(drop (call $down (i64.const 1))) (unreachable)")
        },
        Ending::Fault("stack"),
    ),
    spends("a trap", |_| Guest::new("(unreachable)"), Ending::Fault("unreachable")),
    spends(
        "memory that it does not have",
        |_| Guest::new("(i32.load (i32.const 0x7ffffff0))"),
        Ending::Fault("out of bounds"),
    ),
    spends(
        "a reply in memory that it does not have",
        |_| Guest::new("(call $ok (i32.const 0x7ffffff0) (i32.const 64))"),
        Ending::Fault("bounds"),
    ),
    spends("a reply of 9 MiB", |_| huge_reply(), Ending::Limit("8 MiB")),
    spends("a body without end", |_| huge_body(), Ending::Limit("body is larger")),
    spends("an argument of 17 MiB", |_| huge_argument(), Ending::Fault("fuel")),
    spends("handles without end", |_| handles(), Ending::Fault("handle")),
    spends(
        "host calls without end",
        |_| Guest {
            imports: r#"(import "linecard:base/base@0.1.0" "now" (func $now (result i32)))"#,
            ..Guest::new("(loop $more (drop (call $now)) (br $more)) (unreachable)")
        },
        Ending::Limit("host calls"),
    ),
    spends(
        "random bytes without end",
        |_| Guest {
            imports: r#"(import "linecard:base/base@0.1.0" "random" (func $random (param i32 i32)))"#,
            ..Guest::new("(loop $more (call $random (i32.const 9000) (i32.const 64)) (br $more)) (unreachable)")
        },
        Ending::Limit("random"),
    ),
    spends("log lines without end", |_| chatter(), Ending::Limit("host calls")),
];

fn answering() -> Guest {
    let parameters = json!({ "parameters": { "note": { "type": "text" } } });
    Guest {
        fields: data(8192, REPLY),
        ..Guest::with_action(format!("(call $ok (i32.const 8192) (i32.const {}))", REPLY.len()), parameters)
    }
}

/// A digit, and spaces.
fn huge_reply() -> Guest {
    Guest {
        pages: 160,
        ..Guest::new(
            "(memory.fill (i32.const 65536) (i32.const 32) (i32.const 9437184))
             (i32.store8 (i32.const 65536) (i32.const 49))
             (call $ok (i32.const 65536) (i32.const 9437184))",
        )
    }
}

fn huge_body() -> Guest {
    Guest {
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        pages: 32,
        ..Guest::with_action(
            "(loop $more (call $write (i32.const 65536) (i32.const 1048576) (i32.const 128)) (br $more)) (unreachable)",
            slow_body("read"),
        )
    }
}

fn huge_argument() -> Guest {
    Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        pages: 300,
        ..Guest::new("(call $log (i32.const 1) (i32.const 65536) (i32.const 17825792)) (unreachable)")
    }
}

/// Makes resources of its own, which needs no host call.
fn handles() -> Guest {
    Guest {
        imports: r#"(import "[export]probe:probe/things" "[resource-new]thing" (func $new (param i32) (result i32)))"#,
        fields: r#"(func (export "probe:probe/things#[constructor]thing") (result i32) (call $new (i32.const 1)))"#
            .into(),
        ..Guest::new("(loop $more (drop (call $new (i32.const 1))) (br $more)) (unreachable)")
    }
}

fn chatter() -> Guest {
    Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        ..Guest::with_action(
            "(loop $more (call $log (i32.const 1) (local.get $parameters) (local.get $parameters_len)) (br $more)) (unreachable)",
            json!({ "parameters": { "note": { "type": "text" } } }),
        )
    }
}
