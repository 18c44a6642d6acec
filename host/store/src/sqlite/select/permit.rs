//! What an admin's own statement may do: SQLite asks here, while it prepares it, for each thing that it would do. What
//! is not named is denied.

use super::views;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Functions that compute something out of values, and no more.
const FUNCTIONS: &str = "-> ->> abs avg coalesce concat concat_ws count curdate current_date current_time \
    current_timestamp date datetime dense_rank first_value from_unixtime glob group_concat hex if ifnull iif instr json \
    json_array_length json_extract json_type json_valid lag last_value lead length like lower ltrim max min now nullif \
    quote rank replace round row_number rtrim sign strftime string_agg substr substring sum time total trim typeof \
    unicode unix_timestamp unixepoch upper";
/// Functions that read a list out of a text as rows.
const LISTS: &[&str] = &["json_each", "json_tree"];

/// The authorizer of a statement; `own` begins the names of the views that read tables.
pub(super) fn permit(own: String) -> impl for<'r> FnMut(AuthContext<'r>) -> Authorization + Send + 'static {
    move |asked: AuthContext<'_>| {
        let is_ours = |name: &str| name.starts_with(&own);
        // No statement can say such a name: what a view with one does is what was written here.
        let by_us = asked.accessor.is_some_and(is_ours);
        let may = match asked.action {
            AuthAction::Select => true,
            AuthAction::Read { table_name, .. } => {
                let is_view = asked.database_name == Some("temp") && views::is_one(table_name);
                by_us || is_ours(table_name) || is_view || LISTS.contains(&table_name)
            }
            AuthAction::Function { function_name } => {
                let name = function_name.to_ascii_lowercase();
                by_us || FUNCTIONS.split_whitespace().chain(LISTS.iter().copied()).any(|known| known == name)
            }
            _ => false,
        };
        if may { Authorization::Allow } else { Authorization::Deny }
    }
}
