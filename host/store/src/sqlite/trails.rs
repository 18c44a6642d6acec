//! The logs that are kept beside the rows, for good: all movements of credits, and what users did.

use super::cells::Word;
use super::ledger;
use crate::error::failed;
use crate::log_rows::{FEW, LogRows, between, bind_search, first_at, has_what_is_searched};
use crate::sqlite::list::pattern;
use host_core::audit::{Deed, MOVED};
use host_core::credit::Credits;
use host_core::journal::{LogPage, LogQuery};
use host_core::ledger::Entry;
use host_core::object::{Key, Kind};
use host_core::port::StoreError;
use host_core::time::Unix;
use host_core::{PackageId, UserId};
use rusqlite::{Connection, Row};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A page of all transfers.
pub(super) fn movements(connection: &Connection, query: &LogQuery<()>) -> Result<LogPage<Entry>, StoreError> {
    let (mut ranges, mut scope) = (vec!["1".to_owned()], Vec::new());
    if let Some(owners) = owners(query) {
        let all = listed(&owners);
        if owners.len() <= FEW {
            let gave = owners.iter().map(|id| format!("from_account = {id}"));
            // Between two of them a movement is one row.
            let got = owners.iter().map(|id| format!("to_account = {id} AND +from_account NOT IN ({all})"));
            ranges = gave.chain(got).collect();
        } else {
            scope.push(format!("(+from_account IN ({all}) OR +to_account IN ({all}))"));
        }
    }
    let about = |kind: Kind, ids: &str| match kind {
        Kind::User => Some(format!("+from_account IN ({ids}) OR +to_account IN ({ids}) OR +actor IN ({ids})")),
        Kind::Line => Some(format!("(object_kind = 'line' AND +object IN ({ids}))")),
        _ => None,
    };
    let rows = rows("transfers", connection, query, ranges, scope)?;
    page(connection, query, rows, &["note", "reason"], about, ledger::read)
}

/// A page of the audit.
pub(super) fn deeds(connection: &Connection, query: &LogQuery<()>) -> Result<LogPage<Deed>, StoreError> {
    let (mut ranges, mut scope) = (vec!["1".to_owned()], Vec::new());
    if let Some(owners) = owners(query) {
        let all = listed(&owners);
        // Whose credits somebody else moved sees it too.
        let moved = format!("after LIKE '{{\"{MOVED}\":%'");
        if owners.len() <= FEW {
            let did = owners.iter().map(|id| format!("actor = {id}"));
            let by_others = format!("(actor IS NULL OR +actor NOT IN ({all}))");
            let felt =
                owners.iter().map(|id| format!("object_kind = 'user' AND object = {id} AND {moved} AND {by_others}"));
            ranges = did.chain(felt).collect();
        } else {
            scope.push(format!("(+actor IN ({all}) OR (+object_kind = 'user' AND +object IN ({all}) AND {moved}))"));
        }
    }
    let about = |kind: Kind, ids: &str| match kind {
        Kind::User => Some(format!("+actor IN ({ids}) OR (+object_kind = 'user' AND +object IN ({ids}))")),
        Kind::Line | Kind::Stream => Some(format!("(+object_kind = '{}' AND +object IN ({ids}))", kind.as_str())),
        _ => None,
    };
    let rows = rows("audit", connection, query, ranges, scope)?;
    page(connection, query, rows, &["action", "object_kind"], about, |row| deed(connection, row))
}

/// Which rows of a table from which none ever goes: all of them are as many as their numbers.
fn rows(
    table: &'static str,
    connection: &Connection,
    query: &LogQuery<()>,
    ranges: Vec<String>,
    scope: Vec<String>,
) -> Result<LogRows, StoreError> {
    let known = match ranges.as_slice() {
        [all] if all == "1" && scope.is_empty() => {
            let sql = format!("SELECT (SELECT max(id) FROM {table}) - (SELECT min(id) FROM {table}) + 1");
            let rows = connection.prepare_cached(&sql).map_err(failed)?.query_row((), |row| row.get(0));
            Some(rows.map_err(failed).map(Option::unwrap_or_default)?)
        }
        _ => None,
    };
    Ok(LogRows { table, ranges, scope, filters: filters(connection, table, query)?, known })
}

/// Whose rows may be seen; none for all. Of a user alone only theirs.
pub(super) fn owners(query: &LogQuery<()>) -> Option<BTreeSet<u32>> {
    let owners = query.owners.as_ref().map(|owners| owners.iter().map(|id| id.0).collect::<BTreeSet<_>>());
    match (query.user, owners) {
        (None, owners) => owners,
        (Some(user), owners) => {
            Some([user.0].into_iter().filter(|id| owners.as_ref().is_none_or(|owners| owners.contains(id))).collect())
        }
    }
}

