//! Logs: what happened, as far as the caller may see it.

use crate::bindings::linecard::logs::logs as host;
use crate::{Held, Refusal, written};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A log. `wit/logs/logs.wit` lists the fields of its rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Log {
    /// Connections that ended.
    Activity,
    /// Connections that run.
    Connections,
    /// Movements of credits.
    Credits,
    /// What users did.
    Audit,
    /// Sign-ins that went well.
    SignIns,
    /// Refusals.
    Refusals,
    /// What failed of streams.
    StreamErrors,
    /// What happened to the panel itself.
    Happenings,
    /// Lines that other panels asked of.
    Restreams,
    /// Events that were sent to boxes.
    BoxEvents,
}

impl Log {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Log::Activity => "activity",
            Log::Connections => "connections",
            Log::Credits => "credits",
            Log::Audit => "audit",
            Log::SignIns => "sign_ins",
            Log::Refusals => "refusals",
            Log::StreamErrors => "stream_errors",
            Log::Happenings => "happenings",
            Log::Restreams => "restreams",
            Log::BoxEvents => "box_events",
        }
    }
}

/// Which rows of a log. All that is said must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Query {
    /// Of this line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Of this user; not of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<u32>,
    /// Not before this time, in unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    /// A part of a text or of a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// The cursor of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Most rows to return, up to 1,000; 50 unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of a log, the newest row first.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// Its rows, as documents.
    pub rows: Vec<Value>,
    /// How many rows the caller may see, up to 100,000; none on later pages.
    pub total: Option<u32>,
    /// How many of them are meant; likewise.
    pub matching: Option<u32>,
    /// What the next page comes after; none behind the last one.
    pub cursor: Option<String>,
}

/// A page of a log.
pub fn list(log: Log, query: &Query) -> Result<Held<Page>, Refusal> {
    Ok(Held::new(host::list(log.word(), &written(query))?))
}
