//! Lists: scope, filters and search as one statement, with its counts.

use super::cells::Word;
use super::scope::{Look, seen};
use super::sessions::held_by;
use super::table::{name, read, searched, statements};
use crate::error::failed;
use host_core::line::LineStatus;
use host_core::object::Kind;
use host_core::port::{Filter, Page, Query, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Most rows of a page.
const MOST: u32 = 1_000;
/// Longest search in bytes; a longer one finds nothing.
const LONGEST_SEARCH: usize = 40_000;

#[derive(Default)]
struct Conditions {
    text: Vec<String>,
    values: Vec<Value>,
    /// A list that goes on behind a cursor: its reader wants no totals.
    cursor: bool,
}

impl Conditions {
    /// The mark of one more parameter.
    fn mark(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn clause(&self) -> String {
        if self.text.is_empty() { String::new() } else { format!(" WHERE {}", self.text.join(" AND ")) }
    }
}

/// A page of a list.
pub(super) fn list(connection: &Connection, query: &Query) -> Result<Page, StoreError> {
    let Some(seen) = seen(query.scope, query.kind, Look::Down) else { return Ok(Page::default()) };
    let mut conditions = Conditions::default();
    if let Some(value) = seen.value {
        conditions.values.push(Value::from(value));
        conditions.text.push(seen.at(1));
    }
    for filter in &query.filters {
        let condition = condition(query.kind, filter, &mut conditions)?;
        conditions.text.push(condition);
    }
    let unsearched = (conditions.clause(), conditions.values.len());
    let looks = query.search.as_deref().filter(|text| !text.is_empty());
    if let Some(text) = looks {
        let condition = search(query.kind, text, &mut conditions);
        conditions.text.push(condition);
    }
    let limit = query.limit.clamp(1, MOST);
    let rows = rows(connection, query, &conditions, limit)?;
    let got = rows.len() as u64;
    if conditions.cursor {
        return Ok(Page { rows, total: got, matching: got });
    }
    // A page that is not full is the last one, and then says how many there are.
    let ends_here = got < u64::from(limit) && (got > 0 || query.start == 0);
    let matching = match ends_here {
        true => u64::from(query.start) + got,
        false => count(connection, query.kind, &conditions.clause(), &conditions.values)?,
    };
    let total = match looks {
        None => matching,
        Some(_) => {
            let known = conditions.values.get(..unsearched.1).unwrap_or_default();
            count(connection, query.kind, &unsearched.0, known)?
        }
    };
    Ok(Page { rows, total, matching })
}

fn rows(
    connection: &Connection,
    query: &Query,
    conditions: &Conditions,
    limit: u32,
) -> Result<Vec<host_core::object::Object>, StoreError> {
    let order = if query.descending { "DESC" } else { "ASC" };
    let (table, marks) = (name(query.kind), conditions.values.len());
    // The page's ids first: what is skipped is then sorted as a number and not as a whole row.
    let sql = format!(
        "{} WHERE {table}.id IN (SELECT {table}.id FROM {table}{} ORDER BY {table}.id {order} LIMIT ?{} OFFSET ?{}) \
         ORDER BY {table}.id {order}",
        statements(query.kind).select,
        conditions.clause(),
        marks + 1,
        marks + 2
    );
    let bounds = [Value::from(limit), Value::from(query.start)];
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut found = statement.query(params_from_iter(conditions.values.iter().chain(&bounds))).map_err(failed)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failed)? {
        rows.push(read(query.kind, row)?);
    }
    Ok(rows)
}

fn count(connection: &Connection, kind: Kind, clause: &str, values: &[Value]) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM {}{clause}", name(kind));
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let rows: i64 = statement.query_row(params_from_iter(values), |row| row.get(0)).map_err(failed)?;
    Ok(rows.unsigned_abs())
}

