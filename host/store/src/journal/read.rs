//! Answers queries over the logs. What a line, a user or a few owners ask for is read by an index, the rest from the
//! newest row on; either way the thread is held no longer than a bounded number of SQLite's instructions.

use super::tables::table;
use crate::error::failed;
use crate::sqlite::list::pattern;
use host_core::journal::{Entry, JournalQuery, Log, LogRow};
use host_core::port::StoreError;
use host_core::time::Unix;
use host_core::{LineId, StreamId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use std::collections::{BTreeSet, HashSet};

/// Owners whose rows are read by the index, a range for each. For more of them rows are looked through.
const FEW: usize = 64;
/// Instructions between two looks at the bound, and how many looks a query gets: about a tenth of a second, in
/// which some hundred thousand rows are looked through.
const INSTRUCTIONS: i32 = 1_000;
const LOOKS: u32 = 4_000;
/// Seconds by which rows may stand out of the order of their times: sign-ins last for an hour, and clocks are set.
const DISORDER: i64 = 2 * 60 * 60;

/// The rows, newest first.
pub(super) fn read(connection: &mut Connection, query: &JournalQuery) -> Result<Vec<LogRow>, StoreError> {
    let mut looks = 0;
    let is_over = move || {
        looks += 1;
        looks > LOOKS
    };
    connection.progress_handler(INSTRUCTIONS, Some(is_over)).map_err(failed)?;
    let rows = bounded(connection, query);
    connection.progress_handler(0, None::<fn() -> bool>).map_err(failed)?;
    rows.map_err(failed)
}

fn bounded(connection: &Connection, query: &JournalQuery) -> rusqlite::Result<Vec<LogRow>> {
    let (first, behind) = ids(connection, query)?;
    let mut rows = Vec::new();
    // Connections are of lines, and no user's own.
    let is_of_no_row = query.log == Log::Activity && query.user.is_some();
    if first >= behind || is_of_no_row || query.owners.as_ref().is_some_and(Vec::is_empty) {
        return Ok(rows);
    }
    let search = query.search.as_deref().map(pattern);
    if search == Some(None) {
        return Ok(rows);
    }
    let ways = ways(query);
    let limit = query.limit.clamp(1, 1_000);
    let owners: Option<HashSet<UserId>> = query.owners.as_ref().map(|owners| owners.iter().copied().collect());
    // Owners that no way names are looked at here, so that SQLite cannot know when there are enough.
    let sql_limit = if ways.is_by_owner || owners.is_none() { i64::from(limit) } else { -1 };
    let mut statement = connection.prepare_cached(&ways.sql(query))?;
    let mut found = statement.query(named_params! {
        ":first": first,
        ":behind": behind,
        ":from": query.from.map(|time| time.0),
        ":to": query.to.map(|time| time.0),
        ":search": search.flatten(),
        ":limit": sql_limit,
    })?;
    while let Some(row) = found.next()? {
        let owner = row.get::<_, Option<u32>>("owner")?.map(UserId);
        if owners.as_ref().is_none_or(|owners| owner.is_some_and(|owner| owners.contains(&owner))) {
            rows.push(LogRow { id: row.get("id")?, entry: entry(query.log, owner, row)? });
            if rows.len() >= limit as usize {
                break;
            }
        }
    }
    Ok(rows)
}

/// The ids between which the rows of the time range stand: from the first on, and before the second. Rows are in the
/// order of their times, give or take.
fn ids(connection: &Connection, query: &JournalQuery) -> rusqlite::Result<(i64, i64)> {
    let table = table(query.log);
    let edge = |sql: &str, time: Unix| -> rusqlite::Result<Option<i64>> {
        connection.prepare_cached(sql)?.query_row((time.0,), |row| row.get(0)).optional()
    };
    let first = match query.from {
        Some(from) => {
            edge(&format!("SELECT id FROM {table} WHERE at >= ?1 ORDER BY at, id LIMIT 1"), from.plus(-DISORDER))?
                .unwrap_or(i64::MAX)
        }
        None => i64::MIN,
    };
    let end = match query.to {
        Some(to) => {
            edge(&format!("SELECT id FROM {table} WHERE at < ?1 ORDER BY at DESC, id DESC LIMIT 1"), to.plus(DISORDER))?
                .map_or(i64::MIN, |last| last.saturating_add(1))
        }
        None => i64::MAX,
    };
    Ok((first, query.behind.map_or(end, |behind| behind.min(end))))
}

/// The ranges of a log in which a query's rows are, as conditions of which each is one of an index.
struct Ways {
    conditions: Vec<String>,
    is_by_owner: bool,
}

fn ways(query: &JournalQuery) -> Ways {
    let (conditions, is_by_owner) = match (query.line, query.user, &query.owners) {
        (Some(line), ..) => (vec![format!("line = {}", line.0)], false),
        (None, Some(user), _) => (vec![format!("user = {}", user.0)], false),
        (None, None, Some(owners)) if owners.len() <= FEW => {
            // In order, so that the same owners are the same statement.
            let owners: BTreeSet<_> = owners.iter().collect();
            (owners.into_iter().map(|owner| format!("owner = {}", owner.0)).collect(), true)
        }
        (None, None, _) => (vec!["1".to_owned()], false),
    };
    Ways { conditions, is_by_owner }
}

impl Ways {
    /// One range is read backwards as it lies there; several are merged, each read no further than the page.
    fn sql(&self, query: &JournalQuery) -> String {
        let ranges: Vec<_> = self.conditions.iter().map(|condition| range(condition, query)).collect();
        match ranges.as_slice() {
            [range] => range.clone(),
            ranges => {
                let ranges: Vec<_> = ranges.iter().map(|range| format!("SELECT * FROM ({range})")).collect();
                format!("{} ORDER BY id DESC LIMIT :limit", ranges.join(" UNION ALL "))
            }
        }
    }
}

fn range(condition: &str, query: &JournalQuery) -> String {
    let (table, last) = (table(query.log), if query.log == Log::SignIns { "last_at" } else { "at" });
    // A `+` keeps a condition from being read by an index of its own.
    let user = match (query.line, query.user) {
        (Some(_), Some(user)) => format!(" AND +user = {}", user.0),
        _ => String::new(),
    };
    let texts: Vec<_> = searched(query.log).iter().map(|column| format!("{column} LIKE :search ESCAPE '\\'")).collect();
    format!(
        "SELECT * FROM {table} WHERE {condition}{user} AND id >= :first AND id < :behind \
         AND (:from IS NULL OR {last} >= :from) AND (:to IS NULL OR at < :to) \
         AND (:search IS NULL OR {}) ORDER BY id DESC LIMIT :limit",
        texts.join(" OR ")
    )
}

fn searched(log: Log) -> &'static [&'static str] {
    match log {
        Log::Activity => &["address", "agent", "container"],
        Log::SignIns => &["address", "surface"],
        Log::Refusals => &["address", "agent", "surface", "code"],
    }
}

