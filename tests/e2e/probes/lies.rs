//! Tricks with what a plugin answers: endings, headers, shapes, codes, bodies that are not there.

use super::guest::mirror::LINE;
use super::guest::{Guest, REPLY, data, headers};
use super::pair::Side;
use super::probe::{Ending, Probe, slow_body};
use super::role::Role;
use serde_json::{Value, json};

const fn tells(trick: &'static str, guest: fn(&Side) -> Guest, ends: Ending) -> Probe {
    Probe { trick, caller: Role::Stranger, guest, ends }
}

pub const PROBES: &[Probe] = &[
    tells("an outcome that is not described", |_| saying("(call $outcome (i32.const 1))"), Ending::Fault("an outcome")),
    tells("an outcome that does not exist", |_| saying("(call $outcome (i32.const 9))"), Ending::Fault("discriminant")),
    tells(
        "content that does not exist",
        |_| Guest::new("(call $answered (i32.const 3) (i32.const 0) (i32.const 0))"),
        Ending::Fault("discriminant"),
    ),
    tells("an answer that is neither yes nor no", |_| neither(), Ending::Fault("discriminant")),
    tells(
        "a place elsewhere",
        |_| saying("(call $location (i32.const 8192) (i32.const 2))"),
        Ending::Fault("names a place"),
    ),
    tells(
        "a next page of no list",
        |_| saying("(call $cursor (i32.const 8192) (i32.const 2))"),
        Ending::Fault("names a cursor"),
    ),
    tells("data that is no JSON", |_| Guest::answering("HTTP/1.1 200 OK\r\n\r\nfine"), Ending::Fault("no JSON")),
    tells("data that ends too early", |_| Guest::answering(r#"{"ok":"#), Ending::Fault("its end")),
    tells("bytes that are no text", |_| no_text(), Ending::Fault("utf-8")),
    tells("an object for a list", |_| shaped("list", r#"{"a":1}"#), Ending::Fault("an object")),
    tells("a list for nothing", |_| shaped("none", "[1]"), Ending::Fault("a list")),
    tells("rows that the host does not hold", |_| Guest::new("(call $held (i32.const 0))"), Ending::Fault("number 0")),
    tells(
        "totals beside held rows",
        |_| Guest::new("(call $totals (i32.const 1) (i32.const 1)) (call $held (i32.const 0))"),
        Ending::Fault("totals"),
    ),
    tells("a body that it never wrote", |_| Guest::new("(call $body)"), Ending::Fault("never wrote")),
    tells(
        "data beside a body",
        |_| with_body("(call $ok (i32.const 8192) (i32.const 2))", &[]),
        Ending::Fault("a body"),
    ),
    tells(
        "totals beside a body",
        |_| with_body("(call $totals (i32.const 1) (i32.const 1)) (call $body)", &[]),
        Ending::Fault("totals"),
    ),
    tells(
        "an outcome beside a body",
        |_| with_body("(call $outcome (i32.const 0)) (call $body)", &[]),
        Ending::Fault("how the call ended"),
    ),
    tells(
        "headers that are the host's",
        |_| {
            let headers = [
                ("Set-Cookie", "a=b"),
                ("Access-Control-Allow-Origin", "*"),
                ("Location", "http://192.0.2.1/"),
                ("Content-Type", "text/html"),
                ("Content-Length", "1"),
                ("X-Request-Id", "mine"),
                ("Server", "mine"),
                ("Expires", "0"),
            ];
            with_body("(call $body_with (i32.const 10000) (i32.const 8))", &headers)
        },
        Ending::Answers(|seen, _| {
            for header in ["set-cookie", "access-control-allow-origin", "location", "server"] {
                assert!(!seen.headers.contains_key(header), "{header} came through: {}", seen.whole);
            }
            assert_eq!(seen.headers["expires"], "0", "a harmless one does");
            assert_eq!(seen.headers["content-type"], "text/plain", "as described, not as told");
            assert_ne!(seen.headers["x-request-id"], "mine");
            assert_eq!(seen.body, "fine");
        }),
    ),
    tells(
        "a second header in the value of one",
        |_| with_body("(call $body_with (i32.const 10000) (i32.const 1))", &[("Expires", "0\r\nSet-Cookie: a=b")]),
        Ending::Fault("header"),
    ),
    tells(
        "headers without a body",
        |_| Guest {
            fields: headers(10_000, &[("Expires", "0")]),
            ..Guest::new("(call $body_with (i32.const 10000) (i32.const 1))")
        },
        Ending::Fault("never wrote"),
    ),
    tells("a code that nobody knows", |_| refusing("payment_required"), Ending::Fault("does not list")),
    tells("a code made of what it was told", repeating, Ending::Fault("does not list")),
    tells("data that is no JSON, made of what it was told", quoting, Ending::Fault("no JSON")),
    tells("a place made of what it was told", leading, Ending::Fault("names a place")),
    Probe {
        trick: "a code made of the line's password",
        caller: Role::Line,
        guest: betraying,
        ends: Ending::Fault("does not list"),
    },
    tells("a code that everybody knows", |_| refusing("not_found"), Ending::Refused(404)),
    tells(
        "success for a wrong login",
        |_| open_door(),
        Ending::Answers(|seen, _| assert_eq!(seen.body, "{\"ok\":true}")),
    ),
    Probe {
        trick: "a change by an action that is described as reading",
        caller: Role::Reseller,
        guest: |side| Guest {
            imports: r#"(import "linecard:lines/lines@0.1.0" "delete" (func $delete (param i32 i32 i32 i32)))"#,
            capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
            ..Guest::new(format!(
                "(call $delete (i32.const 32) (i32.const 4) (i32.const {}) (i32.const 64)) (unreachable)",
                side.line["id"]
            ))
        },
        ends: Ending::Fault("`write`"),
    },
    Probe {
        trick: "a change before a trap",
        caller: Role::Reseller,
        guest: |side| {
            Guest {
            imports: r#"(import "linecard:lines/lines@0.1.0" "edit" (func $edit (param i32 i32 i32 i32 i32 i32)))"#,
            capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
            fields: data(9000, r#"{"reseller_notes":"changed"}"#),
            ..Guest::with_action(
                format!(
                    "(call $edit (i32.const 32) (i32.const 4) (i32.const {}) (i32.const 9000) (i32.const 28) (i32.const 64))
                     (if (i32.load8_u (i32.const 64)) (then (return (i32.const 0))))
                     (loop $for_ever (br $for_ever)) (unreachable)",
                    side.line["id"]
                ),
                json!({ "kind": "write" }),
            )
        }
        },
        ends: Ending::Limit("time"),
    },
];

fn no_text() -> Guest {
    Guest {
        fields: r#"(data (i32.const 8192) "\"\ff\fe\"")"#.into(),
        ..Guest::new("(call $ok (i32.const 8192) (i32.const 4))")
    }
}

/// Answers, with the tag of neither a reply nor a refusal.
fn neither() -> Guest {
    Guest::new("(drop (call $body)) (i32.store (i32.const 192) (i32.const 2)) (i32.const 192)")
}

/// Says something beside data.
fn saying(code: &str) -> Guest {
    Guest { fields: data(8192, "{}"), ..Guest::new(format!("{code} (call $ok (i32.const 8192) (i32.const 2))")) }
}

fn shaped(shape: &str, reply: &str) -> Guest {
    let mut guest = Guest::answering(reply);
    guest.description["action"][0]["reply"] = json!({ "shape": shape });
    guest
}

/// Writes `fine` as its body and answers by `reply`; these headers stand at 10000.
fn with_body(reply: &str, with: &[(&str, &str)]) -> Guest {
    Guest {
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        fields: data(8192, "{}") + &data(9000, "fine") + &headers(10_000, with),
        ..Guest::with_action(
            format!("(call $write (i32.const 9000) (i32.const 4) (i32.const 64)) {reply}"),
            slow_body("read"),
        )
    }
}

fn refusing(code: &str) -> Guest {
    let text = format!("(i32.const 8192) (i32.const {})", code.len());
    Guest { fields: data(8192, code), ..Guest::new(format!("(call $refuse {text} {text})")) }
}

/// Where the caller's text, the tenant's canary, stands in the call.
const NOTE: usize = r#"{"note":""#.len();

/// An action that takes the text.
fn told(code: String) -> Guest {
    Guest::with_action(code, json!({ "parameters": { "note": { "type": "text" } } }))
}

/// Refuses with the text as the code.
fn repeating(side: &Side) -> Guest {
    let text = format!("(i32.add (local.get $parameters) (i32.const {NOTE})) (i32.const {})", side.canary.len());
    told(format!("(call $refuse {text} {text})"))
}

/// Replies with the text as data, which it is not without quotes.
fn quoting(side: &Side) -> Guest {
    let length = side.canary.len();
    told(format!("(call $ok (i32.add (local.get $parameters) (i32.const {NOTE})) (i32.const {length}))"))
}

/// Replies with the text as the place of what it made, which it did not.
fn leading(side: &Side) -> Guest {
    let length = side.canary.len();
    let place = format!("(i32.add (local.get $parameters) (i32.const {NOTE})) (i32.const {length})");
    let code = format!("(call $location {place}) (call $ok (i32.const 8192) (i32.const 2))");
    Guest { fields: data(8192, "{}"), ..told(code) }
}

/// Refuses with the calling line's password, `pass-` and the canary, as the code.
fn betraying(side: &Side) -> Guest {
    // The first place in the answer where `pass` is followed by a hyphen.
    let find = format!(
        "{LINE} (drop) (local.set $n)
        (loop $next
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $next (i32.ne (i32.load (local.get $n)) (i32.const 0x73736170)))
            (br_if $next (i32.ne (i32.load8_u offset=4 (local.get $n)) (i32.const 45))))"
    );
    let text = format!("(local.get $n) (i32.const {})", "pass-".len() + side.canary.len());
    let guest = Guest {
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        ..Guest::new(format!("{find} (call $refuse {text} {text})"))
    };
    guest.with_line_mirror()
}

/// Says yes to everyone: what it says counts for its own surface alone.
fn open_door() -> Guest {
    let mut guest = Guest::answering(REPLY);
    guest.description["action"][0]["roles"] = Value::from(vec!["stranger", "line", "reseller", "admin"]);
    guest
}
