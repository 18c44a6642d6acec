//! Tricks that change what is another reseller's, or the panel's. One plugin makes all the attempts and answers
//! how many were let through; one more attempt is one more entry.

use super::guest::{Guest, data};
use super::pair::Side;
use super::probe::{Ending, Probe};
use super::role::Role;
use Argument::{Number, Text};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;

pub const PROBES: &[Probe] = &[
    Probe {
        trick: "changes by a reseller to what is not theirs",
        caller: Role::Reseller,
        guest: |side| vandal(&attempts(side)),
        ends: Ending::Answers(|seen, _| assert_eq!(seen.body, "\"0\"", "so many changes were let through")),
    },
    Probe {
        trick: "changes by a line",
        caller: Role::Line,
        guest: |side| vandal(&attempts(side)),
        ends: Ending::Answers(|seen, _| assert_eq!(seen.body, "\"0\"", "so many changes were let through")),
    },
    Probe {
        trick: "changes by nobody",
        caller: Role::Stranger,
        guest: |side| vandal(&attempts(side)),
        ends: Ending::Answers(|seen, _| assert_eq!(seen.body, "\"0\"", "so many changes were let through")),
    },
];

/// A call of `capability.function`, a verb that changes something.
struct Attempt {
    capability: &'static str,
    function: &'static str,
    arguments: Vec<Argument>,
}

enum Argument {
    Number(u32),
    Text(String),
}

fn attempts(side: &Side) -> Vec<Attempt> {
    let (line, rival) = (side.rival_line, side.rival);
    let try_to = |capability, function, arguments| Attempt { capability, function, arguments };
    let text = |text: &str| Text(text.to_owned());
    vec![
        try_to("lines", "edit", vec![text("line"), Number(line), text(r#"{"reseller_notes":"taken"}"#)]),
        try_to("lines", "edit", vec![text("line"), Number(line), Text(format!("{{\"owner\":{}}}", side.shop.user))]),
        try_to("lines", "extend", vec![Number(line), Number(1), Number(0)]),
        try_to("lines", "delete", vec![text("line"), Number(line)]),
        try_to("lines", "create", vec![text("line"), Text(format!("{{\"owner\":{rival},\"username\":\"stolen\"}}"))]),
        try_to("lines", "sell", vec![text("line"), Text(format!("{{\"package\":1,\"owner\":{rival}}}"))]),
        try_to("records", "edit", vec![text("settings"), Number(1), text(r#"{"server_name":"taken"}"#)]),
        try_to("records", "edit", vec![text("group"), Number(1), text(r#"{"name":"taken"}"#)]),
        try_to("records", "create", vec![text("bouquet"), text(r#"{"name":"made"}"#)]),
        try_to("records", "delete", vec![text("bouquet"), Number(1)]),
        try_to("records", "edit-members", vec![Number(1), text(r#"{"add":[{"stream":1}]}"#)]),
        try_to("credits", "adjust", vec![Number(rival), text("-10"), text("")]),
        try_to("credits", "adjust", vec![Number(side.shop.user), text("1000"), text("")]),
        try_to("users", "create", vec![text(r#"{"username":"boss","role":"admin"}"#)]),
        try_to("users", "create", vec![Text(format!("{{\"username\":\"spy\",\"parent\":{rival}}}"))]),
    ]
}

/// A plugin that makes these attempts in one call, which then succeeds.
fn vandal(attempts: &[Attempt]) -> Guest {
    let reply = "\"0\"";
    let (mut at, mut fields, mut calls) = (9_000, data(8192, reply), String::new());
    let (mut imports, mut capabilities) = (BTreeSet::new(), BTreeSet::new());
    for Attempt { capability, function, arguments } in attempts {
        let (mut given, mut parameters) = (String::new(), String::new());
        for argument in arguments {
            match argument {
                Number(number) => {
                    write!(given, "(i32.const {number}) ").unwrap();
                    parameters += "i32 ";
                }
                Text(text) => {
                    fields += &data(at, text);
                    write!(given, "(i32.const {at}) (i32.const {}) ", text.len()).unwrap();
                    parameters += "i32 i32 ";
                    at += 128;
                }
            }
        }
        let called = format!("${capability}-{function}");
        let interface = format!("linecard:{capability}/{capability}@0.1.0");
        imports.insert(format!("(import \"{interface}\" \"{function}\" (func {called} (param {parameters}i32)))"));
        capabilities.insert(*capability);
        // The refusal's tag is 1; a success, 0, counts.
        writeln!(calls, "(call {called} {given}(i32.const 64))").unwrap();
        calls += "(local.set $n (i32.add (local.get $n) (i32.eqz (i32.load8_u (i32.const 64)))))";
    }
    let limits = ["settings", "group", "bouquet"].map(|kind| format!("\"{kind}:write\"")).join(",");
    let capability = |name: &&str| {
        let limits = if *name == "records" { format!("limits = [{limits}]\n") } else { String::new() };
        format!("[capabilities.{name}]\nreason = \"To try.\"\n{limits}")
    };
    let digit = "(i32.store8 (i32.const 8193) (i32.add (i32.const 48) (local.get $n)))";
    Guest {
        imports: imports.into_iter().collect::<Vec<_>>().join("\n").leak(),
        capabilities: capabilities.iter().map(capability).collect::<String>().leak(),
        fields,
        ..Guest::with_action(
            format!("{calls} {digit} (call $ok (i32.const 8192) (i32.const {}))", reply.len()),
            json!({ "kind": "write", "budget": "job" }),
        )
    }
}