/// The condition of a filter; an error where the kind has nothing that it could look at.
fn condition(kind: Kind, filter: &Filter, into: &mut Conditions) -> Result<String, StoreError> {
    Ok(match (filter, kind) {
        (Filter::LineStatus(status, now), Kind::Line) => match status {
            LineStatus::Banned => "admin_enabled = 0".into(),
            LineStatus::Disabled => "admin_enabled = 1 AND enabled = 0".into(),
            LineStatus::Expired => {
                format!("admin_enabled = 1 AND enabled = 1 AND expires_at <= {}", into.mark(now.0))
            }
            LineStatus::Active => format!(
                "admin_enabled = 1 AND enabled = 1 AND (expires_at IS NULL OR expires_at > {})",
                into.mark(now.0)
            ),
        },
        (Filter::Trial, Kind::Line) => "trial = 1".into(),
        (Filter::Owner(user), Kind::Line) => format!("lines.owner = {}", into.mark(user.0)),
        (Filter::Owner(user), Kind::ApiKey) => format!("api_keys.user = {}", into.mark(user.0)),
        (Filter::Owner(user), Kind::User) => format!("users.parent = {}", into.mark(user.0)),
        (Filter::Holder(holder), Kind::Session) => {
            let (column, number) = held_by(*holder);
            format!("{column} = {}", into.mark(number))
        }
        (Filter::Surface(surface), Kind::Session) => format!("sessions.surface = {}", into.mark(surface.clone())),
        (Filter::Lasting(now), Kind::Session) => format!("sessions.expires_at > {}", into.mark(now.0)),
        (Filter::Role(role), Kind::User) => format!("users.role = {}", into.mark(role.word().to_owned())),
        (Filter::StreamKinds(kinds), Kind::Stream) => {
            let marks: Vec<_> = kinds.iter().map(|kind| into.mark(kind.word().to_owned())).collect();
            format!("streams.kind IN ({})", marks.join(", "))
        }
        (Filter::Category(id), Kind::Stream) => {
            format!("streams.id IN (SELECT stream FROM stream_categories WHERE category = {})", into.mark(id.0))
        }
        (Filter::Category(id), Kind::Series) => {
            format!("series.id IN (SELECT series FROM series_categories WHERE category = {})", into.mark(id.0))
        }
        (Filter::CategoryKind(list), Kind::Category) => format!("kind = {}", into.mark(list.word().to_owned())),
        (Filter::Episodes(series), Kind::Stream) => format!("streams.series = {}", into.mark(series.0)),
        (Filter::ImportedFrom(source), Kind::Stream) => format!("origin_source = {}", into.mark(source.clone())),
        (Filter::ImportedAs(source, tvg_id, name), Kind::Stream) => format!(
            "origin_source = {} AND origin_tvg_id = {} AND origin_name = {}",
            into.mark(source.clone()),
            into.mark(tvg_id.clone()),
            into.mark(name.clone())
        ),
        (Filter::Tenant(id), Kind::AccessCode | Kind::Plugin) => format!("tenant = {}", into.mark(id.0)),
        (Filter::Collection(name), Kind::Document) => format!("documents.collection = {}", into.mark(name.clone())),
        (Filter::After(id), _) => {
            into.cursor = true;
            format!("{}.id > {}", name(kind), into.mark(*id))
        }
        (filter, kind) => {
            return Err(StoreError::Failed(format!("a list of {} has no filter {filter:?}", kind.as_str())));
        }
    })
}

fn search(kind: Kind, text: &str, into: &mut Conditions) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    // Beyond what SQLite takes as a pattern, and longer than anything that is searched.
    let mark = match escaped.len() > LONGEST_SEARCH {
        true => return "0".into(),
        false => into.mark(format!("%{escaped}%")),
    };
    let columns: Vec<_> =
        searched(kind).iter().map(|c| format!("{}.{c} LIKE {mark} ESCAPE '\\'", name(kind))).collect();
    match columns.is_empty() {
        // Nothing can match; the mark must still stand somewhere.
        true => format!("{mark} IS NULL"),
        false => format!("({})", columns.join(" OR ")),
    }
}
