//! Reads the log of connections that run.

use super::page::{Names, Rows};
use super::query::{asked, sees_connections};
use crate::connection::{Connection, container};
use crate::{Result, Work};
use host_core::object::Key;
use host_core::port::Networks;
use host_core::time::Unix;
use serde_json::{Map, Value, json};

/// A page, the newest first: `query` as of [activity](super::activity), the times are of the start. A row's id is the
/// number by which [`end`](crate::connection::end()) ends the connection; a search finds what a row shows. A page costs
/// what it shows, however many run, as long as nothing is searched.
///
/// # Errors
/// As of activity.
pub async fn connections(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    let asked = asked(work, query, &[]).await?;
    sees_connections(work).await?;
    let limit = asked.limit;
    let page = work.engine().seats().page(work.caller().tenant, asked).await?;
    let (networks, now) = (work.engine().networks(), work.engine().clock().now());
    let rows = Rows { page, limit, query, id: |row: &Connection| row.lease.fence.number() };
    rows.document(work, about, |row, names| show(row, names, networks, now)).await
}

fn about(row: &Connection) -> Vec<Key> {
    vec![row.lease.line.into(), row.lease.stream.into()]
}

fn show(row: &Connection, names: &Names, networks: &dyn Networks, now: Unix) -> Value {
    let lease = &row.lease;
    let called = names.called(Some(lease.line));
    json!({
        "id": lease.fence.number(),
        "owner": lease.owner,
        "line": lease.line,
        "username": called.map(|called| &called.name),
        "mac": called.and_then(|called| called.mac.as_ref()),
        "stream": lease.stream,
        "stream_name": names.of(Some(lease.stream)),
        "address": lease.address,
        "agent": row.agent,
        "container": container(row.output),
        "country": networks.country(lease.address),
        "isp": networks.isp(lease.address),
        "started_at": lease.started_at,
        "seconds": (now.0 - lease.started_at.0).max(0),
        "bytes": row.bytes,
    })
}
