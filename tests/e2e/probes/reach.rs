//! Tricks that reach for what is another's: lines, users, records, bodies, left-over memory.

use super::guest::mirror::{CALL, LINE};
use super::guest::{Guest, data};
use super::pair::{Seen, Side};
use super::probe::{Ending, Probe, slow_body};
use super::role::Role;
use serde_json::json;

pub const PROBES: &[Probe] = &[
    Probe {
        trick: "every line by its id, and lists of others' lines",
        caller: Role::Reseller,
        guest: |side| {
            let queries = [
                "{}".to_owned(),
                format!("{{\"owner\":{}}}", side.rival),
                "{\"search\":\"rv\"}".into(),
                "{\"tenant\":1}".into(),
                "{\"search\":\"%\"}".into(),
            ];
            collector("lines", "", &[("get", Takes::Ids), ("list", Takes::Texts), ("mine", Takes::Mirror)], &queries)
        },
        ends: Ending::Answers(own_without_rivals),
    },
    Probe {
        trick: "every user by their id, and lists of others' users",
        caller: Role::Reseller,
        guest: |side| {
            let queries = ["{}".to_owned(), format!("{{\"parent\":{}}}", side.rival), "{\"parent\":1}".into()];
            collector("users", "", &[("get", Takes::Ids), ("list", Takes::Texts), ("me", Takes::Nothing)], &queries)
        },
        ends: Ending::Answers(own_without_rivals),
    },
    Probe {
        trick: "every record of every kind",
        caller: Role::Reseller,
        guest: |_| {
            let limits = KINDS.map(|kind| format!("\"{kind}:read\"")).join(",");
            let kinds = KINDS.map(str::to_owned);
            collector("records", limits.leak(), &[("get", Takes::TextsAndIds), ("list", Takes::TextsAndQuery)], &kinds)
        },
        ends: Ending::Answers(own_without_rivals),
    },
    Probe {
        trick: "the line, the catalogue and the guide of somebody else",
        caller: Role::Line,
        guest: |_| catalogue(json!({})),
        ends: Ending::Answers(own_without_rivals),
    },
    Probe {
        trick: "a kept body of somebody else",
        caller: Role::Line,
        guest: |_| catalogue(json!({ "cache": { "depends": ["bouquets"], "splice": ["username", "password"] } })),
        ends: Ending::Answers(own_without_rivals),
    },
    Probe {
        trick: "the settings of somebody else",
        caller: Role::Reseller,
        guest: |_| mirror(json!({})),
        ends: Ending::Answers(own_settings),
    },
    Probe {
        trick: "a body that was kept under the settings of somebody else",
        caller: Role::Line,
        guest: |_| mirror(json!({ "cache": { "depends": [] } })),
        ends: Ending::Answers(own_settings),
    },
    Probe {
        trick: "memory that an earlier call has left",
        caller: Role::Line,
        guest: |_| scavenger(),
        ends: Ending::Answers(|seen, _| assert_eq!(seen.body, "tried", "something was left")),
    },
];

const KINDS: [&str; 8] = ["group", "package", "bouquet", "category", "stream", "series", "block", "guide_source"];

/// It got what is the caller's and nothing of the other reseller.
fn own_without_rivals(seen: &Seen, own: &Side) {
    assert!(seen.body.contains(&own.canary), "it got nothing at all: {}", seen.whole);
    assert!(!seen.body.contains(&own.rivals), "it got what is another reseller's: {}", seen.whole);
}

/// It got its tenant's settings.
fn own_settings(seen: &Seen, own: &Side) {
    let call: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    for name in ["told", "token"] {
        assert!(call["settings"][name].as_str().unwrap().contains(&own.canary), "{name}: {call}");
    }
}

/// What a function of a capability is called with.
enum Takes {
    Nothing,
    /// It is called by its mirror.
    Mirror,
    Ids,
    Texts,
    TextsAndIds,
    TextsAndQuery,
}

const WRITE: &str = r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#;
const READ: &str = r#"(import "linecard:base/base@0.1.0" "read" (func $read (param i32 i32 i32)))"#;
/// Appends to the body what a call answered; a refusal adds nothing.
const KEEP: &str = "(func $keep (if (i32.eqz (i32.load8_u (i32.const 64)))
    (then (call $write (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.const 128)))))";
/// Likewise what the host holds for it.
const KEEP_HELD: &str = "(func $keep_held (if (i32.eqz (i32.load8_u (i32.const 64)))
    (then (call $read (i32.load (i32.const 68)) (i32.const 0) (i32.const 64))
      (call $write (i32.load (i32.const 64)) (i32.load (i32.const 68)) (i32.const 128)))))";
/// Ids that are tried.
const IDS: u32 = 30;

