//! Sub-resellers on the reseller surface: one file per action.
//! Knows no rule: whether a movement of credits is right, the host says.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
mod create_user;
