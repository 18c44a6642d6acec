//! Reads the log of connections that ended.

use super::page::{Names, Rows};
use super::query::{asked, sees_connections};
use crate::{Result, Work};
use host_core::journal::{Entry, Log, LogRow};
use host_core::object::Key;
use host_core::port::Networks;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"line","from","to","until","search","start","after","limit","fields"}`; the times are of the end.
/// Rows have the country and the operator that their address belongs to now, and the names that line and stream have
/// now.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` for strangers, for a line that asks for another one, and for
/// resellers whose group does not see connections.
pub async fn activity(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    let asked = asked(work, query, &[]).await?.of(Log::Activity);
    sees_connections(work).await?;
    let limit = asked.limit;
    let page = work.engine().journal().read(work.caller().tenant, asked).await?;
    let networks = work.engine().networks();
    Rows { page, limit, query, id: |row| row.id }.document(work, about, |row, names| show(row, names, networks)).await
}

fn about(row: &LogRow) -> Vec<Key> {
    match &row.entry {
        Entry::Activity { line, stream, .. } => vec![(*line).into(), (*stream).into()],
        _ => Vec::new(),
    }
}

fn show(row: &LogRow, names: &Names, networks: &dyn Networks) -> Value {
    let mut shown = json!(row);
    if let Entry::Activity { address, line, stream, .. } = &row.entry {
        shown["username"] = json!(names.of(Some(*line)));
        shown["stream_name"] = json!(names.of(Some(*stream)));
        if let Ok(address) = address.parse() {
            shown["country"] = json!(networks.country(address));
            shown["isp"] = json!(networks.isp(address));
        }
    }
    shown
}
