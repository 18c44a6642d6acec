//! Lines on the reseller surface: one file per action that is no row of `actions.toml`.
//! Knows no rule: whether a sale or an edit is right, the host says.

linecard_sdk::plugin!("actions.toml");

mod create_line;
mod edit_line;
