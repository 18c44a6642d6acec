//! Lists: their pages and counts, each a statement over the list's rows.

mod rows;
#[cfg(test)]
mod tests;

pub(crate) use rows::pattern;

use crate::error::failed;
use crate::sqlite::row_blocks::{Begin, Counted};
use crate::sqlite::scope::reach;
use host_core::object::Object;
use host_core::port::{Filter, Page, Query, StoreError};
use rows::{LONGEST_SEARCH, Rows, page_size};
use rusqlite::Connection;

/// Fewest characters that are looked up in an index.
const FEWEST_INDEXED: usize = 3;
/// Rows of a tree up to which they are read for a search, and none is looked up.
const SMALL_TREE: u64 = 5_000;

/// Whether an index has what is searched.
fn is_indexed(text: &str) -> bool {
    text.chars().nth(FEWEST_INDEXED - 1).is_some() && text.len() <= LONGEST_SEARCH && !text.contains('\0')
}

/// Whether a search goes by the index. What it finds there is of the whole panel; the rows of a small tree are fewer.
fn looks_up(connection: &Connection, query: &Query, text: Option<&str>) -> Result<bool, StoreError> {
    if !text.is_some_and(is_indexed) {
        return Ok(false);
    }
    if reach(query.scope, query.kind).is_none() {
        return Ok(true);
    }
    if reach(query.scope, query.kind).is_none() {
        return Ok(true);
    }
    Ok(Counted::within(query.kind, query.scope).rows(connection).map_err(failed)? > SMALL_TREE)
}

/// A page of a list.
pub(super) fn list(connection: &Connection, query: &Query) -> Result<Page, StoreError> {
    let text = query.search.as_deref().filter(|text| !text.is_empty());
    let looks_up = looks_up(connection, query, text)?;
    let Some(found) = Rows::of(query, text, looks_up)? else { return Ok(Page::default()) };
    let cursor = query.filters.iter().find_map(|filter| if let Filter::After(id) = filter { Some(*id) } else { None });
    let counted = Counted::of(query);
    let rows = page(connection, query, found.clone(), counted.as_ref(), cursor)?;
    let got = rows.len() as u64;
    let last = rows.last().filter(|_| got == u64::from(page_size(query))).map(|row| row.key().number());
    if cursor.is_some() {
        return Ok(Page { rows, last, ..Page::default() });
    }
    // A page that is not full is the last one, and then says how many there are.
    let ends_here = got < u64::from(page_size(query)) && (got > 0 || query.start == 0);
    let matching = match &counted {
        _ if ends_here => u64::from(query.start) + got,
        Some(counted) => counted.rows(connection).map_err(failed)?,
        None => found.count(connection)?,
    };
    let total = match text {
        None => matching,
        Some(_) => unsearched(connection, query)?,
    };
    Ok(Page { rows, total: Some(total), matching: Some(matching), last })
}

/// The rows of a page, out of all that are found.
fn page(
    connection: &Connection,
    query: &Query,
    mut rows: Rows,
    counted: Option<&Counted>,
    cursor: Option<u32>,
) -> Result<Vec<Object>, StoreError> {
    let mut skipped = query.start;
    if let Some(id) = cursor {
        rows.beginning(if query.descending { i64::from(id) - 1 } else { i64::from(id) + 1 }, query.descending);
    }
    if let Some(counted) = counted.filter(|_| query.start > 0) {
        match counted.begin(connection, query.start, query.descending).map_err(failed)? {
            Some(Begin { id, skipped: rest }) => {
                rows.beginning(id, query.descending);
                skipped = rest;
            }
            None => return Ok(Vec::new()),
        }
    }
    rows.read(connection, query, skipped)
}

/// How many rows the list has without its search.
fn unsearched(connection: &Connection, query: &Query) -> Result<u64, StoreError> {
    let all = Query { search: None, ..query.clone() };
    match Counted::of(&all) {
        Some(counted) => counted.rows(connection).map_err(failed),
        None => Rows::of(&all, None, false)?.map_or(Ok(0), |rows| rows.count(connection)),
    }
}