fn entry(log: Log, owner: Option<UserId>, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let time = |column: &str| row.get(column).map(Unix);
    let number = |column: &str| row.get::<_, Option<u32>>(column);
    Ok(match log {
        Log::Activity => Entry::Activity {
            owner,
            line: LineId(row.get("line")?),
            stream: StreamId(row.get("stream")?),
            address: row.get("address")?,
            agent: row.get("agent")?,
            container: row.get("container")?,
            started_at: time("started_at")?,
            ended_at: time("at")?,
            bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
        },
        Log::SignIns => Entry::SignIn {
            owner,
            surface: row.get("surface")?,
            user: number("user")?.map(UserId),
            line: number("line")?.map(LineId),
            address: row.get("address")?,
            at: time("at")?,
            last_at: time("last_at")?,
            times: row.get("times")?,
        },
        Log::Refusals => Entry::Refused {
            owner,
            surface: row.get("surface")?,
            code: row.get("code")?,
            line: number("line")?.map(LineId),
            user: number("user")?.map(UserId),
            stream: number("stream")?.map(StreamId),
            address: row.get("address")?,
            agent: row.get("agent")?,
            at: time("at")?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::database_file::{make, open_reading};
    use crate::sqlite::schema::JOURNAL;

    /// How SQLite goes through a log for this query.
    fn plan(query: &JournalQuery) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        make(&path, &JOURNAL).unwrap();
        let connection = open_reading(&path, &JOURNAL).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", ways(query).sql(query));
        let mut statement = connection.prepare(&sql).unwrap();
        let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail"));
        steps.map(|step| step.unwrap() + "; ").collect()
    }

    #[test]
    fn owners_lines_and_users_are_read_by_their_index_in_its_order() {
        let few = Some((1..=64).map(UserId).collect::<Vec<_>>());
        let range = |query| JournalQuery { from: Some(Unix(1)), to: Some(Unix(9)), search: Some("x".into()), ..query };
        for log in [Log::Activity, Log::SignIns, Log::Refusals] {
            let all = range(JournalQuery::newest(log, 10));
            let one = JournalQuery { owners: Some(vec![UserId(1)]), ..all.clone() };
            let line = JournalQuery { line: Some(LineId(7)), owners: few.clone(), ..all.clone() };
            for (query, index) in [(&one, "_by_owner"), (&line, "_by_line")] {
                let plan = plan(query);
                assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
            }
            let merged = plan(&JournalQuery { owners: few.clone(), ..all.clone() });
            assert_eq!(merged.matches("_by_owner").count(), 64, "{merged}");
            let many = plan(&JournalQuery { owners: Some((1..=65).map(UserId).collect()), ..all });
            assert!(many.contains("PRIMARY KEY") && !many.contains("TEMP B-TREE"), "{many}");
        }
        let user = JournalQuery { user: Some(UserId(1)), ..JournalQuery::newest(Log::SignIns, 10) };
        assert!(plan(&user).contains("sign_ins_by_user"));
    }
}
