//! Resellers on the admin surface: one file per action that is no row of `actions.toml`.
//! Knows no rule: what may be created and moved, the host says.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
