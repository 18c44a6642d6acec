//! Plugins that may not run: they ask for what was not granted or does not exist, or are not what they say.

use super::guest::{Guest, REPLY};
use super::pair::Side;
use super::probe::{Ending, Probe};
use super::role::Role;
use crate::process::Station;

const fn stays_out(trick: &'static str, guest: fn(&Side) -> Guest, ends: Ending) -> Probe {
    Probe { trick, caller: Role::Stranger, guest, ends }
}

pub const PROBES: &[Probe] = &[
    stays_out(
        "an import that was not granted",
        |_| Guest { capabilities: "[capabilities.lines]\nreason = \"To try.\"\n", ..deleting() },
        Ending::Waits("linecard:lines/lines.delete"),
    ),
    stays_out("an import that it does not explain", |_| deleting(), Ending::NotLoaded("linecard:lines/lines.delete")),
    stays_out(
        "a capability that does not exist",
        |_| importing("other:thing/shell@0.1.0", "run"),
        Ending::NotLoaded("other:thing/shell@0.1.0"),
    ),
    stays_out(
        "the outside world by WASI",
        |_| importing("wasi:http/handler@0.2.0", "handle"),
        Ending::NotLoaded("wasi:http/handler@0.2.0"),
    ),
    stays_out(
        "an action that it does not describe",
        |_| Guest { names: vec!["probe/go".into(), "probe/hidden".into()], ..Guest::answering(REPLY) },
        Ending::NotLoaded("probe/hidden"),
    ),
    stays_out(
        "the surface of a shipped plugin",
        |_| {
            let mut guest = Guest::answering(REPLY);
            guest.description["surface"][0]["name"] = "reseller".into();
            guest.description["action"][0]["surface"] = "reseller".into();
            guest.names = vec!["reseller/go".into()];
            guest
        },
        Ending::NotLoaded("surface"),
    ),
    stays_out(
        "the path of the panel",
        |_| {
            let mut guest = Guest::answering(REPLY);
            guest.description["surface"][0]["mounts"][0]["path"] = "/live/{action}".into();
            guest
        },
        Ending::NotLoaded("/live/"),
    ),
    stays_out(
        "the name of a shipped plugin",
        |_| Guest { name: "player", ..Guest::answering(REPLY) },
        Ending::NotLoaded("shipped"),
    ),
    stays_out("a start that never ends", |_| starting("(loop $for_ever (br $for_ever))"), Ending::NotLoaded("time")),
    stays_out("a start that traps", |_| starting("(unreachable)"), Ending::NotLoaded("unreachable")),
    stays_out(
        "more memory from the beginning than there is",
        |_| Guest { pages: 1_100, ..Guest::answering(REPLY) },
        Ending::NotLoaded("memory"),
    ),
    stays_out(
        "a larger table from the beginning than there is",
        |_| Guest { fields: "(table 10001 funcref)".into(), ..Guest::new("(unreachable)") },
        Ending::NotLoaded("table"),
    ),
    stays_out("a function that takes the compiler long", |_| large(), Ending::NotLoaded("[plugins.limits.probe]")),
    stays_out(
        "more functions than a plugin has",
        |_| Guest { fields: "(func)".repeat(20_001), ..Guest::answering(REPLY) },
        Ending::NotLoaded("functions"),
    ),
];

fn deleting() -> Guest {
    Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "delete" (func $delete (param i32 i32 i32 i32)))"#,
        ..Guest::new("(call $delete (i32.const 32) (i32.const 4) (i32.const 7) (i32.const 64)) (unreachable)")
    }
}

fn importing(interface: &str, function: &str) -> Guest {
    let import = format!("(import \"{interface}\" \"{function}\" (func $foreign))");
    Guest { imports: import.leak(), ..Guest::new("(call $foreign) (unreachable)") }
}

fn starting(instructions: &str) -> Guest {
    let start = format!("(func $start {instructions}) (start $start)");
    let answering = Guest::answering(REPLY);
    Guest { fields: answering.fields.clone() + &start, ..answering }
}

/// Has a function of about 100,000 bytes.
fn large() -> Guest {
    let function = format!("(func {})", "(drop (i32.const 1000000))".repeat(20_000));
    let answering = Guest::answering(REPLY);
    Guest { fields: answering.fields.clone() + &function, ..answering }
}

#[test]
fn the_operator_may_allow_one_plugin_larger_functions() {
    let station = Station::new();
    let unsigned = "[plugins]\nunsigned = true\n";
    station.file("linecard.toml", format!("{unsigned}[plugins.limits.other]\nfunction_bytes = 200000\n"));
    station.json(&["tenant", "create", "acme"]);
    let file = station.file("large.wasm", large().file());
    let refused = station.run(&["plugin", "add", &file, "--tenant", "acme"]);
    assert!(refused.code == 1 && refused.err.contains("[plugins.limits.probe]"), "{}", refused.err);
    station.file("linecard.toml", format!("{unsigned}[plugins.limits.probe]\nfunction_bytes = 200000\n"));
    let added = station.json(&["plugin", "add", &file, "--tenant", "acme"]);
    assert_eq!(added["status"], "waiting_for_grant", "it was loaded: {added}");
}
