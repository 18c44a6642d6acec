//! The rows of a log in SQL: how a page of them is read and how many there are, whichever tables and indexes a log
//! has. A log's table has `id`, `at` and rows in the order of both.

use crate::sqlite::list::pattern;
use host_core::journal::{LogQuery, MAX_COUNTED};
use host_core::object::{Key, Kind};
use host_core::time::Unix;
use rusqlite::{Connection, OptionalExtension, Statement};

/// Owners whose rows are read by an index, a range for each. For more of them rows are looked through.
pub(crate) const FEW: usize = 64;
/// Seconds by which rows may stand out of the order of their times: sign-ins last for an hour, and clocks are set.
pub(crate) const DISORDER: i64 = 2 * 60 * 60;

/// Where a log's rows are, and which of them are meant.
pub(crate) struct LogRows {
    /// The table, perhaps with the index by which it is read.
    pub(crate) table: &'static str,
    /// Conditions of which each is one of an index, and no row has two of them.
    pub(crate) ranges: Vec<String>,
    /// Further conditions that tell what is to be seen at all.
    pub(crate) scope: Vec<String>,
    /// Conditions that tell what is searched among it.
    pub(crate) filters: Vec<String>,
    /// How many rows are to be seen at all, where that is known without counting them.
    pub(crate) known: Option<u32>,
}

impl LogRows {
    /// The statement of a page, newest first.
    pub(crate) fn page(&self, query: &LogQuery<impl Copy>) -> String {
        let behind = query.behind.map(|behind| format!("id < {behind}"));
        let further: Vec<_> = self.scope.iter().chain(&self.filters).chain(&behind).map(String::as_str).collect();
        let (start, limit) = (query.start.min(MAX_COUNTED), query.limit.clamp(1, 1_000));
        // Of several ranges each is read no further than the page.
        let ranges = self.ranges("*", &further, &format!(" ORDER BY id DESC LIMIT {}", start + limit));
        match ranges.as_slice() {
            [_] => {
                let range = self.ranges("*", &further, "").concat();
                format!("{range} ORDER BY id DESC LIMIT {limit} OFFSET {start}")
            }
            ranges => {
                let ranges: Vec<_> = ranges.iter().map(|range| format!("SELECT * FROM ({range})")).collect();
                format!("{} ORDER BY id DESC LIMIT {limit} OFFSET {start}", ranges.join(" UNION ALL "))
            }
        }
    }

    /// The statement that counts the rows to be seen, or those that are searched among them.
    fn counting(&self, is_searched: bool) -> String {
        let filters = self.filters.iter().filter(|_| is_searched);
        let further: Vec<_> = self.scope.iter().chain(filters).map(String::as_str).collect();
        let ranges = self.ranges("1", &further, "");
        format!("SELECT count(*) FROM ({} LIMIT {MAX_COUNTED})", ranges.join(" UNION ALL "))
    }

    fn ranges(&self, columns: &str, further: &[&str], ending: &str) -> Vec<String> {
        let range = |range: &String| {
            let conditions: Vec<_> = std::iter::once(range.as_str()).chain(further.iter().copied()).collect();
            format!("SELECT {columns} FROM {} WHERE {}{ending}", self.table, conditions.join(" AND "))
        };
        self.ranges.iter().map(range).collect()
    }

    /// How many rows there are, and how many of them are meant; none of what takes longer than it may.
    pub(crate) fn counts(
        &self,
        connection: &Connection,
        query: &LogQuery<impl Copy>,
    ) -> rusqlite::Result<(Option<u32>, Option<u32>)> {
        if !query.counts {
            return Ok((None, None));
        }
        let count = |is_searched| {
            let mut statement = connection.prepare(&self.counting(is_searched))?;
            bind_search(&mut statement, query)?;
            let mut rows = statement.raw_query();
            match rows.next().and_then(|row| row.map(|row| row.get(0)).transpose()) {
                Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == INTERRUPTED => Ok(None),
                counted => counted,
            }
        };
        let total = match self.known {
            Some(known) => Some(known.min(MAX_COUNTED)),
            None => count(false)?,
        };
        let matching = if self.filters.is_empty() { total } else { count(true)? };
        Ok((total, matching))
    }
}

const INTERRUPTED: rusqlite::ErrorCode = rusqlite::ErrorCode::OperationInterrupted;

/// Binds what is searched, where a statement has it.
pub(crate) fn bind_search(statement: &mut Statement<'_>, query: &LogQuery<impl Copy>) -> rusqlite::Result<()> {
    if let (Some(at), Some(text)) = (statement.parameter_index(":search")?, &query.search) {
        statement.raw_bind_parameter(at, pattern(text))?;
    }
    Ok(())
}

/// The condition that a row has what is searched: in a text, or by the name of what it is about. `about` says which
/// columns have a thing of this kind.
pub(crate) fn has_what_is_searched(
    query: &LogQuery<impl Copy>,
    texts: &[&str],
    about: impl Fn(Kind, &str) -> Option<String>,
) -> Option<String> {
    query.search.as_ref()?;
    let mut conditions: Vec<_> = texts.iter().map(|text| format!("{text} LIKE :search ESCAPE '\\'")).collect();
    for kind in [Kind::Line, Kind::User, Kind::Stream] {
        let ids: Vec<_> = query.named.iter().filter(|key| key.kind() == kind).map(number).collect();
        if !ids.is_empty() {
            conditions.extend(about(kind, &ids.join(", ")));
        }
    }
    Some(format!("({})", conditions.join(" OR ")))
}

fn number(key: &Key) -> String {
    key.number().to_string()
}

/// The ids between which rows of a time stand, as conditions; `first_at` looks for the first row at a time.
pub(crate) fn between(
    query: &LogQuery<impl Copy>,
    first_at: impl Fn(Unix) -> rusqlite::Result<Option<i64>>,
) -> rusqlite::Result<Vec<String>> {
    let mut conditions = Vec::new();
    if let Some(from) = query.from {
        let first = first_at(from.plus(-DISORDER))?.unwrap_or(i64::MAX);
        conditions.push(format!("id >= {first}"));
    }
    if let Some(to) = query.to
        && let Some(first) = first_at(to.plus(DISORDER))?
    {
        conditions.push(format!("id < {first}"));
    }
    Ok(conditions)
}

/// The first row at a time or later, in a table without an index of times: rows stand in their order, give or take
/// [`DISORDER`].
pub(crate) fn first_at(connection: &Connection, table: &str, time: Unix) -> rusqlite::Result<Option<i64>> {
    let sql = format!("SELECT id, at FROM {table} WHERE id >= ?1 ORDER BY id LIMIT 1");
    let mut from = connection.prepare_cached(&sql)?;
    let mut row_from =
        |id: i64| from.query_row((id,), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).optional();
    let newest = format!("SELECT max(id) FROM {table}");
    let Some(newest) = connection.prepare_cached(&newest)?.query_row((), |row| row.get::<_, Option<i64>>(0))? else {
        return Ok(None);
    };
    let (mut low, mut high) = (row_from(i64::MIN)?.map_or(0, |(id, _)| id), newest.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        match row_from(middle)? {
            Some((id, at)) if at < time.0 => low = id.saturating_add(1),
            _ => high = middle,
        }
    }
    Ok(row_from(low)?.map(|(id, _)| id))
}
