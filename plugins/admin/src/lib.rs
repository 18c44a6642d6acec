//! The admin surface: its dialect, the caller's account and the settings, all in `actions.toml`. Other plugins answer
//! the rest, a family of actions each. It has no rules of its own: what may be changed, the host decides.

linecard_sdk::plugin!("actions.toml");

mod user_info;
