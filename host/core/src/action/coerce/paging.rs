//! Pages of lists: `start` and `limit`, within the host's bounds.

use crate::action::{Action, Parameter, Shape};
use serde_json::{Map, Value};

/// Rows of a list when the request names no `limit`.
pub(crate) const DEFAULT_LIMIT: i64 = 50;

/// Most rows of a list, whatever the request and the description say.
const MAX_LIMIT: i64 = 1_000;

/// The most rows that a list answers a request with; none where the action has no pages.
pub fn page_limit(action: &Action, parameters: &Map<String, Value>) -> Option<u64> {
    if action.reply.shape == Shape::List { parameters.get("limit")?.as_u64() } else { None }
}

/// `start` and `limit` of a list: never refused, always there, within bounds.
pub(super) fn paged(name: &str, parameter: &Parameter, value: Option<Value>) -> Value {
    let sent = value.as_ref().and_then(Value::as_i64);
    let default = parameter.default.as_ref().and_then(Value::as_i64);
    if name == "start" {
        return sent.or(default).unwrap_or(0).max(0).into();
    }
    sent.filter(|limit| *limit > 0).or(default).unwrap_or(DEFAULT_LIMIT).clamp(1, most_rows(parameter)).into()
}

/// The most rows of a page, as the parameter `limit` of its action bounds them.
pub(crate) fn most_rows(limit: &Parameter) -> i64 {
    limit.max.unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT)
}

/// Whether a parameter of an action with pages asks for one.
pub(crate) fn asks_for_page(name: &str) -> bool {
    name == "start" || name == "limit"
}

/// The greatest value, for a whole number above it where that is no mistake: of a page, and of what
/// the description caps.
pub(super) fn beyond(parameter: &Parameter, text: &str, paging: bool) -> Option<i64> {
    let most = if parameter.capped { parameter.max } else { paging.then_some(i64::from(u32::MAX)) }?;
    let digits = text.trim();
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_whole && digits.parse::<i64>().map_or(true, |number| number > most)).then_some(most)
}
