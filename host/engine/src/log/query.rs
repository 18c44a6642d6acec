//! What a caller may ask of a log, and the page that answers it.

use crate::document::{Options, give_way};
use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::journal::{JournalQuery, Log, LogRow};
use host_core::refusal::Code;
use host_core::time::Unix;
use host_core::{LineId, Refusal, UserId};
use serde_json::{Map, Value, json};

/// Fields of a query that all logs have.
const FIELDS: &[(&str, CallerRole)] = &[
    ("line", CallerRole::Reseller),
    ("from", CallerRole::Line),
    ("to", CallerRole::Line),
    ("search", CallerRole::Line),
    ("after", CallerRole::Line),
    ("limit", CallerRole::Line),
];

/// Reads a log within the caller's scope; `more` are fields of its own. The limit is 50 unless sent, at least 1 and
/// at most 1,000.
pub(super) async fn read(
    work: &Work,
    log: Log,
    query: &Map<String, Value>,
    more: &[(&'static str, CallerRole)],
) -> Result<Page> {
    let options = Options::checked(query, &[FIELDS, more].concat(), work.caller().role())?;
    let asked = JournalQuery {
        line: options.get::<Option<LineId>>("line")?.flatten(),
        user: options.get::<Option<UserId>>("user")?.flatten(),
        from: options.get::<Option<i64>>("from")?.flatten().map(Unix),
        to: options.get::<Option<i64>>("to")?.flatten().map(Unix),
        search: options.text("search")?,
        behind: options.text("after")?.map(|cursor| behind(&cursor)).transpose()?,
        ..JournalQuery::newest(log, options.get::<Option<u32>>("limit")?.flatten().unwrap_or(50).clamp(1, 1_000))
    };
    let asked = within(work, asked).await?;
    let limit = asked.limit as usize;
    let rows = work.engine().journal().read(work.caller().tenant, asked).await?;
    Ok(Page { is_full: rows.len() >= limit, rows })
}

fn behind(cursor: &str) -> Result<i64> {
    let refused = |_| Refusal::field(Code::InvalidInput, "after", "after is the cursor of a page of this log.");
    Ok(cursor.parse().map_err(refused)?)
}

/// The query with what the caller may see as a further condition.
async fn within(work: &Work, query: JournalQuery) -> Result<JournalQuery> {
    match work.caller().scope() {
        Scope::Tenant => Ok(query),
        Scope::Tree(root) => {
            let owners = Some(work.engine().store().tree(work.caller().tenant, root).await?);
            Ok(JournalQuery { owners, ..query })
        }
        Scope::Line(line) if query.log == Log::Activity => Ok(JournalQuery { line: Some(line), ..query }),
        Scope::Line(_) | Scope::Nothing => {
            Err(Refusal::new(Code::NotPermitted, "This caller may not read this log.").into())
        }
    }
}

/// Rows of a log, newest first.
pub(super) struct Page {
    rows: Vec<LogRow>,
    /// As many as were asked for, so that there may be more.
    is_full: bool,
}

impl Page {
    /// As a document: `{"rows","total","matching","cursor"}`, as of a list. Rows of logs are not counted; the cursor
    /// is none where the page has fewer than were asked for.
    pub(super) async fn document(&self, show: impl Fn(&LogRow) -> Value) -> Value {
        let cursor = self.rows.last().filter(|_| self.is_full).map(|row| row.id.to_string());
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            rows.push(show(row));
            give_way(rows.len()).await;
        }
        json!({ "rows": rows, "total": null, "matching": null, "cursor": cursor })
    }
}
