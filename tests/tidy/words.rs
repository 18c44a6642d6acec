//! Words that were given up for better ones stay away: each had two meanings, or none.

use crate::tree::{all, shown, text_of};

/// Where, what, and instead of it.
const GIVEN_UP: &[(&str, &str, &str)] = &[
    ("host/runtime/src/", "Tenancy", "TenantPlugins"),
    ("host/runtime/src/", "Placed", "ActivePlugin"),
    ("host/runtime/src/", "placed", "active"),
    ("host/runtime/src/", "Loaded", "LoadedPlugin"),
    ("host/http/src/", "Within", "Gate"),
    ("host/http/src/", "Ask", "SurfaceRequest"),
    ("host/http/src/", "Led", "RequestTag"),
    ("host/http/src/", "Spoken", "Rendered"),
    ("host/http/src/", "Ticket", "SessionTag"),
    ("host/http/src/", "Figures", "RequestMetrics"),
    ("host/http/src/", "figures", "metrics"),
    ("host/http/src/", "Held", "Taken"),
    ("host/http/src/", "Place", "PathShape"),
    ("host/runtime/src/", "Figures", "CallCounters"),
    ("host/runtime/src/", "figures", "counters"),
    ("host/runtime/src/", "Kept", "CachedBody"),
    ("host/runtime/src/", "Place", "Position"),
    ("host/src/", "figures", "metrics"),
    ("host/engine/src/connection/", "Held", "HeldLease"),
    ("host/engine/src/sign_in/", "Gate", "SignInState"),
    ("host/engine/src/", "Kept", "Recorded"),
    ("host/engine/src/work/", "Facts", "RunContext"),
    ("host/core/src/line/", "Seats", "SeatLimit"),
    ("host/core/src/action/", "Sound", "RefusalRule"),
    ("host/core/src/port/", "Answer", "Pending"),
    ("host/core/src/", "Place", "Database"),
    ("host/core/src/plan/mod.rs", "Ticket", "Reservation"),
    ("host/core/src/port/", "Ticket", "Reservation"),
    ("host/core/src/port/", "Held", "BouquetMember"),
    ("host/engine/src/run/", "ticket", "reservation"),
    ("host/engine/src/run/", "place", "database"),
    ("host/engine/src/outbox/", "place", "database"),
    ("host/store/src/sqlite/", "Desk", "DatabaseState"),
    ("host/store/src/sqlite/", "Hand", "PlanWriter"),
    ("host/store/src/", "Place", "Database"),
    ("host/store/src/", "Places", "Databases"),
    ("host/store/src/", "Held", "Granted"),
    ("host/store/src/sqlite/", "PlaceState", "SharedState"),
    ("host/store/src/sqlite/", "Ticket", "Reservation"),
    ("host/store/src/sqlite/", "ticket", "reservation"),
    ("host/store/src/sqlite/writer/", "place", "database"),
    ("host/store/src/sqlite/", "Turn", "WriterLoop"),
    ("host/store/src/sqlite/", "Inlets", "Senders"),
    ("plugins/sdk/src/call.rs", "Settings", "PluginSettings"),
    ("host/media/src/", "Figures", "Metrics"),
    ("host/media/src/hls/", "Kept", "CacheKey"),
];

#[test]
fn no_word_comes_back_that_was_given_up() {
    let mut found = Vec::new();
    for file in all(".rs") {
        let path = shown(&file);
        let text = text_of(&file);
        for (_, word, better) in GIVEN_UP.iter().filter(|(below, ..)| path.starts_with(below)) {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let mut words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
            if words.any(|other| other == *word) {
                found.push(format!("{path}: {word}, which is {better} now"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
