//! Sub-resellers on the reseller surface: one file per action that is no row of `actions.toml`. It has no rules of its
//! own: whether a movement of credits is right, the host decides.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