pub(super) fn listed(ids: &BTreeSet<u32>) -> String {
    let ids: Vec<_> = ids.iter().map(u32::to_string).collect();
    ids.join(", ")
}

/// What a query asks of times.
pub(super) fn filters(connection: &Connection, table: &str, query: &LogQuery<()>) -> Result<Vec<String>, StoreError> {
    let mut filters = between(query, |time| first_at(connection, table, time)).map_err(failed)?;
    filters.extend(query.from.map(|from| format!("at >= {}", from.0)));
    filters.extend(query.to.map(|to| format!("at < {}", to.0)));
    Ok(filters)
}

pub(super) fn page<T>(
    connection: &Connection,
    query: &LogQuery<()>,
    mut meant: LogRows,
    texts: &[&str],
    about: impl Fn(Kind, &str) -> Option<String>,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<LogPage<T>, StoreError> {
    if meant.ranges.is_empty() || query.search.as_deref().is_some_and(|text| pattern(text).is_none()) {
        let none = query.counts.then_some(0);
        return Ok(LogPage { rows: Vec::new(), total: none, matching: none });
    }
    meant.filters.extend(has_what_is_searched(query, texts, about));
    let mut statement = connection.prepare(&meant.page(query)).map_err(failed)?;
    bind_search(&mut statement, query).map_err(failed)?;
    let mut found = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failed)? {
        rows.push(read(row)?);
    }
    let (total, matching) = meant.counts(connection, query).map_err(failed)?;
    Ok(LogPage { rows, total, matching })
}

fn deed(connection: &Connection, row: &Row<'_>) -> Result<Deed, StoreError> {
    let id: i64 = row.get("id").map_err(failed)?;
    let corrupt = |column, reason: String| StoreError::Corrupt { table: "audit", column, row: id, reason };
    let side = |column: &'static str| -> Result<serde_json::Value, StoreError> {
        let text: String = row.get(column).map_err(failed)?;
        serde_json::from_str(&text).map_err(|error| corrupt(column, error.to_string()))
    };
    let (before, after) = (side("before")?, side("after")?);
    let kind: Option<String> = row.get("object_kind").map_err(failed)?;
    let object: Option<u32> = row.get("object").map_err(failed)?;
    let object = match (kind.as_deref().map(Kind::from_word), object) {
        (Some(Some(kind)), Some(number)) => Some(Key::new(kind, number)),
        (Some(None), _) => return Err(corrupt("object_kind", "it is no kind".into())),
        _ => None,
    };
    let at = Unix(row.get("at").map_err(failed)?);
    let moved = match (object, after.get(MOVED).and_then(|moved| moved.get("amount"))) {
        (Some(object), Some(amount)) => {
            let amount = Credits::deserialize(amount).map_err(|error| corrupt("after", error.to_string()))?;
            moved(connection, &row.get::<_, String>("request").map_err(failed)?, at, object, amount)?
        }
        _ => None,
    };
    let word = |name: &str| [&after, &before].into_iter().find_map(|side| side.get(name)?.as_str().map(str::to_owned));
    let package = after.get("package").and_then(serde_json::Value::as_u64).and_then(|id| u32::try_from(id).ok());
    Ok(Deed {
        id,
        at,
        actor: row.get::<_, Option<u32>>("actor").map_err(failed)?.map(UserId),
        action: row.get("action").map_err(failed)?,
        object,
        delivery: word("delivery").filter(|_| kind.as_deref() == Some(Kind::Line.as_str())),
        package: package.map(PackageId).filter(|_| kind.as_deref() == Some(Kind::Line.as_str())),
        moved,
    })
}

/// The movement of this amount about an object that was a part of a request.
fn moved(
    connection: &Connection,
    request: &str,
    at: Unix,
    object: Key,
    amount: Credits,
) -> Result<Option<Entry>, StoreError> {
    let sql = "SELECT * FROM transfers WHERE request = ?1 AND at = ?2 AND object_kind = ?3 AND object = ?4 \
               AND amount = ?5 ORDER BY id DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let asked = (request, at.0, object.kind().as_str(), object.number(), amount.units());
    let mut rows = statement.query(asked).map_err(failed)?;
    rows.next().map_err(failed)?.map(ledger::read).transpose()
}
