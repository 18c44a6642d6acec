//! Codes that were sold together, counted from their rows.

use super::scope::{Look, seen};
use host_core::caller::Scope;
use host_core::object::Kind;
use host_core::port::CodeBatch;
use host_core::time::Unix;
use host_core::{LineId, PackageId, UserId};
use rusqlite::{Connection, Row, params_from_iter};

/// A page of batches, the newest first, and how many there are. Pages read no more codes than they and those before
/// them have.
pub(super) fn page(
    connection: &Connection,
    scope: Scope,
    start: u32,
    limit: u32,
) -> rusqlite::Result<(u32, Vec<CodeBatch>)> {
    let Some(seen) = seen(scope, Kind::Line, Look::Down) else { return Ok((0, Vec::new())) };
    let condition = match seen.value {
        None => String::new(),
        Some(_) => format!(" AND {}", seen.at(1)),
    };
    let from = format!("FROM lines WHERE batch IS NOT NULL{condition}");
    let count = format!("SELECT count(DISTINCT batch) {from}");
    let total = connection.prepare_cached(&count)?.query_row(params_from_iter(seen.value), |row| row.get(0))?;
    // With the least id come the other columns of its row.
    let sql = format!(
        "SELECT batch, min(id), package, owner, created_at, count(*) AS codes, count(redeemed_at) AS redeemed {from} \
         GROUP BY batch ORDER BY batch DESC LIMIT {} OFFSET {start}",
        limit.clamp(1, 1_000)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(seen.value), read)?.collect::<Result<_, _>>()?;
    Ok((total, rows))
}

fn read(row: &Row<'_>) -> rusqlite::Result<CodeBatch> {
    Ok(CodeBatch {
        id: LineId(row.get("batch")?),
        package: row.get::<_, Option<u32>>("package")?.map(PackageId),
        owner: UserId(row.get("owner")?),
        created_at: Unix(row.get("created_at")?),
        codes: row.get("codes")?,
        redeemed: row.get("redeemed")?,
    })
}
