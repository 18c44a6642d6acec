//! An admin's own SQL: off unless the operator switched it on, then one SELECT over views. Whatever ran stands in the
//! audit before anybody sees what it found, a refused or a dry one too: its row is a plan of its own.

mod terms;
mod text;

pub use terms::Terms;

use crate::connection::container;
use crate::{Engine, Error, Result, Work, audit};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::plan::Plan;
use host_core::port::{CommitError, LiveConnection, MAX_QUERY, Select, SelectError, Selected};
use host_core::refusal::Code;
use serde_json::{Value, json};
use text::without_values;

/// The view of what storage does not know, as statements name it.
const LIVE: &str = "lines_live";
/// The parameter that is wrong with a wrong statement.
const QUERY: &str = "query";

impl Engine {
    /// Says what is allowed of an admin's own SQL; nothing is before. The first word counts.
    pub fn allow_sql(&self, terms: Terms) {
        let _ = self.sql.set(terms);
    }
}

/// Answers one SELECT: `{"data":[…]}`, with `"truncated":true` where there are more rows than an answer may have.
///
/// # Errors
/// `not_permitted` where it is switched off, or not asked from where it may be, and for all but admins; `invalid_input`
/// for what is no right SELECT over the views; `quota_exceeded` for what takes too much, or too many at a time.
pub async fn select(work: &mut Work, query: &str) -> Result<String> {
    work.require(CallerRole::Admin)?;
    allowed(work)?;
    let text = query.trim();
    if text.len() > MAX_QUERY {
        return Err(Refusal::field(Code::InvalidInput, QUERY, "A query has at most 64 KiB.").into());
    }
    let (tenant, now) = (work.caller().tenant, work.now());
    let live = if names_live(text) { running(work).await? } else { Vec::new() };
    let engine = work.engine().clone();
    let mut chance = [0; 16];
    engine.entropy().fill(&mut chance);
    let began = engine.clock().monotonic();
    let answered = engine.store().select(tenant, Select { text: text.to_owned(), chance, now, live }).await;
    let took = engine.clock().monotonic().saturating_sub(began).as_millis();
    let what = json!({ "query": without_values(text), "milliseconds": u64::try_from(took).unwrap_or(u64::MAX) });
    match answered {
        Ok(found) => {
            note(work, what, json!({ "rows": found.count, "truncated": found.truncated })).await?;
            Ok(document(&found))
        }
        Err(SelectError::Store(error)) => Err(error.into()),
        Err(refused) => {
            note(work, what, json!({ "refused": true })).await?;
            Err(refusal(refused).into())
        }
    }
}

fn allowed(work: &Work) -> Result<()> {
    let (caller, terms) = (work.caller(), work.engine().sql.get());
    let Some(terms) = terms.filter(|terms| terms.enabled) else {
        let message = "SQL is switched off; the operator can switch it on: [raw_sql] enabled = true.";
        return Err(Refusal::new(Code::NotPermitted, message).into());
    };
    // Without an address it is a command of the operator's.
    let from_there = |address| terms.allow.iter().any(|network| network.contains(&address));
    if terms.allow.is_empty() || caller.address.is_none_or(from_there) {
        return Ok(());
    }
    Err(Refusal::new(Code::NotPermitted, "SQL may not be asked from this address.").into())
}

/// Whether a statement may mean the connections that run.
fn names_live(text: &str) -> bool {
    text.to_ascii_lowercase().contains(LIVE)
}

async fn running(work: &Work) -> Result<Vec<LiveConnection>> {
    let running = work.engine().seats().connections(work.caller().tenant, None).await?;
    let seen = running.into_iter().map(|row| LiveConnection {
        number: row.lease.fence.number(),
        line: row.lease.line,
        stream: row.lease.stream,
        agent: row.agent,
        address: row.lease.address.to_string(),
        container: container(row.output),
        started_at: row.lease.started_at,
        bytes: row.bytes,
    });
    Ok(seen.collect())
}

/// Puts the statement into the audit, at once and for good.
async fn note(work: &Work, mut what: Value, came_of_it: Value) -> Result<()> {
    if let (Value::Object(what), Value::Object(more)) = (&mut what, came_of_it) {
        what.extend(more);
    }
    let entry = audit::entry(work.caller(), &work.context.action, work.now(), None, json!({}), what);
    let plan = Plan { audit: vec![entry], ..Plan::default() };
    match work.engine().store().commit(work.database(), plan).await {
        Ok(_) => Ok(()),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(error) => Err(Error::Invalid(error.to_string())),
    }
}

fn document(found: &Selected) -> String {
    let more = if found.truncated { ",\"truncated\":true" } else { "" };
    format!("{{\"data\":{}{more}}}", found.rows)
}

fn refusal(error: SelectError) -> Refusal {
    match error {
        SelectError::TooMuch(message) => Refusal::new(Code::QuotaExceeded, message),
        wrong => Refusal::field(Code::InvalidInput, QUERY, wrong.to_string()),
    }
}
