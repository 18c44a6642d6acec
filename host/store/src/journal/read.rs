//! Answers queries over the logs. What a line, a user or a few owners ask for is read by an index, the rest from the
//! newest row on; either way the thread is held no longer than a bounded number of SQLite's instructions.

use super::rows::entry;
use super::tables::table;
use crate::error::failed;
use crate::log_rows::{FEW, LogRows, between, bind_search, has_what_is_searched};
use crate::sqlite::list::pattern;
use host_core::journal::{Log, LogPage, LogQuery, LogRow, Party};
use host_core::object::Kind;
use host_core::port::StoreError;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// Instructions between two looks at the bound, and how many looks a query gets: about a tenth of a second, in
/// which some hundred thousand rows are looked through.
const INSTRUCTIONS: i32 = 1_000;
const LOOKS: u32 = 4_000;

/// The rows, newest first. They are counted as far as the time goes that is left for it.
pub(super) fn read(connection: &mut Connection, query: &LogQuery) -> Result<LogPage, StoreError> {
    let mut looks = 0;
    let is_over = move || {
        looks += 1;
        looks > LOOKS
    };
    connection.progress_handler(INSTRUCTIONS, Some(is_over)).map_err(failed)?;
    let page = bounded(connection, query);
    connection.progress_handler(0, None::<fn() -> bool>).map_err(failed)?;
    page.map_err(failed)
}

fn bounded(connection: &Connection, query: &LogQuery) -> rusqlite::Result<LogPage> {
    // What a log does not know of its rows, none of them has.
    let has_no = |column, is_asked: bool| is_asked && !table(query.log).has(column);
    let is_of_no_row = has_no("user", query.user.is_some() || query.party == Some(Party::Users))
        || has_no("line", query.line.is_some())
        || has_no("owner", query.owners.is_some());
    let is_no_pattern = query.search.as_deref().is_some_and(|text| pattern(text).is_none());
    if is_of_no_row || is_no_pattern || query.owners.as_ref().is_some_and(Vec::is_empty) {
        let none = query.counts.then_some(0);
        return Ok(LogPage { rows: Vec::new(), total: none, matching: none });
    }
    let meant = meant(connection, query)?;
    let mut statement = connection.prepare(&meant.page(query))?;
    bind_search(&mut statement, query)?;
    let mut found = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(LogRow { id: row.get("id")?, entry: entry(query.log, row)? });
    }
    let (total, matching) = meant.counts(connection, query)?;
    Ok(LogPage { rows, total, matching })
}

/// Which rows of which log a query means.
fn meant(connection: &Connection, query: &LogQuery) -> rusqlite::Result<LogRows> {
    let mut filters = between(query, |time| {
        let sql = format!("SELECT id FROM {} WHERE at >= ?1 ORDER BY at, id LIMIT 1", table(query.log).name);
        connection.prepare_cached(&sql)?.query_row((time.0,), |row| row.get(0)).optional()
    })?;
    let last = if table(query.log).folds { "last_at" } else { "at" };
    filters.extend(query.from.map(|from| format!("{last} >= {}", from.0)));
    // A `+` keeps a condition from being read by an index of its own.
    filters.extend(query.to.map(|to| format!("+at < {}", to.0)));
    filters.extend(has_what_is_searched(query, table(query.log).texts, |kind, ids| about(query.log, kind, ids)));
    Ok(LogRows { filters, known: counted(connection, query)?, ..seen(query) })
}

/// The rows that are to be seen at all, by the ranges of an index in which they are.
fn seen(query: &LogQuery) -> LogRows {
    let mut scope = Vec::new();
    let owners = query.owners.as_ref().map(|owners| owners.iter().map(|id| id.0).collect::<BTreeSet<_>>());
    let ranges = match (query.line, query.user, &owners) {
        (Some(line), ..) => vec![format!("line = {}", line.0)],
        (None, Some(user), _) => vec![format!("user = {}", user.0)],
        (None, None, Some(owners)) if owners.len() <= FEW => owners.iter().map(|id| format!("owner = {id}")).collect(),
        (None, None, _) => vec!["1".to_owned()],
    };
    if let (Some(_), Some(user)) = (query.line, query.user) {
        scope.push(format!("+user = {}", user.0));
    }
    if let Some(owners) = owners.filter(|owners| owners.len() > FEW || query.line.is_some() || query.user.is_some()) {
        let owners: Vec<_> = owners.into_iter().map(|id| format!("({id})")).collect();
        scope.push(format!("+owner IN (VALUES {})", owners.join(",")));
    }
    let is_of_all = ranges == ["1"];
    let table = match (query.log, query.party) {
        (Log::SignIns, Some(Party::Users)) if is_of_all => "sign_ins INDEXED BY sign_ins_of_users",
        (log, _) => table(log).name,
    };
    match query.party {
        Some(Party::Users) => scope.push("user IS NOT NULL".to_owned()),
        Some(Party::Others) if self::table(query.log).has("user") => scope.push("+user IS NULL".to_owned()),
        _ => {}
    }
    LogRows { table, ranges, scope, filters: Vec::new(), known: None }
}

