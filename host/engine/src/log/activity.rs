//! Reads the log of connections that ended.

use super::query::read;
use crate::{Result, Work};
use host_core::journal::{Entry, Log, LogRow};
use host_core::port::Networks;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"line","from","to","search","after","limit"}`; the times are of the end. Rows have the
/// country and the operator that their address belongs to now.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` for strangers, and for a line that asks for another one.
pub async fn activity(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    let page = read(work, Log::Activity, query, &[]).await?;
    let networks = work.engine().networks();
    Ok(page.document(|row| show(row, networks)).await)
}

fn show(row: &LogRow, networks: &dyn Networks) -> Value {
    let mut shown = json!(row);
    if let Entry::Activity { address, .. } = &row.entry
        && let Ok(address) = address.parse()
    {
        shown["country"] = json!(networks.country(address));
        shown["isp"] = json!(networks.isp(address));
    }
    shown
}
