//! The rows of a list as one statement: scope, filters and search. It begins at the rows that decide: those that a search
//! has found, those that a tree reaches, or the table.

use crate::error::failed;
use crate::sqlite::cells::Word;
use crate::sqlite::scope::{Look, Reach, reach, seen};
use crate::sqlite::sessions::held_by;
use crate::sqlite::table::{name, read, search_index, searched, select};
use host_core::line::{DeliveryType, LineStatus};
use host_core::object::{Kind, Object};
use host_core::port::{Filter, Query, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Most rows of a page.
const MOST: u32 = 1_000;
/// Longest search in bytes; a longer one finds nothing.
pub(super) const LONGEST_SEARCH: usize = 40_000;

/// The rows of a list, as parts of a statement.
#[derive(Clone, Default)]
pub(super) struct Rows {
    /// What is read, joined.
    from: String,
    /// The column with the ids.
    id: String,
    /// All must hold.
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Rows {
    /// The mark of one more parameter.
    fn mark(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    /// The rows in scope that meet the filters and, where `text` is one, are found by it: by the index where it `looks
    /// up`. None where nothing is to be seen.
    pub(super) fn of(query: &Query, text: Option<&str>, looks_up: bool) -> Result<Option<Rows>, StoreError> {
        let Some(seen) = seen(query.scope, query.kind, Look::Down) else { return Ok(None) };
        let (mut rows, table) = (Rows::default(), name(query.kind));
        let index = search_index(query.kind).filter(|_| looks_up && text.is_some());
        let reach = reach(query.scope, query.kind);
        let from = match (index, reach) {
            (Some(index), _) => (format!("{index} s"), "s.rowid".to_owned()),
            (None, Some(Reach { table, column, .. })) => (format!("{table} r"), format!("r.{column}")),
            (None, None) => (table.to_owned(), format!("{table}.id")),
        };
        (rows.from, rows.id) = from;
        let mut of_table = Vec::new();
        match (reach, seen.value) {
            (Some(reach @ Reach { table, column, .. }), Some(user)) => {
                let mark = rows.mark(user);
                let reached = format!("r.ancestor = {mark}{}", of_delivery(query, reach, index.is_some(), &mut rows));
                rows.conditions.push(match index {
                    Some(_) => format!("EXISTS (SELECT 1 FROM {table} r WHERE {reached} AND r.{column} = s.rowid)"),
                    None => reached,
                });
            }
            (None, Some(value)) => {
                rows.mark(value);
                of_table.push(seen.at(rows.values.len()));
            }
            (_, None) => {}
        }
        let is_by_delivery = reach.is_some_and(|reach| reach.is_by_delivery);
        for filter in query.filters.iter().filter(|filter| !matches!(filter, Filter::After(_))) {
            // The reach says it by itself.
            if is_by_delivery && matches!(filter, Filter::Delivery(_)) {
                continue;
            }
            of_table.push(condition(query.kind, filter, &mut rows)?);
        }
        match (index, text) {
            (Some(index), Some(text)) => {
                let mark = rows.mark(format!("\"{}\"", text.replace('"', "\"\"")));
                rows.conditions.push(format!("{index} MATCH {mark}"));
            }
            (None, Some(text)) => of_table.push(search(query.kind, text, &mut rows)),
            (_, None) => {}
        }
        if !of_table.is_empty() && rows.from != table {
            rows.from = format!("{} CROSS JOIN {table} ON {table}.id = {}", rows.from, rows.id);
        }
        rows.conditions.append(&mut of_table);
        Ok(Some(rows))
    }

    /// Those from this id on, in the order of the list.
    pub(super) fn beginning(&mut self, at: i64, descending: bool) {
        let mark = self.mark(at);
        let condition = format!("{} {} {mark}", self.id, if descending { "<=" } else { ">=" });
        self.conditions.push(condition);
    }

    /// `FROM` and `WHERE`.
    fn text(&self) -> String {
        match self.conditions.is_empty() {
            true => format!("FROM {}", self.from),
            false => format!("FROM {} WHERE {}", self.from, self.conditions.join(" AND ")),
        }
    }

    /// The statement that counts them.
    pub(super) fn count_sql(&self) -> String {
        format!("SELECT count(*) {}", self.text())
    }

    /// The statement that reads a page of them; how many, and how many it skips, are its last parameters.
    pub(super) fn page_sql(&self, query: &Query) -> String {
        let order = if query.descending { "DESC" } else { "ASC" };
        let (table, marks) = (name(query.kind), self.values.len());
        // The page's ids first: what is skipped is then sorted as a number and not as a whole row.
        format!(
            "{} WHERE {table}.id IN (SELECT {id} {} ORDER BY {id} {order} LIMIT ?{} OFFSET ?{}) ORDER BY {table}.id {order}",
            select(query.kind, query.fields),
            self.text(),
            marks + 1,
            marks + 2,
            id = self.id,
        )
    }

    pub(super) fn count(&self, connection: &Connection) -> Result<u64, StoreError> {
        let mut statement = connection.prepare_cached(&self.count_sql()).map_err(failed)?;
        let rows: i64 = statement.query_row(params_from_iter(&self.values), |row| row.get(0)).map_err(failed)?;
        Ok(rows.unsigned_abs())
    }

    /// Some of them, in the order of the list.
    pub(super) fn read(&self, connection: &Connection, query: &Query, skipped: u32) -> Result<Vec<Object>, StoreError> {
        let bounds = [Value::from(page_size(query)), Value::from(skipped)];
        let mut statement = connection.prepare_cached(&self.page_sql(query)).map_err(failed)?;
        let mut found = statement.query(params_from_iter(self.values.iter().chain(&bounds))).map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            rows.push(read(query.kind, row, query.fields)?);
        }
        Ok(rows)
    }
}

/// What a reach by delivery type has besides its ancestor; `each`: a row of it is looked up by all that it has.
fn of_delivery(query: &Query, reach: Reach, each: bool, rows: &mut Rows) -> String {
    if !reach.is_by_delivery {
        return String::new();
    }
    let asked =
        query.filters.iter().find_map(|f| if let Filter::Delivery(delivery) = f { Some(*delivery) } else { None });
    match asked {
        Some(delivery) => format!(" AND r.delivery = {}", rows.mark(delivery.word().to_owned())),
        None if each => {
            let words: Vec<_> = DeliveryType::WORDS.iter().map(|(_, word)| format!("'{word}'")).collect();
            format!(" AND r.delivery IN ({})", words.join(", "))
        }
        None => String::new(),
    }
}

/// How many rows a page has at most.
pub(super) fn page_size(query: &Query) -> u32 {
    query.limit.clamp(1, MOST)
}

/// Lines that were sold as a code which nobody has redeemed.
const STOCK: &str = "(lines.delivery = 'code' AND lines.redeemed_at IS NULL)";

/// The condition of a filter; an error where the kind has nothing that it could look at.
fn condition(kind: Kind, filter: &Filter, into: &mut Rows) -> Result<String, StoreError> {
    Ok(match (filter, kind) {
        (Filter::LineStatus(status, now), Kind::Line) => match status {
            LineStatus::Banned => "admin_enabled = 0".into(),
            LineStatus::Disabled => "admin_enabled = 1 AND enabled = 0".into(),
            LineStatus::Stock => format!("admin_enabled = 1 AND enabled = 1 AND {STOCK}"),
            LineStatus::Expired => {
                format!("admin_enabled = 1 AND enabled = 1 AND NOT {STOCK} AND expires_at <= {}", into.mark(now.0))
            }
            LineStatus::Active => format!(
                "admin_enabled = 1 AND enabled = 1 AND NOT {STOCK} AND (expires_at IS NULL OR expires_at > {})",
                into.mark(now.0)
            ),
        },
        (Filter::Delivery(delivery), Kind::Line) => {
            format!("lines.delivery = {}", into.mark(delivery.word().to_owned()))
        }
        (Filter::Trial, Kind::Line) => "trial = 1".into(),
        (Filter::Batch(first), Kind::Line) => format!("lines.batch = {}", into.mark(first.0)),
        (Filter::Open(line), Kind::BoxEvent) => {
            format!("box_events.line = {} AND box_events.state <> 'done'", into.mark(line.0))
        }
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
        (Filter::Enabled(enabled), Kind::User) => format!("users.enabled = {}", into.mark(*enabled)),
        (Filter::Besides(user), Kind::User) => format!("users.id <> {}", into.mark(user.0)),
        (Filter::StreamKinds(kinds), Kind::Stream) => {
            let marks: Vec<_> = kinds.iter().map(|kind| into.mark(kind.word().to_owned())).collect();
            format!("streams.kind IN ({})", marks.join(", "))
        }
        (Filter::Started, Kind::Stream) => "streams.wanted = 'started'".into(),
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
        (Filter::DocumentField(name, value), Kind::Document) => {
            let (path, value) = (into.mark(format!("$.{name}")), into.mark(value.clone()));
            format!("CAST(documents.fields ->> {path} AS TEXT) = {value}")
        }
        (filter, kind) => {
            return Err(StoreError::Failed(format!("a list of {} has no filter {filter:?}", kind.as_str())));
        }
    })
}

/// The pattern of all that contains this text; none beyond what SQLite takes as a pattern, which is longer than
/// anything that is searched.
pub(crate) fn pattern(text: &str) -> Option<String> {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (escaped.len() <= LONGEST_SEARCH).then(|| format!("%{escaped}%"))
}

fn search(kind: Kind, text: &str, into: &mut Rows) -> String {
    let Some(pattern) = pattern(text) else { return "0".into() };
    let mark = into.mark(pattern);
    let columns: Vec<_> =
        searched(kind).iter().map(|c| format!("{}.{c} LIKE {mark} ESCAPE '\\'", name(kind))).collect();
    match columns.is_empty() {
        // Nothing can match; the mark must still stand somewhere.
        true => format!("{mark} IS NULL"),
        false => format!("({})", columns.join(" OR ")),
    }
}
