//! The tables of a journal.

use host_core::journal::Log;

/// All logs.
pub(super) const LOGS: [Log; 3] = [Log::Activity, Log::SignIns, Log::Refusals];

/// The table of a log.
pub(super) fn table(log: Log) -> &'static str {
    match log {
        Log::Activity => "activity",
        Log::SignIns => "sign_ins",
        Log::Refusals => "refusals",
    }
}
