//! Lists lines in the caller's scope.

use super::view;
use crate::{Result, Work, document};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::line::LineStatus;
use host_core::object::{Kind, Object};
use host_core::port::Filter;
use host_core::refusal::Code;
use serde_json::{Map, Value};

/// A page of line views; `query` is `{"start","limit","search","filter"}`.
///
/// # Errors
/// `invalid_input` for a malformed query, `not_permitted` for lines and strangers.
pub async fn list(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let mut lines = document::query(Kind::Line, work.caller().scope(), query, &["filter"])?;
    lines.descending = true;
    lines.filters.extend(filter(query.get("filter"), work)?);
    let page = work.list(lines).await?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in &page.rows {
        if let Object::Line(line) = row {
            rows.push(view::document(line, work).await?);
            document::give_way(rows.len()).await;
        }
    }
    Ok(document::page(&page, rows))
}

fn filter(word: Option<&Value>, work: &Work) -> Result<Option<Filter>> {
    let status = |status| Some(Filter::LineStatus(status, work.now()));
    Ok(match word {
        None | Some(Value::Null) => None,
        Some(Value::String(word)) => match word.as_str() {
            "" => None,
            "active" => status(LineStatus::Active),
            "disabled" => status(LineStatus::Disabled),
            "banned" => status(LineStatus::Banned),
            "expired" => status(LineStatus::Expired),
            "trial" => Some(Filter::Trial),
            _ => return Err(refusal().into()),
        },
        Some(_) => return Err(refusal().into()),
    })
}

fn refusal() -> Refusal {
    Refusal::field(Code::InvalidInput, "filter", "One of active, disabled, banned, expired, trial.")
}
