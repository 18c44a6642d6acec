//! The tables of a journal: what each log's has besides `id` and `at`.

use host_core::journal::Log;

/// The table of a log.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// By what its rows may be asked for, of `owner`, `line`, `user` and `stream`.
    columns: &'static [&'static str],
    /// Whether a row may stand for several times, the last of them at `last_at`.
    pub(super) folds: bool,
    /// The texts that a search looks at.
    pub(super) texts: &'static [&'static str],
}

const ACTIVITY: Table = Table {
    name: "activity",
    columns: &["owner", "line", "stream"],
    folds: false,
    texts: &["address", "agent", "container"],
};
const SIGN_INS: Table =
    Table { name: "sign_ins", columns: &["owner", "line", "user"], folds: true, texts: &["address", "surface"] };
const REFUSALS: Table = Table {
    name: "refusals",
    columns: &["owner", "line", "user", "stream"],
    folds: false,
    texts: &["address", "agent", "surface", "code", "query"],
};
const STREAM_ERRORS: Table =
    Table { name: "stream_errors", columns: &["stream"], folds: true, texts: &["part", "reason"] };
const HAPPENINGS: Table =
    Table { name: "happenings", columns: &[], folds: true, texts: &["event", "subject", "message"] };
const RESTREAMS: Table = Table {
    name: "restreams",
    columns: &["owner", "line", "stream"],
    folds: true,
    texts: &["address", "agent", "sign"],
};

impl Table {
    /// Whether its rows have this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains(&column)
    }
}

/// The table of a log.
pub(super) fn table(log: Log) -> &'static Table {
    match log {
        Log::Activity => &ACTIVITY,
        Log::SignIns => &SIGN_INS,
        Log::Refusals => &REFUSALS,
        Log::StreamErrors => &STREAM_ERRORS,
        Log::Happenings => &HAPPENINGS,
        Log::Restreams => &RESTREAMS,
    }
}
