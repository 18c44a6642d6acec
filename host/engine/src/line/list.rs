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
    let rows = page.rows.iter().filter_map(|row| match row {
        Object::Line(line) => Some(view::document(line, work)),
        _ => None,
    });
    let rows = rows.collect();
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
