//! Tricks with what a plugin answers: statuses, headers, shapes, codes, bodies that are not there.

use super::guest::{Guest, data};
use super::pair::Side;
use super::probe::{Ending, Probe, slow_body};
use super::role::Role;
use serde_json::{Value, json};

const fn tells(trick: &'static str, guest: fn(&Side) -> Guest, ends: Ending) -> Probe {
    Probe { trick, caller: Role::Stranger, guest, ends }
}

pub const PROBES: &[Probe] = &[
    tells("a status of its own", |_| Guest::answering(r#"{"data":{},"status":200}"#), Ending::Fault("reply document")),
    tells("no document", |_| Guest::answering("HTTP/1.1 200 OK\r\n\r\nfine"), Ending::Fault("reply document")),
    tells("bytes that are no text", |_| no_text(), Ending::Fault("utf-8")),
    tells("an object for a list", |_| shaped("list", r#"{"data":{"a":1}}"#), Ending::Fault("an object")),
    tells("a list for nothing", |_| shaped("none", r#"{"data":[1]}"#), Ending::Fault("a list")),
    tells("a body that it never wrote", |_| Guest::answering(r#"{"body":true}"#), Ending::Fault("never wrote")),
    tells("data beside a body", |_| with_body(r#"{"body":true,"data":{}}"#), Ending::Fault("a body")),
    tells(
        "headers that are the host's",
        |_| {
            with_body(
                r#"{"body":true,"headers":{"Set-Cookie":"a=b","Access-Control-Allow-Origin":"*","Location":"http://192.0.2.1/",
                "Content-Type":"text/html","Content-Length":"1","X-Request-Id":"mine","Server":"mine","Expires":"0"}}"#,
            )
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
        |_| with_body(r#"{"body":true,"headers":{"Expires":"0\r\nSet-Cookie: a=b"}}"#),
        Ending::Fault("header"),
    ),
    tells(
        "headers without a body",
        |_| Guest::answering(r#"{"data":{},"headers":{"Expires":"0"}}"#),
        Ending::Fault("header"),
    ),
    tells("a code that nobody knows", |_| refusing("payment_required"), Ending::Fault("does not list")),
    tells("a code made of what it was told", repeating, Ending::Fault("does not list")),
    tells("a field named by what it was told", naming, Ending::Fault("reply document")),
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
            imports: r#"(import "linecard:lines/lines@0.1.0" "delete" (func $delete (param i32 i32)))"#,
            capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
            ..Guest::new(format!("(call $delete (i32.const {}) (i32.const 64)) (unreachable)", side.line["id"]))
        },
        ends: Ending::Fault("`write`"),
    },
    Probe {
        trick: "a change before a trap",
        caller: Role::Reseller,
        guest: |side| Guest {
            imports: r#"(import "linecard:lines/lines@0.1.0" "edit" (func $edit (param i32 i32 i32 i32)))"#,
            capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
            fields: data(9000, r#"{"reseller_notes":"changed"}"#),
            ..Guest::with_action(
                format!(
                    "(call $edit (i32.const {}) (i32.const 9000) (i32.const 28) (i32.const 64))
                     (if (i32.load8_u (i32.const 64)) (then (return (i32.const 0))))
                     (loop $for_ever (br $for_ever)) (unreachable)",
                    side.line["id"]
                ),
                json!({ "kind": "write" }),
            )
        },
        ends: Ending::Limit("time"),
    },
];

fn no_text() -> Guest {
    Guest {
        fields: r#"(data (i32.const 8192) "{\"data\":\"\ff\fe\"}")"#.into(),
        ..Guest::new("(call $ok (i32.const 8192) (i32.const 13))")
    }
}

fn shaped(shape: &str, reply: &str) -> Guest {
    let mut guest = Guest::answering(reply);
    guest.description["action"][0]["reply"] = json!({ "shape": shape });
    guest
}

/// Writes `fine` as its body and answers this.
fn with_body(reply: &str) -> Guest {
    Guest {
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        fields: data(8192, reply) + &data(9000, "fine"),
        ..Guest::with_action(
            format!(
                "(call $write (i32.const 9000) (i32.const 4) (i32.const 64)) (call $ok (i32.const 8192) (i32.const {}))",
                reply.len()
            ),
            slow_body("read"),
        )
    }
}

fn refusing(code: &str) -> Guest {
    let text = format!("(i32.const 8192) (i32.const {})", code.len());
    Guest { fields: data(8192, code), ..Guest::new(format!("(call $refuse {text} {text})")) }
}

/// Where the caller's text, the tenant's canary, stands in the call.
const NOTE: usize = r#"{"surface":"probe","action":"go","parameters":{"note":""#.len();

/// An action that takes the text.
fn told(code: String) -> Guest {
    Guest::with_action(code, json!({ "parameters": { "note": { "type": "text" } } }))
}

/// Refuses with the text as the code.
fn repeating(side: &Side) -> Guest {
    let text = format!("(i32.add (local.get $call) (i32.const {NOTE})) (i32.const {})", side.canary.len());
    told(format!("(call $refuse {text} {text})"))
}

/// Replies with the text as the name of a field.
fn naming(side: &Side) -> Guest {
    let length = side.canary.len();
    let reply = format!("{{\"{}\":1}}", " ".repeat(length));
    let copy =
        format!("(memory.copy (i32.const 9002) (i32.add (local.get $call) (i32.const {NOTE})) (i32.const {length}))");
    let code = format!("{copy} (call $ok (i32.const 9000) (i32.const {}))", reply.len());
    Guest { fields: data(9000, &reply), ..told(code) }
}

/// Refuses with the calling line's password, `pass-` and the canary, as the code.
fn betraying(side: &Side) -> Guest {
    let text = format!("(local.get $n) (i32.const {})", "pass-".len() + side.canary.len());
    // The first place in the answer where `pass` is followed by a hyphen.
    let find = "(call $mine (i32.const 64)) (local.set $n (i32.load (i32.const 68)))
        (loop $next
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $next (i32.ne (i32.load (local.get $n)) (i32.const 0x73736170)))
            (br_if $next (i32.ne (i32.load8_u offset=4 (local.get $n)) (i32.const 45))))";
    Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "mine" (func $mine (param i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        ..Guest::new(format!("{find} (call $refuse {text} {text})"))
    }
}

/// Says yes to everyone: what it says counts for its own surface alone.
fn open_door() -> Guest {
    let mut guest = Guest::answering(r#"{"data":{"ok":true}}"#);
    guest.description["action"][0]["roles"] = Value::from(vec!["stranger", "line", "reseller", "admin"]);
    guest
}
