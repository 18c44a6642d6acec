//! Resellers on the admin surface: one file per action that is no row of `actions.toml`. It has no rules of its own:
//! what may be created and moved, the host decides.

linecard_sdk::plugin!("actions.toml");

mod adjust_credits;
