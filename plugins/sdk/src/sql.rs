//! SQL of an admin's own, where the operator allows it.

use crate::Refusal;
use crate::bindings::linecard::sql::sql as host;

/// What one SELECT over the views of `wit/sql/sql.wit` finds, as JSON: `{"data":[…]}`, and `"truncated":true` where there
/// is more.
pub fn select(query: &str) -> Result<String, Refusal> {
    Ok(host::select(query)?)
}