/// Calls functions of a capability with all that might give something, and answers with all that it got.
fn collector(capability: &str, limits: &str, functions: &[(&str, Takes)], texts: &[String]) -> Guest {
    let (mut fields, mut at, mut places) = (String::new(), 9_000, Vec::new());
    for text in texts {
        fields += &data(at, text);
        places.push((at, text.len()));
        at += 64;
    }
    fields += &data(at, "{}");
    let (mut imports, mut tries) = (String::new(), String::new());
    // Functions on lines say of which type, each `line`.
    let (types, kind) = if capability == "lines" { ("i32 i32 ", "(i32.const 32) (i32.const 4) ") } else { ("", "") };
    for (name, takes) in functions {
        let each = |call: &dyn Fn(u32, usize) -> String| {
            places.iter().map(|(at, length)| call(*at, *length)).collect::<String>()
        };
        let (parameters, calls) = match takes {
            Takes::Nothing => (String::new(), format!("(call ${name} (i32.const 64)) (call $keep)")),
            Takes::Mirror => {
                tries += &format!("(call $write {LINE} (i32.const 128))");
                continue;
            }
            Takes::Ids => {
                (format!("{types}i32"), with_ids(&format!("(call ${name} {kind}(local.get $n) (i32.const 64))")))
            }
            Takes::Texts => {
                let call = |at, length| {
                    format!("(call ${name} {kind}(i32.const {at}) (i32.const {length}) (i32.const 64)) (call $keep)")
                };
                (format!("{types}i32 i32"), each(&call))
            }
            Takes::TextsAndIds => {
                let call = |at, length| {
                    let call =
                        format!("(call ${name} (i32.const {at}) (i32.const {length}) (local.get $n) (i32.const 64))");
                    with_ids(&call)
                };
                ("i32 i32 i32".to_owned(), each(&call))
            }
            Takes::TextsAndQuery => {
                let query = at;
                let call = |at, length| {
                    format!(
                        "(call ${name} (i32.const {at}) (i32.const {length}) (i32.const {query}) (i32.const 2) (i32.const 64)) (call $keep)"
                    )
                };
                ("i32 i32 i32 i32".to_owned(), each(&call))
            }
        };
        let interface = format!("linecard:{capability}/{capability}@0.1.0");
        imports += &format!("(import \"{interface}\" \"{name}\" (func ${name} (param {parameters} i32)))\n");
        tries += &if is_held(capability, name) { calls.replace("$keep", "$keep_held") } else { calls };
    }
    let capabilities = format!(
        "[capabilities.{capability}]\nreason = \"To try.\"\nlimits = [{limits}]\n[capabilities.body]\nreason = \"To try.\"\n"
    );
    let has_line = tries.contains(LINE);
    let guest = Guest {
        imports: (imports + READ + "\n" + WRITE).leak(),
        capabilities: capabilities.leak(),
        fields: fields + KEEP + KEEP_HELD,
        ..Guest::with_action(tries + "(call $body)", slow_body("read"))
    };
    if has_line { guest.with_line_mirror() } else { guest }
}

/// Whether a function answers the number of what the host holds.
fn is_held(capability: &str, function: &str) -> bool {
    matches!(capability, "lines" | "records" | "users") && matches!(function, "get" | "list")
}

/// A call for each id.
fn with_ids(call: &str) -> String {
    format!(
        "(local.set $n (i32.const 0))
         (loop $next {call} (call $keep)
           (br_if $next (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const {IDS}))))
         "
    )
    .replace("$next", &format!("$next{}", call.len()))
}

/// Answers with the line, the live list and the guide, as far as it gets them.
fn catalogue(more: serde_json::Value) -> Guest {
    let mut described = slow_body("read");
    for (name, value) in more.as_object().unwrap() {
        described[name] = value.clone();
    }
    let imports = r#"(import "linecard:catalogue/catalogue@0.1.0" "open" (func $open (param i32 i32 i32 i32)))
        (import "linecard:catalogue/catalogue@0.1.0" "next" (func $next (param i32 i32)))
        (import "linecard:guide/guide@0.1.0" "channels" (func $channels (param i32)))
        (import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#;
    let capabilities =
        ["lines", "catalogue", "guide", "body"].map(|name| format!("[capabilities.{name}]\nreason = \"To try.\"\n"));
    let guest = Guest {
        imports,
        capabilities: capabilities.concat().leak(),
        fields: data(9000, "live") + KEEP,
        ..Guest::with_action(
            format!(
                "(call $write {LINE} (i32.const 128))
             (call $open (i32.const 9000) (i32.const 4) (i32.const 0) (i32.const 64))
             (call $next (i32.const 500) (i32.const 64)) (call $keep)
             (call $channels (i32.const 64)) (call $keep) (call $body)"
            ),
            described,
        )
    };
    guest.with_line_mirror()
}

/// Answers with all that it knows of its call.
fn mirror(more: serde_json::Value) -> Guest {
    let mut described = slow_body("read");
    for (name, value) in more.as_object().unwrap() {
        described[name] = value.clone();
    }
    let guest = Guest {
        imports: WRITE,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        ..Guest::with_action(format!("(call $write {CALL} (i32.const 128)) (call $body)"), described)
    };
    guest.with_call_mirror()
}

/// Looks through its whole memory, the new pages too, for bytes that it did not put there; then fills all of it
/// with its caller's texts.
fn scavenger() -> Guest {
    let mut described = slow_body("read");
    described["parameters"] = json!({ "note": { "type": "text" } });
    Guest {
        imports: WRITE,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        fields: data(9_600, "tried"),
        ..Guest::with_action(
            "(call $write (i32.const 9600) (i32.const 5) (i32.const 128))
             (if (i32.eq (memory.grow (i32.const 31)) (i32.const -1)) (then (unreachable)))
             (local.set $n (i32.const 65536))
             (loop $look
               (if (i64.ne (i64.load (local.get $n)) (i64.const 0))
                 (then (call $write (local.get $n) (i32.const 256) (i32.const 128)) (local.set $n (i32.const 2097144))))
               (br_if $look (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 8))) (i32.const 2097152))))
             (local.set $n (i32.const 65536))
             (loop $fill
               (memory.copy (local.get $n) (local.get $parameters) (local.get $parameters_len))
               (br_if $fill (i32.lt_u
                 (local.tee $n (i32.add (local.get $n) (local.get $parameters_len)))
                 (i32.sub (i32.const 2097152) (local.get $parameters_len)))))
             (call $body)",
            described,
        )
    }
}
