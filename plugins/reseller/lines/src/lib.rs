//! Lines on the reseller surface: one file per action that is no row of `actions.toml`. It has no rules of its own:
//! whether a sale or an edit is right, the host decides.

linecard_sdk::plugin!("actions.toml");

mod create_line;
mod edit_line;
