//! Storage is the engine's: the floors above it ask its verbs. Only where the process is put together is a store
//! opened and handed to it.

use crate::tree::{all, shown, text_of};

/// The floors above the engine.
const ABOVE: [&str; 3] = ["host/runtime/src/", "host/http/src/", "host/src/"];
/// Where the process is put together.
const WIRING: &str = "host/src/panel.rs";
/// How code comes by a store: the engine's own, the crate, the port.
const DOORS: [&str; 4] = [".store()", "host_store", "port::Store", "dyn Store"];

#[test]
fn nothing_above_the_engine_reads_or_writes_the_store_itself() {
    let mut found = Vec::new();
    for file in all(".rs") {
        let path = shown(&file);
        if path == WIRING || !ABOVE.iter().any(|floor| path.starts_with(floor)) {
            continue;
        }
        for (number, line) in text_of(&file).lines().enumerate() {
            let code = line.split("//").next().unwrap();
            found.extend(DOORS.iter().filter(|door| code.replace("StoreError", "").contains(**door)).map(|door| {
                let number = number + 1;
                format!("{path}:{number} has {door}; make it a verb of host/engine")
            }));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