/// How many rows there are of all that a party has in a log; none where fewer are to be seen.
fn counted(connection: &Connection, query: &LogQuery) -> rusqlite::Result<Option<u32>> {
    if !query.counts || query.line.is_some() || query.user.is_some() || query.owners.is_some() {
        return Ok(None);
    }
    let of = match query.party {
        None => "0, 1",
        Some(Party::Users) => "1",
        Some(Party::Others) => "0",
    };
    let sql = format!("SELECT coalesce(sum(rows), 0) FROM log_counts WHERE log = ?1 AND of_users IN ({of})");
    connection.prepare_cached(&sql)?.query_row((table(query.log).name,), |row| row.get(0)).map(Some)
}

/// The condition that a row is about one of these.
fn about(log: Log, kind: Kind, ids: &str) -> Option<String> {
    let column = match kind {
        Kind::Line => "line",
        Kind::Stream => "stream",
        Kind::User => "user",
        _ => return None,
    };
    table(log).has(column).then(|| format!("+{column} IN ({ids})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::rows::insert;
    use crate::sqlite::database_file::{make, open_reading};
    use crate::sqlite::schema::JOURNAL;
    use host_core::journal::{Entry, Part};
    use host_core::time::Unix;
    use host_core::{LineId, StreamId, UserId};

    /// How SQLite goes through a log for this query.
    fn plan(query: &LogQuery) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        make(&path, &JOURNAL).unwrap();
        let connection = open_reading(&path, &JOURNAL).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", meant(&connection, query).unwrap().page(query));
        let mut statement = connection.prepare(&sql).unwrap();
        let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail"));
        steps.map(|step| step.unwrap() + "; ").collect()
    }

    #[test]
    fn owners_lines_and_users_are_read_by_their_index_in_its_order() {
        let few = Some((1..=64).map(UserId).collect::<Vec<_>>());
        let range = |query| LogQuery { from: Some(Unix(1)), to: Some(Unix(9)), search: Some("x".into()), ..query };
        for log in [Log::Activity, Log::SignIns, Log::Refusals, Log::Restreams] {
            let all = range(LogQuery::newest(log, 10));
            let one = LogQuery { owners: Some(vec![UserId(1)]), ..all.clone() };
            let line = LogQuery { line: Some(LineId(7)), owners: few.clone(), ..all.clone() };
            for (query, index) in [(&one, "_by_owner"), (&line, "_by_line")] {
                let plan = plan(query);
                assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
            }
            let merged = plan(&LogQuery { owners: few.clone(), ..all.clone() });
            assert_eq!(merged.matches("_by_owner").count(), 64, "{merged}");
            let many = plan(&LogQuery { owners: Some((1..=65).map(UserId).collect()), ..all });
            assert!(many.contains("PRIMARY KEY") && !many.contains("TEMP B-TREE"), "{many}");
        }
        let user = LogQuery { user: Some(UserId(1)), ..LogQuery::newest(Log::SignIns, 10) };
        assert!(plan(&user).contains("sign_ins_by_user"));
        let users = plan(&LogQuery { party: Some(Party::Users), ..LogQuery::newest(Log::SignIns, 10) });
        assert!(users.contains("sign_ins_of_users") && !users.contains("TEMP B-TREE"), "{users}");
    }

    fn one_of(log: Log) -> Entry {
        let (at, line, stream, text) = (Unix(7), LineId(1), StreamId(1), String::new);
        let (address, agent, surface) = (text(), text(), text());
        let (owner, user, times) = (None, None, 1);
        match log {
            Log::Activity => {
                let (started_at, ended_at) = (at, at);
                Entry::Activity {
                    owner,
                    line,
                    stream,
                    address,
                    agent,
                    container: text(),
                    started_at,
                    ended_at,
                    bytes: 1,
                }
            }
            Log::SignIns => Entry::SignIn { owner, surface, user, line: None, address, at, last_at: at, times },
            Log::Refusals => {
                let (line, stream, code, query) = (None, None, text(), text());
                Entry::Refused { owner, surface, code, line, user, stream, address, agent, query, at }
            }
            Log::StreamErrors => {
                Entry::StreamError { stream, part: Part::Process, reason: text(), at, last_at: at, times }
            }
            Log::Happenings => {
                Entry::Happening { event: text(), subject: text(), message: text(), at, last_at: at, times }
            }
            Log::Restreams => {
                Entry::Restream { owner, line, stream, address, agent, sign: text(), at, last_at: at, times }
            }
        }
    }

    #[test]
    fn the_rows_of_each_log_are_counted_as_they_come_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        make(&path, &JOURNAL).unwrap();
        let connection = Connection::open(&path).unwrap();
        for log in Log::ALL {
            let total = || bounded(&connection, &LogQuery { counts: true, ..LogQuery::newest(log, 1) }).unwrap().total;
            let count = |rows: u32| assert_eq!(total(), Some(rows), "{log:?}");
            count(0);
            insert(&connection, table(log).name, &one_of(log)).unwrap();
            insert(&connection, table(log).name, &one_of(log)).unwrap();
            count(2);
            connection.execute(&format!("DELETE FROM {} WHERE id = 1", table(log).name), ()).unwrap();
            count(1);
        }
    }
}
