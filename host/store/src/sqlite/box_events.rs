//! Events for boxes as a log, and how old ones go.

use super::batch::{Failure, PlanWriter};
use super::cells::Cells;
use super::table::Table;
use super::trails::{filters, listed, owners, page as read_page};
use crate::log_rows::{FEW, LogRows};
use host_core::box_event::BoxEvent;
use host_core::field_list::Chosen;
use host_core::journal::{LogPage, LogQuery};
use host_core::object::Kind;
use host_core::port::StoreError;
use host_core::time::Unix;
use rusqlite::{Connection, Row};

/// A page of them.
pub(super) fn page(connection: &Connection, query: &LogQuery<()>) -> Result<LogPage<BoxEvent>, StoreError> {
    let (mut ranges, mut scope) = (vec!["1".to_owned()], Vec::new());
    match (query.line, owners(query)) {
        (Some(line), owners) => {
            ranges = vec![format!("line = {}", line.0)];
            scope.extend(owners.map(|owners| format!("+owner IN ({})", listed(&owners))));
        }
        (None, Some(owners)) if owners.len() <= FEW => {
            ranges = owners.iter().map(|id| format!("owner = {id}")).collect();
        }
        (None, Some(owners)) => scope.push(format!("+owner IN ({})", listed(&owners))),
        (None, None) => {}
    }
    let about = |kind: Kind, ids: &str| (kind == Kind::Line).then(|| format!("+line IN ({ids})"));
    let filters = filters(connection, BoxEvent::NAME, query)?;
    let rows = LogRows { table: BoxEvent::NAME, ranges, scope, filters, known: None };
    read_page(connection, query, rows, &["event", "message"], about, read)
}

/// A row whose columns stand as in its table.
fn read(row: &Row<'_>) -> Result<BoxEvent, StoreError> {
    BoxEvent::read(&mut Cells::new(row, BoxEvent::NAME, BoxEvent::COLUMNS, &[], Chosen::ALL)?)
}

/// Drops up to this number of those that were queued before then. Returns how many.
pub(super) fn sweep(writer: &PlanWriter<'_>, before: Unix, most: u32) -> Result<u32, Failure> {
    // Their ids rise with their times, so that the oldest are looked at and no others.
    let sql = "DELETE FROM box_events WHERE id IN (SELECT id FROM box_events ORDER BY id LIMIT ?2) AND at < ?1";
    Ok(u32::try_from(writer.run(sql, (before.0, most))?).unwrap_or(u32::MAX))
}
