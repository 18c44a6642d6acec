//! Fields of a result, as views show them.

use serde_json::Value;

/// The text of a field; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The number of a field; 0 where there is none.
pub(super) fn number(value: &Value, field: &str) -> u64 {
    value.get(field).and_then(Value::as_u64).unwrap_or_default()
}

/// The items of a field; none where there is none.
pub(super) fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `1 tenant`, `3 tenants`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A time in seconds of UTC, as people read it; empty where it is not a time.
pub(super) fn moment(value: &Value) -> String {
    let seconds = value.as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    seconds.map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}
