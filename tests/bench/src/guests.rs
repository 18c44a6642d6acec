//! Plugins that are probes: those that do harm, and some that do nothing. How a probe is written, the tests of the
//! plugin host say.

#[path = "../../../host/runtime/tests/support/guest.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "the plugin host's own tests use the rest")]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a probe that cannot be made ends the run")]
mod guest;

use guest::{Guest, surface};
use serde_json::{Value, json};

const LOOP: &str = "(loop $more (br $more)) (unreachable)";
/// Asks for a mebibyte and fills it, until there is no more.
const EAT: &str = "(loop $more
    (local.set $n (i32.mul (memory.grow (i32.const 16)) (i32.const 65536)))
    (memory.fill (local.get $n) (i32.const 1) (i32.const 1048576))
    (br $more)) (unreachable)";

/// The files of `endless`, which is a job and loops for a minute; of `looping`, which may run as long as usual
/// calls; and of `eating`, likewise.
pub(crate) fn harmful() -> [(&'static str, Vec<u8>); 3] {
    [
        ("endless", probe("endless", LOOP, json!({ "budget": "job" }))),
        ("looping", probe("looping", LOOP, json!({}))),
        ("eating", probe("eating", EAT, json!({}))),
    ]
    .map(|(name, guest)| (name, guest.file()))
}

/// The file of a plugin that has one action and does nothing.
pub(crate) fn idle(name: &'static str) -> Vec<u8> {
    probe(name, "(unreachable)", json!({})).file()
}

/// A probe with a surface of its own name.
fn probe(name: &'static str, handle: &str, more: Value) -> Guest {
    let mut guest = Guest { name, names: vec![format!("{name}/go")], ..Guest::with_action(handle, more) };
    guest.description["action"][0]["surface"] = name.into();
    guest.description["surface"][0] = surface(name, &format!("/x/{name}/{{action}}"));
    guest
}
