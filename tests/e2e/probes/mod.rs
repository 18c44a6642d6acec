//! Hostile plugins, one per trick, each run in two tenants that look alike: the same user names, ids and
//! plugins, and a canary of its own in every text and in the settings of every plugin. After each trick nobody
//! saw the other's canary, no log holds it or a secret, nothing was written, and both tenants answer as before.
//! A new trick is one more entry of a table.

mod admission;
mod files;
mod furnish;
#[path = "../../../host/runtime/tests/support/guest.rs"]
#[allow(dead_code, reason = "the plugin host's own tests use the rest")]
pub mod guest;
mod harm;
mod lies;
mod limits;
mod marks;
mod pair;
mod probe;
mod process_log;
mod reach;
mod refused;
mod role;
mod until;

use crate::panel::run;
use guest::Guest;
use guest::mirror::CALL;
use marks::wrong_in_view;
use pair::{Pair, Seen, Side};
use probe::{Ending, Probe, described};
use serde_json::{Value, json};

/// The probes of a table, one after the other, in one pair of tenants.
fn run_all(probes: &[Probe]) {
    run(async {
        let pair = Pair::new().await;
        for probe in probes {
            println!("{}", probe.trick);
            pair.suffer(probe).await;
        }
    });
}

#[test]
fn what_asks_for_more_than_a_call_may_have_ends() {
    run_all(limits::PROBES);
}

#[test]
fn what_reaches_for_others_gets_nothing() {
    run_all(reach::PROBES);
}

#[test]
fn what_does_harm_does_none() {
    run_all(harm::PROBES);
}

#[test]
fn what_lies_is_not_believed() {
    run_all(lies::PROBES);
}

#[test]
fn what_may_not_run_is_not_loaded() {
    run_all(refused::PROBES);
}

impl Pair {
    /// Runs a probe in both tenants, and looks at both after each call.
    async fn suffer(&self, probe: &Probe) {
        let trick = probe.trick;
        let [a, b] = &self.sides;
        let file = |side| telling(&described(&(probe.guest)(side), probe.caller)).file();
        let (file, same) = (file(a), file(b));
        assert_eq!(file, same, "{trick}: the same plugin in both");
        let before = self.stored().await;
        for side in &self.sides {
            side.admit(probe, &file).await;
        }
        // Twice and alternating: whatever a first call leaves behind, the other tenant's meets.
        for own in [a, b, a, b] {
            let seen = own.ask(probe.caller).await;
            judge(probe, &seen, own);
            assert_eq!(wrong_in_view(&seen.whole, &own.marks, &self.marks()), None, "{trick}: an answer");
            logged(probe, &seen, own, &self.heard(trick));
            self.undisturbed(trick).await;
        }
        before.assert_same(&self.stored().await, trick);
        for side in &self.sides {
            side.expel(probe).await;
        }
    }
}

fn judge(probe: &Probe, seen: &Seen, own: &Side) {
    let trick = probe.trick;
    match &probe.ends {
        Ending::Fault(words) => {
            assert_eq!(seen.status, 500, "{trick}: {}", seen.whole);
            let said = own.last_words();
            assert!(said.contains(words), "{trick}: its log says {said:?}");
            assert!(!seen.whole.contains(words), "{trick}: the caller hears no more than that it broke");
        }
        Ending::Limit(words) => {
            assert!([503, 413].contains(&seen.status), "{trick}: {}", seen.whole);
            let said = own.last_words();
            assert!(said.contains(words), "{trick}: its log says {said:?}");
            assert!(!seen.whole.contains(words), "{trick}: the caller hears what to do, and no inner metric");
        }
        Ending::Refused(status) => assert_eq!(seen.status, *status, "{trick}: {}", seen.whole),
        Ending::Answers(judge) => {
            assert_eq!(seen.status, 200, "{trick}: {}; {}", seen.whole, own.last_words());
            judge(seen, own);
        }
        Ending::NotLoaded(_) | Ending::Waits(_) => assert_eq!(seen.status, 404, "{trick}: {}", seen.whole),
    }
}

/// The process log has the end of the request, and what broke, both about the tenant that asked; the plugin's log
/// has its settings.
fn logged(probe: &Probe, seen: &Seen, own: &Side, lines: &[Value]) {
    let trick = probe.trick;
    let of_request = |message: &str| -> Vec<&Value> {
        let is_it = |line: &&Value| line["fields"]["message"] == message && line["request"]["id"] == seen.request();
        lines.iter().filter(is_it).collect()
    };
    let [end] = of_request("answered")[..] else { panic!("{trick}: not one end of the request in {lines:#?}") };
    assert_eq!(end["fields"]["status"], seen.status, "{trick}: {end}");
    let tenant = &end["request"]["tenant"];
    assert_eq!(*tenant, own.canary, "{trick}: {end}");
    let failures = of_request("a plugin failed");
    let limits = of_request("a call ran into a limit of its plugin");
    assert_eq!(limits.len(), usize::from(matches!(probe.ends, Ending::Limit(_))), "{trick}: {limits:#?}");
    match &probe.ends {
        Ending::Fault(_) => {
            let [failure] = failures[..] else { panic!("{trick}: not one failure in {lines:#?}") };
            assert_eq!(failure["fields"]["tenant"], json!(own.tenant.id.0), "{trick}: {failure}");
        }
        Ending::Answers(_) | Ending::Refused(_) => {
            assert!(failures.is_empty(), "{trick}: {failures:#?}");
            assert!(own.was_told(trick), "{trick}: it did not get its settings");
        }
        Ending::Limit(_) | Ending::NotLoaded(_) | Ending::Waits(_) => {
            assert!(failures.is_empty(), "{trick}: {failures:#?}");
        }
    }
}

/// The guest, telling its log all that it can know of its call before it does anything else.
fn telling(guest: &Guest) -> Guest {
    let import = r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#;
    let imports = if guest.imports.contains("(func $log ") {
        guest.imports
    } else {
        format!("{import}\n{}", guest.imports).leak()
    };
    let handle = format!("(call $log (i32.const 1) {CALL}) {}", guest.handle);
    Guest { imports, handle, ..guest.clone() }.with_call_mirror()
}
