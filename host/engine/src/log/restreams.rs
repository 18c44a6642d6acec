//! The log of lines that are no restreamers and were asked of by another panel: it is noted here, and read.

use super::page::{Names, Rows};
use super::query::{asked, manages, sees_connections};
use crate::{Engine, Result, Work};
use host_core::journal::{Entry, Log, LogRow};
use host_core::line::{Line, Visit};
use host_core::object::Key;
use host_core::{StreamId, TenantId};
use serde_json::{Map, Value, json};

impl Engine {
    /// Notes that another panel was let in with this line, known by a sign of it. A restreamer's line is for that.
    pub fn restreamed(&self, tenant: TenantId, line: &Line, stream: StreamId, visit: &Visit<'_>, sign: &str) {
        if line.restreamer {
            return;
        }
        let now = self.clock().now();
        let entry = Entry::Restream {
            owner: Some(line.owner),
            line: line.id,
            stream,
            address: visit.address.to_string(),
            agent: visit.agent.to_owned(),
            sign: sign.to_owned(),
            at: now,
            last_at: now,
            times: 1,
        };
        self.journal().note(tenant, entry);
    }
}

/// A page: `query` is `{"line","from","to","until","search","start","after","limit","fields"}`. A row stands for all starts
/// of one stream from one address within an hour: `times` of them, the last at `last_at`.
///
/// # Errors
/// As of [activity](super::activity).
pub async fn restreams(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    manages(work)?;
    let asked = asked(work, query, &[]).await?.of(Log::Restreams);
    sees_connections(work).await?;
    let limit = asked.limit;
    let page = work.engine().journal().read(work.caller().tenant, asked).await?;
    Rows { page, limit, query, id: |row| row.id }.document(work, about, show).await
}

fn about(row: &LogRow) -> Vec<Key> {
    match &row.entry {
        Entry::Restream { line, stream, .. } => vec![(*line).into(), (*stream).into()],
        _ => Vec::new(),
    }
}

fn show(row: &LogRow, names: &Names) -> Value {
    let mut shown = json!(row);
    if let Entry::Restream { line, stream, .. } = &row.entry {
        shown["username"] = json!(names.of(Some(*line)));
        shown["stream_name"] = json!(names.of(Some(*stream)));
    }
    shown
}
